public import Results
import Statistics

/// The table that ends `pagebench run`: one row per case, grouped by workload, showing only what differs.
public struct RunTable: Sendable {
  private static let percentLevel = NumberText.percent(0.95)

  private let summary: RunSummary
  private let statistic: CaseStatistic
  private let throughput: [CaseSummary]
  private let memoryNotes: [String]
  private let latency: LatencyTable?

  /// - Parameters:
  ///   - samples: of one run, or of several that are to be shown as one.
  ///   - statistic: with the minimum there is no interval, and no throughput: its windows are others.
  public init(
    _ samples: [Sample], metric: String = MetricName.timePerOperation, scope: SampleScope = .all,
    statistic: CaseStatistic = .median
  ) {
    summary = RunSummary(samples, metric: metric, scope: scope)
    self.statistic = statistic
    throughput =
      metric == MetricName.timePerOperation && statistic == .median
      ? RunSummary(samples, metric: MetricName.throughput, scope: scope).cases : []
    memoryNotes = metric == MetricName.timePerOperation ? MemoryNotes.make(samples) : []
    latency = metric == MetricName.timePerOperation ? LatencyTable(samples) : nil
  }

  public func text() -> String {
    guard let content else { return emptyMessage }
    return content.caption.map { "\($0)\n" }.joined() + "\n" + content.table.text()
      + (content.notes.isEmpty ? "" : "\n") + content.notes.map { "\($0)\n" }.joined()
      + (latency.map { "\n" + Self.text($0) } ?? "")
  }

  private static func text(_ latency: LatencyTable) -> String {
    latency.caption.map { "\($0)\n" }.joined() + "\n" + latency.table.text()
      + (latency.notes.isEmpty ? "" : "\n") + latency.notes.map { "\($0)\n" }.joined()
  }

  public func markdown() -> String {
    guard let content else { return emptyMessage }
    return content.caption.map { "\($0)\n\n" }.joined() + content.table.markdown()
      + (content.notes.isEmpty ? "" : "\n") + content.notes.map { "- \($0)\n" }.joined()
      + (latency.map { "\n" + Self.markdown($0) } ?? "")
  }

  private static func markdown(_ latency: LatencyTable) -> String {
    latency.caption.map { "\($0)\n\n" }.joined() + latency.table.markdown()
      + (latency.notes.isEmpty ? "" : "\n") + latency.notes.map { "- \($0)\n" }.joined()
  }

  private struct Content {
    let caption: [String]
    let table: TextTable
    let notes: [String]
  }

  private var emptyMessage: String { "no samples of metric \(summary.metric) in scope \(summary.scope)\n" }

  private var content: Content? {
    let cases = summary.cases
    guard !cases.isEmpty else { return nil }
    let order = IdentityOrder(cases.map { ($0.cell, $0.variant) })
    let counts = Set(cases.map(\.measurements.invocationCount))
    let showsThroughput = throughput.contains { $0.measurements.median != nil }
    let showsFlags = cases.contains { !$0.measurements.flags.isEmpty || absence(of: $0) != nil }

    var columns = order.varying.map { key in TextTable.Column(key, Self.alignment(of: key, in: cases)) }
    if counts.count > 1 { columns.append(TextTable.Column("n", .right)) }
    columns.append(TextTable.Column(valueTitle, .right))
    if statistic == .median { columns.append(TextTable.Column("\(Self.percentLevel) CI", .right)) }
    if showsThroughput { columns.append(TextTable.Column("throughput", .right)) }
    if showsFlags { columns.append(TextTable.Column("flags (windows)")) }

    var table = TextTable(columns)
    var previous: CaseSummary?
    for item in cases {
      if order.varying.contains("workload"), let previous, previous.cell.workload != item.cell.workload {
        table.appendGap()
      }
      previous = item
      var cells = order.varying.map { IdentityOrder.value(of: $0, in: (item.cell, item.variant)) }
      if counts.count > 1 { cells.append(String(item.measurements.invocationCount)) }
      cells.append(center(of: item).map { valueText($0, unit: item.unit) } ?? "")
      if statistic == .median { cells.append(Self.intervalText(item)) }
      if showsThroughput { cells.append(throughputText(of: item)) }
      if showsFlags {
        cells.append(
          [absence(of: item) ?? "", item.measurements.flagText].filter { !$0.isEmpty }.joined(separator: "; "))
      }
      table.append(cells)
    }
    return Content(caption: caption(order, counts: counts), table: table, notes: notes)
  }

  private func caption(_ order: IdentityOrder, counts: Set<Int>) -> [String] {
    let what = statistic == .median ? "median over invocations" : "smallest clean window of all invocations"
    var first = "\(summary.metric), scope \(summary.scope): \(what)"
    if counts.count == 1, let count = counts.first { first += ", \(count) per case" }
    return [first] + [order.caption].compactMap { $0 }
  }

  private var notes: [String] {
    var notes: [String] = []
    let few =
      statistic == .median && summary.cases.contains { $0.interval == nil && $0.measurements.invocationCount > 0 }
    if few { notes.append("in brackets: range over invocations; a \(Self.percentLevel) interval needs 6 or more") }
    let failed = summary.cases.reduce(0) { $0 + $1.measurements.failedWindowCount }
    return notes + memoryNotes + [CaseMeasurements.failureNote(failed)].compactMap { $0 }
  }

  private var valueTitle: String {
    let units = Set(summary.cases.map(\.unit))
    let prefix = statistic == .median ? "" : "least "
    if summary.metric == MetricName.timePerOperation, units == ["ns/op"] { return "\(prefix)time per op (ns)" }
    guard units.count == 1, let unit = units.first else { return prefix + summary.metric }
    return "\(prefix)\(summary.metric) (\(unit))"
  }

  private func center(of item: CaseSummary) -> Double? {
    switch statistic {
    case .median: item.measurements.median
    case .minimum: item.measurements.cleanMinimum
    }
  }

  /// Why a case has no value in this table; nil when it has one.
  private func absence(of item: CaseSummary) -> String? {
    if let absence = item.measurements.absence { return absence }
    return center(of: item) == nil ? "no clean window" : nil
  }

  private func valueText(_ value: Double, unit: String) -> String {
    Set(summary.cases.map(\.unit)).count == 1
      ? NumberText.significant(value) : NumberText.quantity(value, unit: unit)
  }

  private static func intervalText(_ item: CaseSummary) -> String {
    if let interval = item.interval {
      return "\(NumberText.significant(interval.lower)) .. \(NumberText.significant(interval.upper))"
    }
    let values = item.measurements.invocationMedians
    guard values.count > 1, let low = values.min(), let high = values.max() else { return "" }
    return "(\(NumberText.significant(low)) .. \(NumberText.significant(high)))"
  }

  private func throughputText(of item: CaseSummary) -> String {
    guard let match = throughput.first(where: { $0.caseID == item.caseID && $0.variant == item.variant }),
      let median = match.measurements.median
    else { return "" }
    return NumberText.quantity(median, unit: match.unit)
  }

  private static func alignment(of key: String, in cases: [CaseSummary]) -> TextTable.Alignment {
    let isNumeric = cases.allSatisfy { item in
      let value = IdentityOrder.value(of: key, in: (item.cell, item.variant))
      return value.isEmpty || DecimalText.parse(value) != nil
    }
    return isNumeric ? .right : .left
  }
}
