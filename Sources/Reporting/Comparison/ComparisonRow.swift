public import Results
public import Statistics

/// One case on both sides, and what follows from it.
public struct ComparisonRow: Sendable {
  /// The head's cell where there is one, else the base's.
  public let cell: Cell
  public let variant: String
  /// Name of the side compared against; in a comparison by column key, a value of that key.
  public let baseName: String
  public let headName: String
  public let metric: String
  public let scope: SampleScope
  public let unit: String
  public let better: MetricDirection
  /// nil when the case is only on the other side.
  public let base: CaseMeasurements?
  public let head: CaseMeasurements?

  /// Head over base: by Hodges–Lehmann on logarithms, or of the minima. nil without usable, positive values.
  public internal(set) var ratio: Double?
  /// Interval of the ratio at level 1 − α.
  public internal(set) var interval: ConfidenceInterval?
  /// `mwu_exact`, `mwu_exact_tied`, `mwu_normal` or `minimum`; nil when nothing was computed.
  public internal(set) var method: String?
  /// Two-sided, before and after Holm's adjustment over the table.
  public internal(set) var pValue: Double?
  public internal(set) var pAdjusted: Double?
  /// The smallest relative change that this many invocations with this spread find in four of five experiments on this
  /// case alone, before adjustment for the others; a fraction. nil where no change, however large, could be significant.
  public internal(set) var detectableEffect: Double?
  /// τ of this case as a fraction: the comparison's, or the machine's noise floor where that is higher.
  public internal(set) var minimumEffect: Double
  public internal(set) var verdict: Verdict
  /// Why the verdict is not a clear one, and what would make it so; empty when there is nothing to add.
  public internal(set) var reason: String
  /// Set when the spread is all that keeps the verdict from being clear; tables then say so once for all such rows.
  var noise: Noise?
  /// The case on each side that has it; two cases when values of one key are compared.
  let caseIDs: Set<CaseID>

  /// How far the spread is from letting the minimum effect be seen.
  enum Noise: Hashable {
    /// So many invocations per side would do.
    case curable(neededPerSide: Int)
    /// No number of invocations within reason would.
    case incurable
  }

  init(base: [Sample], head: [Sample], baseName: String, headName: String) {
    guard let first = head.first ?? base.first else { preconditionFailure("a comparison row needs samples") }
    cell = first.cell
    variant = first.variant
    caseIDs = Set([base.first, head.first].compactMap { $0?.caseID })
    self.baseName = baseName
    self.headName = headName
    metric = first.metric
    scope = first.scope
    unit = first.unit
    better = first.better
    self.base = base.isEmpty ? nil : CaseMeasurements(base)
    self.head = head.isEmpty ? nil : CaseMeasurements(head)
    minimumEffect = 0
    verdict = .inconclusive
    reason = ""
  }

  /// Identity by key, as ``Cell/identity(_:)``, and `variant`; empty when absent.
  func identity(_ key: String) -> String { IdentityOrder.value(of: key, in: (cell, variant)) }

  /// Value of one side in the statistic compared.
  func center(_ side: CaseMeasurements?, _ statistic: CaseStatistic) -> Double? {
    switch statistic {
    case .median: side?.median
    case .minimum: side?.cleanMinimum
    }
  }
}
