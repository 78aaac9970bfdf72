import Results

/// Samples whose comparison can be worked out by hand: coupling takes twice as long as global on one thread, and the same
/// on two.
enum FixedSamples {
  static let all: [Sample] = ["global", "coupling"].flatMap { strategy in
    [1, 2].flatMap { threads in
      (0..<8).map { invocation in
        let factor = strategy == "coupling" && threads == 1 ? 2.0 : 1.0
        return Sample(
          runID: "01JQ00000000000000000000AA",
          cell: Cell(
            suite: "demo", workload: "map", strategy: strategy, lock: "ttas", format: "x86-64", threads: threads,
            placement: "compact", memoryPolicy: "local", parameters: [:]),
          benchVersion: 1, block: invocation, order: invocation, invocation: invocation, window: 0, startedUTC: nil,
          windowNanoseconds: 1000, operations: 10, metric: MetricName.timePerOperation,
          value: factor * (100 + Double(invocation) / 8), unit: "ns/op", better: .lower, source: .clock)
      }
    }
  }
}
