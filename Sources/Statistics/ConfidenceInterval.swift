/// An interval that covers the unknown quantity with probability `level` over repetitions of the experiment.
public struct ConfidenceInterval: Hashable, Sendable {
  public let lower: Double
  public let upper: Double
  /// Coverage that the procedure really has for this sample size: at least what was asked for where it is exact.
  public let level: Double

  public init(lower: Double, upper: Double, level: Double) {
    self.lower = lower
    self.upper = upper
    self.level = level
  }

  /// Both ends through a strictly increasing function, for example `exp` after working on logarithms.
  public func mapped(_ transform: (Double) -> Double) -> ConfidenceInterval {
    ConfidenceInterval(lower: transform(lower), upper: transform(upper), level: level)
  }

  public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }
}
