import Results
import Statistics

extension Comparison {
  /// A table for a terminal, with a caption above and reasons and cautions below.
  public func text() -> String {
    let layout = ComparisonLayout(self)
    return layout.caption.map { "\($0)\n" }.joined() + "\n" + layout.table.text() + "\n"
      + layout.footnotes.map { "\($0)\n" }.joined()
  }

  /// The same table for a pull request.
  public func markdown() -> String {
    let layout = ComparisonLayout(self)
    return layout.caption.map { "\($0)\n\n" }.joined() + layout.table.markdown() + "\n"
      + layout.footnotes.map { "- \($0)\n" }.joined()
  }
}

/// Caption, table and footnotes shared by text and Markdown.
struct ComparisonLayout {
  private(set) var caption: [String] = []
  private(set) var table: TextTable
  private(set) var footnotes: [String] = []

  private let comparison: Comparison
  private let order: IdentityOrder
  /// Title of the column that names the head; nil when there is only one.
  private let headTitle: String?
  private let showsCounts: Bool
  private let showsTest: Bool
  private var remarks: [Remark] = []

  /// What a footnote is about. Rows that lack the same thing share one.
  private enum Remark: Hashable {
    case text(String)
    case curableNoise
    case incurableNoise

    init?(_ row: ComparisonRow) {
      switch row.noise {
      case .curable: self = .curableNoise
      case .incurable: self = .incurableNoise
      case nil where row.reason.isEmpty: return nil
      case nil: self = .text(row.reason)
      }
    }
  }

  init(_ comparison: Comparison) {
    self.comparison = comparison
    let options = comparison.options
    let rows = comparison.rows
    var hidden: Set<String> = []
    headTitle =
      switch comparison.subject {
      case .sets: nil
      case .values(let key, _, let heads): heads.count > 1 ? key : nil
      }
    if case .values(let key, _, _) = comparison.subject {
      hidden = [key == SampleSchema.Column.workload.rawValue ? "workload" : key]
    }
    order = IdentityOrder(rows.map { ($0.cell, $0.variant) }, excluding: hidden)
    showsCounts = Set(rows.map(Self.countText)).count > 1
    showsTest = options.statistic == .median
    table = TextTable([TextTable.Column("")])
    caption = captionLines()
    table = makeTable()
    footnotes =
      verdictCounts() + remarks.enumerated().map { "[\($0.offset + 1)] \(text(of: $0.element))" } + comparison.notes
  }

  private func captionLines() -> [String] {
    let options = comparison.options
    let unit = comparison.rows.first.map { " (\($0.unit))" } ?? ""
    let sides =
      switch comparison.subject {
      case .sets(let base, let head): "base \(base), head \(head)"
      case .values(let key, let base, let heads):
        heads.count == 1 ? "base \(key)=\(base), head \(key)=\(heads[0])" : "base \(key)=\(base)"
      }
    let what = options.statistic == .median ? "median over invocations" : "minimum over clean windows"
    var first = "\(options.metric)\(unit), scope \(options.scope), \(what)"
    if !showsCounts, let row = comparison.rows.first { first += ", n = \(Self.countText(row))" }
    return [first, sides] + [order.caption].compactMap { $0 }
  }

  private var identityColumns: [String] {
    guard let rowKey = comparison.options.rowKey, order.varying.contains(rowKey) else { return order.varying }
    return [rowKey] + order.varying.filter { $0 != rowKey }
  }

