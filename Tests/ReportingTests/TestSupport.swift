import Results

func cell(
  _ workload: String = "map-unmap", strategy: String = "global-lock", threads: Int = 1,
  parameters: [String: String] = ["pages-per-op": "16"]
) -> Cell {
  Cell(
    suite: "quick", workload: workload, strategy: strategy, lock: "ticket", format: "x86-64", threads: threads,
    placement: "compact", memoryPolicy: "local", parameters: parameters)
}

/// One window.
func sample(
  _ cell: Cell, _ value: Double?, invocation: Int, window: Int = 0, run: String = "A", variant: String = "",
  metric: String = MetricName.timePerOperation, unit: String = "ns/op", better: MetricDirection = .lower,
  status: MeasurementStatus = .ok, flags: [SampleFlag] = [], benchVersion: Int = 1, scope: SampleScope = .all
) -> Sample {
  Sample(
    runID: run, variant: variant, cell: cell, benchVersion: benchVersion, block: 0, order: 0, invocation: invocation,
    window: window, startedUTC: nil, windowNanoseconds: nil, operations: nil, scope: scope, metric: metric,
    value: value, unit: unit, better: better, status: status, source: .clock, flags: flags)
}

/// One window per invocation.
func samples(
  _ cell: Cell, _ values: [Double], run: String = "A", variant: String = "",
  metric: String = MetricName.timePerOperation, unit: String = "ns/op", better: MetricDirection = .lower,
  benchVersion: Int = 1
) -> [Sample] {
  values.enumerated().map {
    sample(
      cell, $0.element, invocation: $0.offset, run: run, variant: variant, metric: metric, unit: unit, better: better,
      benchVersion: benchVersion)
  }
}

/// Six values from `first` in steps of `step`.
func ramp(_ first: Double, _ step: Double = 1, count: Int = 6) -> [Double] {
  (0..<count).map { first + Double($0) * step }
}
