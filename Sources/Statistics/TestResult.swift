/// How a rank test's p-value was found.
public enum NullDistribution: String, Hashable, Sendable {
  /// Counted over all equally likely orders.
  case exact
  /// Counted over all equally likely assignments of the observed, tied ranks.
  case exactTied = "exact_tied"
  /// Normal approximation with tie correction.
  case normal
}

/// Outcome of a two-sided rank test.
public struct TestResult: Hashable, Sendable {
  /// The test's own statistic; see the test.
  public let statistic: Double
  /// Two-sided.
  public let pValue: Double
  public let distribution: NullDistribution

  public init(statistic: Double, pValue: Double, distribution: NullDistribution) {
    self.statistic = statistic
    self.pValue = pValue
    self.distribution = distribution
  }
}
