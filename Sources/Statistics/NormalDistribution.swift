import Glibc

/// The standard normal distribution.
public enum NormalDistribution {
  /// P(Z > z), accurate far into the tail.
  public static func upperTail(_ z: Double) -> Double { erfc(z / 2.0.squareRoot()) / 2 }

  /// P(Z ≤ z).
  public static func cumulative(_ z: Double) -> Double { upperTail(-z) }

  /// The z with P(Z ≤ z) = `probability`.
  ///
  /// - Precondition: `probability` lies strictly between 0 and 1.
  public static func quantile(_ probability: Double) -> Double {
    precondition(probability > 0 && probability < 1, "a quantile's probability lies strictly between 0 and 1")
    if probability > 0.5 {
      return SpecialFunctions.invert({ -upperTail($0) }, target: -(1 - probability), lower: 0, upper: 40)
    }
    return SpecialFunctions.invert(cumulative, target: probability, lower: -40, upper: 0)
  }
}
