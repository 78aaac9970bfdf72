import Counters
import Results
import Topology

/// Makes the rows of `samples.csv` for one invocation.
struct SampleRows {
  /// Raised when the meaning of what the harness measures changes; rows of different versions do not compare.
  static let benchVersion = 1

  let runID: RunID
  let entry: Plan.Entry
  /// What the run counts.
  let counters: CounterPlan
  private let caseID: CaseID

  init(runID: RunID, entry: Plan.Entry, counters: CounterPlan = .none) {
    self.runID = runID
    self.entry = entry
    self.counters = counters
    caseID = CaseID(of: entry.cell)
  }

  /// All rows of all windows.
  func rows(_ report: TrialReport) -> [Sample] {
    let windows = report.windows.map { CountedWindow($0, counters, invocation: entry.invocation) }
    let absent = Absences(windows)
    var all =
      warmUpRows(report) + windows.prefix(1).flatMap { foldedRows($0.window, absent) }
      + windows.flatMap { rows($0, absent) }
    for index in all.indices { all[index].guarantee = report.guarantee }
    return all
  }

  private func warmUpRows(_ report: TrialReport) -> [Sample] {
    guard let nanoseconds = report.warmUpNanoseconds, let window = report.windows.first else { return [] }
    var sample = row(foldedScope(window), MetricName.warmUp, Double(nanoseconds), "ns", .none, .clock)
    fold(&sample)
    return [sample]
  }

  /// A window with what was counted in it over all workers.
  private struct CountedWindow {
    let window: WindowResult
    let sums: [CounterReading]
    let derived: [DerivedReading]

    init(_ window: WindowResult, _ counters: CounterPlan, invocation: Int) {
      let sums =
        CounterReading.sum(of: window.workers.map(\.counters))
        + counters.readingsOfOtherSets(ofInvocation: invocation)
      let operations = WindowMetrics(workers: window.workers).operations
      self.window = window
      self.sums = sums
      derived = counters.metrics.map { DerivedReading($0, of: sums, operations: operations) }
    }
  }

  /// Counters and derived metrics without a value in every window, for the same reason in all of them: one row says so
  /// for the process.
  private struct Absences {
    let readings: [CounterReading]
    let derived: [DerivedReading]

    init(_ windows: [CountedWindow]) {
      readings = (windows.first?.sums ?? []).filter { first in
        first.recordedValue == nil && windows.allSatisfy { $0.sums.contains(first) }
      }
      derived = (windows.first?.derived ?? []).filter { first in
        first.value == nil && windows.allSatisfy { $0.derived.contains(first) }
      }
    }
  }

  private func foldedRows(_ window: WindowResult, _ absent: Absences) -> [Sample] {
    let scope = foldedScope(window)
    let rows =
      absent.readings.map { (counterRow(scope, $0), $0.note) } + absent.derived.map { (derivedRow(scope, $0), $0.note) }
    return rows.map { sample, note in
      var sample = sample
      fold(&sample)
      sample.note = Self.oneLine(note ?? "")
      return sample
    }
  }

  private func foldedScope(_ window: WindowResult) -> Scope {
    Scope(
      scope: .all, cpus: NumberList.format(Set(window.workers.map(\.cpu)).sorted()), activeNanoseconds: nil,
      operations: nil, window: window)
  }

  /// Makes a row stand for all windows of the process: flags and findings are the windows' own.
  private func fold(_ sample: inout Sample) {
    sample.window = -1
    sample.flags = ownFlags
    sample.note = ""
  }

  /// The row of an invocation that yielded nothing.
  func errorRow(note: String, started: UTCTimestamp) -> Sample {
    Sample(
      runID: runID.description, cell: entry.cell, benchVersion: Self.benchVersion, block: entry.block,
      order: entry.order, invocation: entry.invocation, window: -1, startedUTC: started, windowNanoseconds: nil,
      operations: nil, metric: MetricName.timePerOperation, value: nil, unit: "ns/op", better: .lower, status: .error,
      source: .clock, flags: ownFlags, note: Self.oneLine(note))
  }

