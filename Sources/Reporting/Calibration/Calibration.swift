public import Results
import Statistics

/// A build compared with itself, again and again: whatever differs is noise, and every flag is false.
public struct Calibration: Sendable {
  /// One case over all comparisons.
  public struct Row: Sendable {
    public let cell: Cell
    public let benchVersion: Int
    /// |log ratio| turned into a relative change, of each comparison in which both sides have values.
    public let changes: [Double]
    /// Comparisons with p below α, before adjustment.
    public let falseFlags: Int

    /// 95 % quantile of ``changes``.
    public var noiseFloor: Double? { OrderStatistics.quantile(changes, at: 0.95) }
  }

  public let design: CalibrationDesign
  public let options: ComparisonOptions
  /// By identity; cases without any comparison are left out.
  public let rows: [Row]
  /// Rows of comparisons with p below α after Holm's adjustment over the cases of the comparison.
  public let adjustedFlags: Int
  /// Rows with a verdict of regressed or improved: significant and beyond the minimum effect.
  public let wrongVerdicts: Int

  /// Pairs of sides that were compared.
  public var comparedCount: Int { rows.reduce(0) { $0 + $1.changes.count } }
  /// Of these, p below α before adjustment.
  public var falseFlags: Int { rows.reduce(0) { $0 + $1.falseFlags } }

  /// - Throws: ``ComparisonError/noSamples(metric:scope:available:)`` when no comparison has both sides.
  public init(
    _ samples: [Sample], design: CalibrationDesign, options: ComparisonOptions = ComparisonOptions()
  ) throws(ComparisonError) {
    var outcomes: [CaseID: [ComparisonRow]] = [:]
    var order: [CaseID] = []
    var lastError: ComparisonError?
    for part in design.split(samples) where !part.isEmpty {
      let comparison: Comparison
      do throws(ComparisonError) {
        comparison = try Comparison(of: part, over: "variant", base: "a", options: options)
      } catch {
        lastError = error
        continue
      }
      for row in comparison.rows where row.pValue != nil {
        let caseID = CaseID(of: row.cell)
        if outcomes[caseID] == nil { order.append(caseID) }
        outcomes[caseID, default: []].append(row)
      }
    }
    if order.isEmpty, let lastError { throw lastError }
    let all = outcomes.values.joined()
    self.design = design
    self.options = options
    adjustedFlags = all.count { ($0.pAdjusted ?? 1) < options.alpha }
    wrongVerdicts = all.count { $0.verdict == .regressed || $0.verdict == .improved }
    rows = order.compactMap { caseID in
      guard let outcomes = outcomes[caseID], let first = outcomes.first, let version = first.base?.benchVersions.first
      else { return nil }
      return Row(
        cell: first.cell, benchVersion: version,
        changes: outcomes.map { max($0.ratio ?? 1, 1 / ($0.ratio ?? 1)) - 1 },
        falseFlags: outcomes.count { ($0.pValue ?? 1) < options.alpha })
    }
  }

  /// What `compare` needs of it.
  ///
  /// - Parameter runID: the run that the samples come from.
  public func record(runID: String) -> CalibrationRecord {
    CalibrationRecord(
      cases: rows.compactMap { row in
        row.noiseFloor.map { floor in
          CalibrationRecord.Case(
            runID: runID, caseID: CaseID(of: row.cell), identity: row.cell.identityColumns,
            benchVersion: row.benchVersion, metric: options.metric, comparisons: row.changes.count,
            perSide: design.perSide, alpha: options.alpha, falseFlags: row.falseFlags, noiseFloor: floor)
        }
      })
  }

  /// A table of noise floors with what it means below.
  public func text() -> String {
    let order = IdentityOrder(rows.map { ($0.cell, "") })
    var table = TextTable(
      order.varying.map { key in
        let isNumeric = rows.allSatisfy { DecimalText.parse($0.cell.identity(key) ?? "0") != nil }
        return TextTable.Column(key, isNumeric ? .right : .left)
      } + ["comparisons", "false flags", "median change %", "noise floor %"].map { TextTable.Column($0, .right) })
    for row in rows {
      func percent(_ value: Double?) -> String { value.map { NumberText.fixed($0 * 100, decimals: 2) } ?? "" }
      table.append(
        order.varying.map { row.cell.identity($0) ?? "" } + [
          "\(row.changes.count)", "\(row.falseFlags)", percent(OrderStatistics.median(row.changes)),
          percent(row.noiseFloor),
        ])
    }
    let compared = comparedCount
    let rate = compared > 0 ? Double(falseFlags) / Double(compared) : 0
    return """
      \(options.metric), scope \(options.scope), the build against itself, \(design.perSide)+\(design.perSide) invocations \
      a comparison
      \(order.caption.map { "\($0)\n" } ?? "")
      \(table.text())
      \(compared) comparisons: p below \(NumberText.percent(options.alpha)) in \(falseFlags) \
      (\(NumberText.significant(rate * 100, digits: 2)) %), after Holm's adjustment in \(adjustedFlags); \
      \(wrongVerdicts) wrong verdict\(wrongVerdicts == 1 ? "" : "s")

      """
  }
}
