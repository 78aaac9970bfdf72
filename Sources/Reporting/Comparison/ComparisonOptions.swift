public import Results

/// What to compare and how strictly.
public struct ComparisonOptions: Hashable, Sendable {
  /// The one metric compared: its cases are the family of tests that Holm's adjustment covers.
  public var metric: String
  public var scope: SampleScope
  public var statistic: CaseStatistic
  /// τ as a fraction: changes up to this size are nobody's concern.
  public var minimumEffect: Double
  /// Noise floors of the machine: no case's τ is below its floor. nil when the machine was not calibrated.
  public var calibration: CalibrationRecord?
  /// Chance of a false alarm accepted for the whole table.
  public var alpha: Double
  /// Identity key by whose values rows are grouped, each group with its own geometric mean; nil for one group.
  public var rowKey: String?

  /// - Precondition: `minimumEffect` is at least 0 and `alpha` lies strictly between 0 and 1.
  public init(
    metric: String = MetricName.timePerOperation, scope: SampleScope = .all, statistic: CaseStatistic = .median,
    minimumEffect: Double = 0.02, calibration: CalibrationRecord? = nil, alpha: Double = 0.05, rowKey: String? = nil
  ) {
    precondition(minimumEffect >= 0, "the minimum effect is a fraction of at least 0")
    precondition(alpha > 0 && alpha < 1, "alpha lies strictly between 0 and 1")
    self.metric = metric
    self.scope = scope
    self.statistic = statistic
    self.minimumEffect = minimumEffect
    self.calibration = calibration
    self.alpha = alpha
    self.rowKey = rowKey
  }
}

/// Why there is nothing to compare.
public enum ComparisonError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No side has the metric in the scope.
  case noSamples(metric: String, scope: SampleScope, available: [String])
  case unknownKey(String, available: [String])
  /// The column key has the same value everywhere.
  case oneValueOnly(key: String, value: String)
  case unknownBase(key: String, value: String, available: [String])
  /// Row and column key are the same.
  case sameKey(String)

  public var description: String {
    switch self {
    case .noSamples(let metric, let scope, let available):
      "no samples of metric `\(metric)` in scope `\(scope)`; "
        + (available.isEmpty ? "the files hold no samples at all" : "there are: \(available.joined(separator: ", "))")
    case .unknownKey(let key, let available):
      "no case has a key `\(key)`; there are: \(available.joined(separator: ", "))"
    case .oneValueOnly(let key, let value):
      "every case has `\(key)=\(value)`, so there is nothing to compare it with; choose another column key"
    case .unknownBase(let key, let value, let available):
      "no case has `\(key)=\(value)`; the base can be one of: \(available.joined(separator: ", "))"
    case .sameKey(let key):
      "`\(key)` cannot be row and column at once; choose another row key"
    }
  }
}