  private func rows(_ counted: CountedWindow, _ absent: Absences) -> [Sample] {
    let window = counted.window
    let metrics = WindowMetrics(workers: window.workers)
    let all = Scope(
      scope: .all, cpus: NumberList.format(Set(window.workers.map(\.cpu)).sorted()),
      activeNanoseconds: metrics.longestActive, operations: metrics.operations, window: window)
    var rows = workRows(all, metrics)
    if let fairness = metrics.fairnessOfNodes {
      rows.append(row(all, "fairness_nodes", fairness, "1", .higher, .derived))
    }
    if let memory = window.memory { rows += memoryRows(all, memory) }
    rows += knownRows(all, counted)
    for reading in counted.sums where !absent.readings.contains(reading) {
      rows.append(counterRow(all, reading))
      rows.append(contentsOf: perOperationRow(all, reading))
    }
    rows += counted.derived.filter { !absent.derived.contains($0) }.map { derivedRow(all, $0) }
    rows += nodeRows(counted)
    for (index, worker) in window.workers.enumerated() {
      let scope = Scope(
        scope: .thread(index), cpus: String(worker.cpu), activeNanoseconds: worker.activeNanoseconds,
        operations: worker.operations, window: window)
      rows.append(
        row(
          scope, MetricName.timePerOperation,
          WindowMetrics.timePerOperation(active: worker.activeNanoseconds, operations: worker.operations), "ns/op",
          .lower, .clock))
      rows += LatencyRows([worker]).rows.map { latencyRow(scope, $0) }
      // With one worker the sum is the worker's.
      guard window.workers.count > 1 else { continue }
      // A counter that nobody has is said once, by the sum, and not again by every thread.
      let own = worker.counters.filter { reading in
        reading.value != nil || counted.sums.first { $0.name == reading.name }?.status != reading.status
      }
      rows += own.map { counterRow(scope, $0) }
    }
    return rows
  }

  /// What some workers did together, and how evenly.
  private func workRows(_ scope: Scope, _ metrics: WindowMetrics) -> [Sample] {
    let evenness: [(String, Double?, MetricDirection)] = [
      ("fairness", metrics.fairness, .higher), ("fairness_min_max", metrics.fairnessMinMax, .higher),
      ("fairness_cv", metrics.fairnessVariation, .lower),
    ]
    return [
      throughputRow(scope, metrics),
      row(scope, MetricName.timePerOperation, metrics.timePerOperation, "ns/op", .lower, .clock),
    ]
      + evenness.compactMap { name, value, better in
        value.map { row(scope, name, $0, "1", better, .derived) }
      }
      + LatencyRows(metrics.workers).rows.map { latencyRow(scope, $0) }
  }

  /// The breakdown by NUMA node; none where all workers lie on one.
  private func nodeRows(_ counted: CountedWindow) -> [Sample] {
    let nodes = WindowMetrics(workers: counted.window.workers).nodes
    guard nodes.count > 1 else { return [] }
    return nodes.sorted { $0.key < $1.key }.flatMap { node, metrics -> [Sample] in
      let scope = Scope(
        scope: .node(node), cpus: NumberList.format(Set(metrics.workers.map(\.cpu)).sorted()),
        activeNanoseconds: metrics.longestActive, operations: metrics.operations, window: counted.window)
      let sums = CounterReading.sum(of: metrics.workers.map(\.counters)).filter { $0.value != nil }
      return workRows(scope, metrics)
        + sums.flatMap { [counterRow(scope, $0)] + perOperationRow(scope, $0) }
    }
  }

  /// What the tables take. Per mapped GiB only where something is mapped when the window ends.
  private func memoryRows(_ scope: Scope, _ memory: MemoryUse) -> [Sample] {
    var rows = [
      row(scope, "table_bytes", Double(memory.tables), "By", .none, .user),
      row(scope, "table_bytes_peak", Double(memory.peakTables), "By", .none, .user),
      row(scope, "metadata_bytes", Double(memory.metadata), "By", .none, .user),
      row(scope, "mapped_bytes", Double(memory.mapped), "By", .none, .user),
    ]
    if let perGiB = memory.perMappedGiB {
      rows.append(row(scope, MetricName.memoryPerGiB, perGiB, "By/GiB", .lower, .derived))
    }
    return rows
  }

