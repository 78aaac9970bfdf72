public import Results
import Statistics

/// Two or more sets of samples joined case by case, with a verdict per case.
///
/// The unit of replication is the process invocation. Rows are tested with Mann–Whitney, sized with Hodges–Lehmann on
/// logarithms, and adjusted with Holm over the table.
public struct Comparison: Sendable {
  /// What differs between the sides.
  public enum Subject: Hashable, Sendable {
    /// Two stored sets, such as two runs.
    case sets(base: String, head: String)
    /// Values of one identity key inside one set.
    case values(key: String, base: String, heads: [String])
  }

  public let subject: Subject
  public let options: ComparisonOptions
  /// Grouped by the row key, then by identity, then by head.
  public let rows: [ComparisonRow]
  /// One per group and head, in row order.
  public let geometricMeans: [GeometricMeanRow]
  /// Cautions about the comparison as a whole.
  public let notes: [String]

  /// Compares two stored sets case by case. The join key is case, variant, scope, metric and unit.
  ///
  /// - Throws: `noSamples` when no side has the metric, `unknownKey` for a row key that no case has.
  public init(
    base: [Sample], head: [Sample], baseName: String, headName: String,
    options: ComparisonOptions = ComparisonOptions()
  ) throws(ComparisonError) {
    let wantedBase = try Self.wanted(base, orIn: head, options)
    let wantedHead = try Self.wanted(head, orIn: base, options)
    try Self.checkRowKey(options, in: wantedBase + wantedHead)
    let joined = ComparisonJoin.sets(base: wantedBase, head: wantedHead)
    let rows = joined.map {
      ComparisonRow(base: $0.base, head: $0.head, baseName: baseName, headName: headName)
    }
    var notes: [String] = []
    let (baseRuns, headRuns) = (Set(wantedBase.map(\.runID)), Set(wantedHead.map(\.runID)))
    if !baseRuns.isEmpty, baseRuns == headRuns {
      notes.append("base and head are the same run: any difference would be a fault of the comparison")
    } else {
      notes.append(
        "base and head were measured one after the other: a drift of the machine between them looks like a change")
    }
    self.init(
      subject: .sets(base: baseName, head: headName), rows: rows,
      failedWindowCount: Self.failedWindowCount(wantedBase + wantedHead), notes: notes, options: options)
  }

  /// Compares values of one identity key inside one set: cells that differ only in that key are paired.
  ///
  /// - Parameters:
  ///   - key: for example `strategy`, `lock`, `threads`, `variant`, or a workload parameter.
  ///   - base: the value the others are compared with; by default the first one in execution order.
  /// - Throws: ``ComparisonError`` when there is nothing to compare.
  public init(
    of samples: [Sample], over key: String, base: String? = nil, options: ComparisonOptions = ComparisonOptions()
  ) throws(ComparisonError) {
    let wanted = try Self.wanted(samples, orIn: [], options)
    try Self.checkRowKey(options, in: wanted)
    if options.rowKey == key { throw .sameKey(key) }
    guard wanted.contains(where: { $0.identity(key) != nil }) else {
      throw .unknownKey(key, available: Self.keys(of: wanted))
    }
    var values: [String] = []
    for sample in wanted where !values.contains(sample.identity(key) ?? "") {
      values.append(sample.identity(key) ?? "")
    }
    let baseValue = base ?? values[0]
    guard values.contains(baseValue) else { throw .unknownBase(key: key, value: baseValue, available: values) }
    guard values.count > 1 else { throw .oneValueOnly(key: key, value: baseValue) }
    let heads = values.filter { $0 != baseValue }.sorted(by: IdentityOrder.precedes)
    var rows: [ComparisonRow] = []
    for pair in ComparisonJoin.values(of: key, base: baseValue, heads: heads, in: wanted) {
      rows.append(ComparisonRow(base: pair.base, head: pair.head, baseName: baseValue, headName: pair.headName))
    }
    var notes: [String] = []
    if !rows.contains(where: { $0.base != nil && $0.head != nil }) {
      notes.append("no two cases differ only in `\(key)`: something else changes with it, so nothing was compared")
    }
    self.init(
      subject: .values(key: key, base: baseValue, heads: heads), rows: rows,
      failedWindowCount: Self.failedWindowCount(wanted), notes: notes, options: options)
  }

