public import Results
import Statistics

/// The table that ends `pagebench run`: one row per case, grouped by workload, showing only what differs.
public struct RunTable: Sendable {
  private static let percentLevel = NumberText.percent(0.95)

  private let summary: RunSummary
  private let throughput: [CaseSummary]

  /// - Parameter samples: of one run, or of several that are to be shown as one.
  public init(_ samples: [Sample], metric: String = MetricName.timePerOperation, scope: SampleScope = .all) {
    summary = RunSummary(samples, metric: metric, scope: scope)
    throughput =
      metric == MetricName.timePerOperation
      ? RunSummary(samples, metric: MetricName.throughput, scope: scope).cases : []
  }

  public func text() -> String {
    guard let content else { return emptyMessage }
    return content.caption.map { "\($0)\n" }.joined() + "\n" + content.table.text()
      + (content.notes.isEmpty ? "" : "\n") + content.notes.map { "\($0)\n" }.joined()
  }

  public func markdown() -> String {
    guard let content else { return emptyMessage }
    return content.caption.map { "\($0)\n\n" }.joined() + content.table.markdown()
      + (content.notes.isEmpty ? "" : "\n") + content.notes.map { "- \($0)\n" }.joined()
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
    let showsFlags = cases.contains { !$0.measurements.flags.isEmpty || $0.measurements.absence != nil }

    var columns = order.varying.map { key in TextTable.Column(key, Self.alignment(of: key, in: cases)) }
    if counts.count > 1 { columns.append(TextTable.Column("n", .right)) }
    columns.append(TextTable.Column(valueTitle, .right))
    columns.append(TextTable.Column("\(Self.percentLevel) CI", .right))
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
      cells.append(item.measurements.median.map { valueText($0, unit: item.unit) } ?? "")
      cells.append(Self.intervalText(item))
      if showsThroughput { cells.append(throughputText(of: item)) }
      if showsFlags {
        cells.append(
          [item.measurements.absence ?? "", item.measurements.flagText].filter { !$0.isEmpty }.joined(separator: "; "))
      }
      table.append(cells)
    }
    return Content(caption: caption(order, counts: counts), table: table, notes: notes)
  }

  private func caption(_ order: IdentityOrder, counts: Set<Int>) -> [String] {
    var first = "\(summary.metric), scope \(summary.scope): median over invocations"
    if counts.count == 1, let count = counts.first { first += ", \(count) per case" }
    return [first] + [order.caption].compactMap { $0 }
  }

  private var notes: [String] {
    var notes: [String] = []
    let few = summary.cases.contains { $0.interval == nil && $0.measurements.invocationCount > 0 }
    if few { notes.append("in brackets: range over invocations; a \(Self.percentLevel) interval needs 6 or more") }
    let failed = summary.cases.reduce(0) { $0 + $1.measurements.failedWindowCount }
    return notes + [CaseMeasurements.failureNote(failed)].compactMap { $0 }
  }

  private var valueTitle: String {
    let units = Set(summary.cases.map(\.unit))
    if summary.metric == MetricName.timePerOperation, units == ["ns/op"] { return "time per op (ns)" }
    guard units.count == 1, let unit = units.first else { return summary.metric }
    return "\(summary.metric) (\(unit))"
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
