import Results

/// Latencies of a run, under its main table: one row per case and operation, medians over invocations.
struct LatencyTable {
  private struct Row {
    let summary: CaseSummary
    let operation: String
    let cells: [String]
  }

  private let rows: [Row]
  private let saturated: Int

  /// Nil when no operation was timed.
  init?(_ samples: [Sample]) {
    let prefix = "\(MetricName.latencyPrefix)_max"
    let metrics = Set(samples.map(\.metric).filter { $0.hasPrefix(prefix) })
    guard !metrics.isEmpty else { return nil }
    var rows: [Row] = []
    for metric in metrics.sorted() {
      let suffix = metric.dropFirst(prefix.count)
      let columns = Self.columns.map { RunSummary(samples, metric: $0.metric + suffix).cases }
      for item in RunSummary(samples, metric: metric).cases {
        let cells = columns.map { cases in
          cases.first { $0.caseID == item.caseID && $0.variant == item.variant }.flatMap(Self.text) ?? ""
        }
        rows.append(Row(summary: item, operation: String(suffix.dropFirst()), cells: cells))
      }
    }
    let keys = IdentityOrder.keys(of: rows.map { ($0.summary.cell, $0.summary.variant) })
    // Stable, so that the operations of one case stay in their order.
    self.rows = rows.enumerated().sorted { left, right in
      let (a, b) = (left.element.summary, right.element.summary)
      if IdentityOrder.precedes((a.cell, a.variant), (b.cell, b.variant), by: keys) { return true }
      if IdentityOrder.precedes((b.cell, b.variant), (a.cell, a.variant), by: keys) { return false }
      return left.offset < right.offset
    }.map(\.element)
    saturated = Set(samples.filter { $0.flags.contains(.saturated) }.map(\.caseID)).count
  }

  /// Nil where some windows have no value: a median over the others would be of another selection than its neighbours.
  private static func text(_ item: CaseSummary) -> String? {
    guard item.measurements.unusable.isEmpty else { return nil }
    return item.measurements.median.map { NumberText.quantity($0, unit: "ns") }
  }

  /// Percentiles of the response, then what a closed loop would have said of the same operations.
  private static let columns: [(title: String, metric: String)] =
    ["p50", "p99", "p99.9", "max"].map { ($0, "\(MetricName.latencyPrefix)_\($0)") } + [
      ("service p99", "\(MetricName.servicePrefix)_p99"), ("gap p99", MetricName.omissionGap),
    ]

  private var order: IdentityOrder { IdentityOrder(rows.map { ($0.summary.cell, $0.summary.variant) }) }

  var caption: [String] {
    ["latency of one operation, scope all: medians over invocations"] + [order.caption].compactMap { $0 }
  }

  var table: TextTable {
    let order = order
    let showsOperation = rows.contains { !$0.operation.isEmpty }
    let used = Self.columns.indices.filter { column in rows.contains { !$0.cells[column].isEmpty } }
    var table = TextTable(
      order.varying.map { key in
        let isNumeric = rows.allSatisfy { row in
          let value = IdentityOrder.value(of: key, in: (row.summary.cell, row.summary.variant))
          return value.isEmpty || DecimalText.parse(value) != nil
        }
        return TextTable.Column(key, isNumeric ? .right : .left)
      } + (showsOperation ? [.init("operation")] : [])
        + used.map { TextTable.Column(Self.columns[$0].title, .right) })
    for row in rows {
      let identity = order.varying.map { IdentityOrder.value(of: $0, in: (row.summary.cell, row.summary.variant)) }
      table.append(identity + (showsOperation ? [row.operation] : []) + used.map { row.cells[$0] })
    }
    return table
  }

  var notes: [String] {
    var notes: [String] = []
    if rows.contains(where: { !$0.cells[Self.columns.count - 1].isEmpty }) {
      notes.append(
        "open loops: from the intended start; service p99 is from the actual start, and the gap is what that would hide"
      )
    }
    if saturated > 0 {
      notes.append(
        "windows of \(saturated) case\(saturated == 1 ? "" : "s") could not keep the rate: the queue grew to their end, and "
          + "longer windows would show longer responses")
    }
    if rows.contains(where: { $0.cells.prefix(4).contains("") }) {
      notes.append("a percentile is left empty where a window has fewer than ten timed operations beyond it")
    }
    return notes
  }
}