  private mutating func makeTable() -> TextTable {
    let rows = comparison.rows
    var columns = identityColumns.map { key in
      let isNumeric = rows.allSatisfy { $0.identity(key).isEmpty || DecimalText.parse($0.identity(key)) != nil }
      return TextTable.Column(key, isNumeric ? .right : .left)
    }
    if let headTitle { columns.append(TextTable.Column(headTitle)) }
    if showsCounts { columns.append(TextTable.Column("n", .right)) }
    columns += ["base", "head", "ratio"].map { TextTable.Column($0, .right) }
    if showsTest {
      columns += ["\(NumberText.percent(1 - comparison.options.alpha)) CI", "p adj", "MDE %"].map {
        TextTable.Column($0, .right)
      }
    }
    columns.append(TextTable.Column("verdict"))

    var table = TextTable(columns)
    for (position, row) in rows.enumerated() {
      table.append(cells(of: row))
      let next = position + 1 < rows.count ? rows[position + 1] : nil
      let group = comparison.options.rowKey.map { row.identity($0) }
      let nextGroup = comparison.options.rowKey.flatMap { key in next?.identity(key) }
      guard next == nil || group != nextGroup else { continue }
      // The mean of a single ratio would only repeat it.
      for mean in comparison.geometricMeans where mean.rowValue == group && mean.usedCount + mean.excludedCount > 1 {
        table.append(cells(of: mean))
      }
      if next != nil { table.appendGap() }
    }
    return table
  }

  private mutating func cells(of row: ComparisonRow) -> [String] {
    var cells = identityColumns.map { row.identity($0) }
    if headTitle != nil { cells.append(row.headName) }
    if showsCounts { cells.append(Self.countText(row)) }
    let statistic = comparison.options.statistic
    cells.append(row.center(row.base, statistic).map { NumberText.significant($0) } ?? "")
    cells.append(row.center(row.head, statistic).map { NumberText.significant($0) } ?? "")
    cells.append(row.ratio.map { NumberText.fixed($0, decimals: 3) } ?? "")
    if showsTest {
      cells.append(
        row.interval.map { "\(NumberText.fixed($0.lower, decimals: 3)) .. \(NumberText.fixed($0.upper, decimals: 3))" }
          ?? "")
      cells.append(row.pAdjusted.map(NumberText.probability) ?? "")
      cells.append(row.detectableEffect.map { NumberText.fixed($0 * 100, decimals: 1) } ?? "")
    }
    cells.append(verdictText(row))
    return cells
  }

  private func cells(of mean: GeometricMeanRow) -> [String] {
    let used = "\(mean.usedCount) of \(mean.usedCount + mean.excludedCount) rows"
    let label = "geomean"
    var cells = identityColumns.map { $0 == comparison.options.rowKey ? mean.rowValue ?? "" : "" }
    if headTitle != nil { cells.append(mean.headName) }
    if showsCounts { cells.append("") }
    cells += ["", label, mean.ratio.map { NumberText.fixed($0, decimals: 3) } ?? ""]
    if showsTest { cells += ["", "", ""] }
    cells.append(used)
    return cells
  }

  /// The verdict with the number of its footnote.
  private mutating func verdictText(_ row: ComparisonRow) -> String {
    let word = comparison.word(for: row.verdict)
    guard let remark = Remark(row) else { return word }
    if !remarks.contains(remark) { remarks.append(remark) }
    return "\(word) [\((remarks.firstIndex(of: remark) ?? 0) + 1)]"
  }

  private func text(of remark: Remark) -> String {
    let isRaised = comparison.rows.contains { $0.minimumEffect > comparison.options.minimumEffect }
    let threshold =
      NumberText.percent(comparison.options.minimumEffect) + (isRaised ? " (or the machine's noise floor)" : "")
    let noise = "the spread hides a change of \(threshold), only one of MDE or more would be found"
    switch remark {
    case .text(let text): return text
    case .incurableNoise: return "\(noise); the noise must fall, more invocations will not do"
    case .curableNoise:
      let needed = comparison.rows.compactMap { row in
        if case .curable(let count) = row.noise { count } else { nil as Int? }
      }
      let (least, most) = (needed.min() ?? 0, needed.max() ?? 0)
      return "\(noise); about \(least == most ? "\(least)" : "\(least) to \(most)") invocations per side would do"
    }
  }

  private func verdictCounts() -> [String] {
    let counts = Verdict.allCases.map { (comparison.word(for: $0), comparison.count(of: $0)) }.filter { $0.1 > 0 }
    let total = comparison.rows.count
    return [
      "\(total) row\(total == 1 ? "" : "s"): " + counts.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    ]
  }

  private static func countText(_ row: ComparisonRow) -> String {
    "\(row.base?.invocationCount ?? 0)+\(row.head?.invocationCount ?? 0)"
  }
}