  private init(
    subject: Subject, rows: [ComparisonRow], failedWindowCount: Int, notes: [String], options: ComparisonOptions
  ) {
    var rows = rows
    for index in rows.indices { rows[index].measure(options) }
    let adjusted = HolmAdjustment.adjust(rows.map(\.pValue))
    let familySize = rows.count { $0.pValue != nil }
    for index in rows.indices {
      rows[index].pAdjusted = adjusted[index]
      rows[index].decide(options, familySize: familySize)
    }
    let sorted = Self.sort(rows, subject: subject, options: options)
    self.subject = subject
    self.options = options
    self.rows = sorted
    self.notes =
      notes
      + [
        Self.floorNote(sorted, options), CaseMeasurements.failureNote(failedWindowCount),
      ].compactMap { $0 }
    geometricMeans = Self.geometricMeans(sorted, rowKey: options.rowKey)
  }

  /// Rows with this verdict.
  public func count(of verdict: Verdict) -> Int { rows.count { $0.verdict == verdict } }

  /// Rows with a usable value on both sides; 0 means that nothing was compared.
  public var comparedCount: Int {
    rows.count { [.regressed, .improved, .equivalent, .inconclusive].contains($0.verdict) }
  }

  /// Says which limits the machine's noise has raised, and how many cases nobody has calibrated.
  private static func floorNote(_ rows: [ComparisonRow], _ options: ComparisonOptions) -> String? {
    guard options.calibration != nil else { return nil }
    let raised = rows.map(\.minimumEffect).filter { $0 > options.minimumEffect }
    guard let least = raised.min(), let most = raised.max() else { return nil }
    let range =
      least == most ? NumberText.percent(least) : "\(NumberText.percent(least)) to \(NumberText.percent(most))"
    return "noise floors of this machine, from its calibration, raise the limit of \(raised.count) "
      + "row\(raised.count == 1 ? "" : "s") from \(NumberText.percent(options.minimumEffect)) to \(range)"
  }

  private static func failedWindowCount(_ samples: [Sample]) -> Int {
    samples.count { $0.flags.contains(.failed) }
  }

  private static func wanted(
    _ samples: [Sample], orIn other: [Sample], _ options: ComparisonOptions
  ) throws(ComparisonError) -> [Sample] {
    let isWanted = { (sample: Sample) in sample.metric == options.metric && sample.scope == options.scope }
    let wanted = samples.filter(isWanted)
    if wanted.isEmpty, !other.contains(where: isWanted) {
      let all = samples + other
      // Metrics of the scope asked for, if there are any: with every thread's the list would be long.
      let inScope = Set(all.filter { $0.scope == options.scope }.map(\.metric))
      let available = inScope.isEmpty ? Set(all.map { "\($0.metric) in \($0.scope)" }) : inScope
      throw .noSamples(metric: options.metric, scope: options.scope, available: available.sorted())
    }
    return wanted
  }

  private static func checkRowKey(_ options: ComparisonOptions, in samples: [Sample]) throws(ComparisonError) {
    guard let key = options.rowKey else { return }
    guard samples.contains(where: { $0.identity(key) != nil }) else {
      throw .unknownKey(key, available: keys(of: samples))
    }
  }

  private static func keys(of samples: [Sample]) -> [String] {
    IdentityOrder.keys(of: samples.map { ($0.cell, $0.variant) })
      .filter { key in samples.contains { $0.identity(key) != nil } }
  }

  private static func sort(
    _ rows: [ComparisonRow], subject: Subject, options: ComparisonOptions
  ) -> [ComparisonRow] {
    var keys = IdentityOrder.keys(of: rows.map { ($0.cell, $0.variant) })
    if let rowKey = options.rowKey { keys = [rowKey] + keys.filter { $0 != rowKey } }
    if case .values(let key, _, _) = subject { keys.removeAll { $0 == key } }
    return rows.sorted { left, right in
      let (a, b) = ((left.cell, left.variant), (right.cell, right.variant))
      if IdentityOrder.precedes(a, b, by: keys) { return true }
      if IdentityOrder.precedes(b, a, by: keys) { return false }
      if left.headName != right.headName { return IdentityOrder.precedes(left.headName, right.headName) }
      return left.unit < right.unit
    }
  }

  private static func geometricMeans(_ rows: [ComparisonRow], rowKey: String?) -> [GeometricMeanRow] {
    struct Group: Hashable {
      let rowValue: String?
      let headName: String
    }
    var order: [Group] = []
    var members: [Group: [ComparisonRow]] = [:]
    for row in rows {
      let group = Group(rowValue: rowKey.map { row.identity($0) }, headName: row.headName)
      if members[group] == nil { order.append(group) }
      members[group, default: []].append(row)
    }
    return order.map { group in
      let all = members[group] ?? []
      let ratios = all.compactMap(\.ratio)
      return GeometricMeanRow(
        rowValue: group.rowValue, headName: group.headName, ratio: GeometricMean.of(ratios), usedCount: ratios.count,
        excludedCount: all.count - ratios.count)
    }
  }
}
