public import Results
public import Statistics

/// One metric of one case of a run.
public struct CaseSummary: Hashable, Sendable {
  public let cell: Cell
  public let variant: String
  public let caseID: CaseID
  public let unit: String
  public let better: MetricDirection
  public let measurements: CaseMeasurements
  /// 95 % interval of the median over invocations; nil below 6 invocations.
  public let interval: ConfidenceInterval?

  init?(_ samples: [Sample]) {
    guard let first = samples.first else { return nil }
    cell = first.cell
    variant = first.variant
    caseID = first.caseID
    unit = first.unit
    better = first.better
    measurements = CaseMeasurements(samples)
    interval = OrderStatistics.medianInterval(measurements.invocationMedians)
  }
}

/// One metric and scope of a run, summarised case by case.
public struct RunSummary: Sendable {
  public let metric: String
  public let scope: SampleScope
  /// By identity: workload first, numbers by size.
  public let cases: [CaseSummary]

  private struct Key: Hashable {
    let caseID: CaseID
    let variant: String
    let unit: String
  }

  public init(_ samples: [Sample], metric: String = MetricName.timePerOperation, scope: SampleScope = .all) {
    self.metric = metric
    self.scope = scope
    let wanted = samples.filter { $0.metric == metric && $0.scope == scope }
    let groups = Dictionary(grouping: wanted) { Key(caseID: $0.caseID, variant: $0.variant, unit: $0.unit) }
    let cases = groups.values.compactMap { CaseSummary($0) }
    let keys = IdentityOrder.keys(of: cases.map { ($0.cell, $0.variant) })
    self.cases = cases.sorted { left, right in
      let (a, b) = ((left.cell, left.variant), (right.cell, right.variant))
      if IdentityOrder.precedes(a, b, by: keys) { return true }
      if IdentityOrder.precedes(b, a, by: keys) { return false }
      return left.unit < right.unit
    }
  }
}