  private func latencyRow(_ scope: Scope, _ row: LatencyRows.Row) -> Sample {
    var sample = base(scope, row.metric, row.value, row.unit, row.better, row.status, row.source)
    if sample.note.isEmpty { sample.note = row.note }
    return sample
  }

  /// What metrics have to be, and how far each was from it.
  private func knownRows(_ scope: Scope, _ counted: CountedWindow) -> [Sample] {
    counted.window.knownValues.flatMap { known in
      let comparison = KnownValueComparison(known, workers: counted.window.workers, sums: counted.sums, scope.flags)
      let name = comparison.rowName
      var error = base(
        scope, "\(name)_error.\(known.metric)", comparison.error, "1", .none, comparison.status, .derived)
      if error.note.isEmpty { error.note = Self.oneLine(comparison.reason ?? "") }
      return [base(scope, "\(name).\(known.metric)", known.value, known.unit, .none, .ok, .user), error]
    }
  }

  /// Flags of rows that no window speaks for.
  private var ownFlags: [SampleFlag] {
    (entry.isOversubscribed ? [.oversubscribed] : []) + (Hypervisor.isEmulator ? [.emulated] : [])
  }

  /// What all rows of one scope have in common.
  private struct Scope {
    let scope: SampleScope
    let cpus: String
    /// nil in rows that stand for all windows of a process.
    let activeNanoseconds: UInt64?
    let operations: UInt64?
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

  /// Workers that take turns on a CPU are not all active at the same time, so the longest of them is no measure of how
  /// long the window's work took: by it, sixty-four workers on two CPUs would achieve thirty times what the CPUs can do.
  private func throughputRow(_ scope: Scope, _ metrics: WindowMetrics) -> Sample {
    guard scope.flags.contains(.oversubscribed), metrics.throughput != nil else {
      return row(scope, MetricName.throughput, metrics.throughput, "op/s", .higher, .clock)
    }
    var sample = base(scope, MetricName.throughput, nil, "op/s", .higher, .notCounted, .clock)
    if sample.note.isEmpty { sample.note = "more workers than CPUs: they took turns, and their times overlap in part" }
    return sample
  }

  /// A raw counter: unscaled, with the times that scaling needs.
  private func counterRow(_ scope: Scope, _ reading: CounterReading) -> Sample {
    var sample = base(
      scope, "ctr.\(reading.name)", reading.recordedValue, unit(of: reading), .none, reading.recordedStatus,
      MeasurementSource(rawValue: reading.source))
    sample.enabledNanoseconds = reading.enabledNanoseconds
    sample.runningNanoseconds = reading.runningNanoseconds
    sample.event = reading.event
    if sample.note.isEmpty { sample.note = Self.oneLine(reading.note ?? "") }
    return sample
  }

  /// A count per operation, scaled to the whole window; none where there is no count or no operation.
  private func perOperationRow(_ scope: Scope, _ reading: CounterReading) -> [Sample] {
    guard let value = reading.scaledValue, let operations = scope.operations, operations > 0 else { return [] }
    return [
      base(
        scope, "der.\(reading.name)", value / Double(operations), "\(unit(of: reading))/op",
        counters.counter(reading.name)?.better ?? .lower, reading.recordedStatus, .derived)
    ]
  }

  private func derivedRow(_ scope: Scope, _ reading: DerivedReading) -> Sample {
    var sample = base(
      scope, "der.\(reading.metric.name)", reading.value, reading.metric.unit, reading.metric.better, reading.status,
      .derived)
    if sample.note.isEmpty { sample.note = Self.oneLine(reading.note ?? "") }
    return sample
  }

  private func unit(of reading: CounterReading) -> String { counters.counter(reading.name)?.unit ?? "1" }

  private func base(
    _ scope: Scope, _ metric: String, _ value: Double?, _ unit: String, _ better: MetricDirection,
    _ status: MeasurementStatus, _ source: MeasurementSource
  ) -> Sample {
    Sample(
      runID: runID.description, cell: entry.cell, caseID: caseID, benchVersion: Self.benchVersion, block: entry.block,
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
