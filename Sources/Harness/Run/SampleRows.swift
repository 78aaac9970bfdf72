import Counters
import Results
import Topology

/// Makes the rows of `samples.csv` for one invocation.
struct SampleRows {
  /// Raised when the meaning of what the harness measures changes; rows of different versions do not compare.
  static let benchVersion = 1

  let runID: RunID
  let entry: Plan.Entry

  /// All rows of all windows.
  func rows(_ report: TrialReport) -> [Sample] { report.windows.flatMap(rows) }

  /// The row of an invocation that yielded nothing.
  func errorRow(note: String, started: UTCTimestamp) -> Sample {
    Sample(
      runID: runID.description, cell: entry.cell, benchVersion: Self.benchVersion, block: entry.block,
      order: entry.order, invocation: entry.invocation, window: -1, startedUTC: started, windowNanoseconds: nil,
      operations: nil, metric: MetricName.timePerOperation, value: nil, unit: "ns/op", better: .lower, status: .error,
      source: .clock, flags: entry.isOversubscribed ? [.oversubscribed] : [], note: Self.oneLine(note))
  }

  private func rows(_ window: WindowResult) -> [Sample] {
    let metrics = WindowMetrics(workers: window.workers)
    let all = Scope(
      scope: .all, cpus: NumberList.format(Set(window.workers.map(\.cpu)).sorted()),
      activeNanoseconds: metrics.longestActive, operations: metrics.operations, window: window)
    var rows = [
      row(all, MetricName.throughput, metrics.throughput, "op/s", .higher, .clock),
      row(all, MetricName.timePerOperation, metrics.timePerOperation, "ns/op", .lower, .clock),
    ]
    if let fairness = metrics.fairness {
      rows.append(row(all, "fairness", fairness, "1", .higher, .derived))
    }
    rows.append(row(all, "table_bytes", Double(window.tableBytes), "By", .none, .user))
    let sums = CounterReading.sum(of: window.workers.map(\.counters))
    for reading in sums {
      rows.append(counterRow(all, reading))
      rows.append(contentsOf: derivedRow(all, reading))
    }
    for (index, worker) in window.workers.enumerated() {
      let scope = Scope(
        scope: .thread(index), cpus: String(worker.cpu), activeNanoseconds: worker.activeNanoseconds,
        operations: worker.operations, window: window)
      rows.append(
        row(
          scope, MetricName.timePerOperation,
          WindowMetrics.timePerOperation(active: worker.activeNanoseconds, operations: worker.operations), "ns/op",
          .lower, .clock))
      // With one worker the sum is the worker's.
      guard window.workers.count > 1 else { continue }
      // A counter that nobody has is said once, by the sum, and not again by every thread.
      let own = worker.counters.filter { reading in
        reading.value != nil || sums.first { $0.name == reading.name }?.status != reading.status
      }
      rows += own.map { counterRow(scope, $0) }
    }
    return rows
  }

  /// What all rows of one scope have in common.
  private struct Scope {
    let scope: SampleScope
    let cpus: String
    let activeNanoseconds: UInt64
    let operations: UInt64
    let window: WindowResult

    var note: String { window.violations.first.map { "check failed: \($0)" } ?? "" }
    var flags: [SampleFlag] { window.flags.map { SampleFlag(rawValue: $0) } }
  }

  private func row(
    _ scope: Scope, _ metric: String, _ value: Double?, _ unit: String, _ better: MetricDirection,
    _ source: MeasurementSource
  ) -> Sample {
    var sample = base(scope, metric, value, unit, better, value == nil ? .notCounted : .ok, source)
    if value == nil { sample.note = scope.note.isEmpty ? "no operation was completed in the window" : scope.note }
    return sample
  }

  /// A raw counter: unscaled, with the times that scaling needs.
  private func counterRow(_ scope: Scope, _ reading: CounterReading) -> Sample {
    var sample = base(
      scope, "ctr.\(reading.name)", reading.recordedValue, "1", .none, reading.recordedStatus,
      MeasurementSource(rawValue: reading.source))
    sample.enabledNanoseconds = reading.enabledNanoseconds
    sample.runningNanoseconds = reading.runningNanoseconds
    sample.event = reading.event
    if sample.note.isEmpty { sample.note = Self.oneLine(reading.note ?? "") }
    return sample
  }

  /// Events per operation, scaled to the whole window; none where there is no count or no operation.
  private func derivedRow(_ scope: Scope, _ reading: CounterReading) -> [Sample] {
    guard let value = reading.recordedValue, scope.operations > 0 else { return [] }
    var factor = 1.0
    if let enabled = reading.enabledNanoseconds, let running = reading.runningNanoseconds, running > 0 {
      factor = Double(enabled) / Double(running)
    }
    return [
      base(
        scope, "der.\(reading.name)", value * factor / Double(scope.operations), "1/op", .lower,
        reading.recordedStatus, .derived)
    ]
  }

  private func base(
    _ scope: Scope, _ metric: String, _ value: Double?, _ unit: String, _ better: MetricDirection,
    _ status: MeasurementStatus, _ source: MeasurementSource
  ) -> Sample {
    Sample(
      runID: runID.description, cell: entry.cell, benchVersion: Self.benchVersion, block: entry.block,
      order: entry.order, invocation: entry.invocation, window: scope.window.window,
      startedUTC: UTCTimestamp(millisecondsSinceEpoch: scope.window.startedMilliseconds),
      windowNanoseconds: scope.activeNanoseconds, operations: scope.operations, scope: scope.scope, metric: metric,
      value: value, unit: unit, better: better, status: status, source: source, cpus: scope.cpus, flags: scope.flags,
      note: Self.oneLine(scope.note))
  }

  /// Notes stay in one line, so a file can be looked at with line tools, and within a readable length.
  static func oneLine(_ text: String) -> String {
    let line = text.split { $0.isNewline }.joined(separator: " | ")
    return line.count > 500 ? "\(line.prefix(497))..." : line
  }
}
