/// Location and spread by ranks: none of these moves much when one invocation in ten goes wrong.
public enum OrderStatistics {
  /// Middle value, or the mean of the two middle ones.
  ///
  /// - Returns: nil for an empty sample.
  public static func median(_ values: [Double]) -> Double? { median(sorted: values.sorted()) }

  static func median(sorted values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let middle = values.count / 2
    return values.count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2
  }

  /// Quantile by linear interpolation between order statistics at position `(n − 1)·fraction` (definition 7 of Hyndman
  /// and Fan 1996, the default of R and NumPy).
  ///
  /// - Precondition: `fraction` lies in 0...1.
  /// - Returns: nil for an empty sample.
  public static func quantile(_ values: [Double], at fraction: Double) -> Double? {
    precondition((0...1).contains(fraction), "a quantile's fraction lies in 0...1")
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let position = Double(sorted.count - 1) * fraction
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
  }

  /// Median of the distances from the median, unscaled: multiply by ``normalConsistency`` to estimate a standard
  /// deviation under normality.
  ///
  /// - Returns: nil for an empty sample.
  public static func medianAbsoluteDeviation(_ values: [Double]) -> Double? {
    guard let center = median(values) else { return nil }
    return median(values.map { ($0 - center).magnitude })
  }

  /// Standard deviation, with n − 1 in the denominator, over the mean.
  ///
  /// - Returns: nil for fewer than two values or a mean of 0.
  public static func coefficientOfVariation(_ values: [Double]) -> Double? {
    guard values.count > 1 else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    guard mean != 0 else { return nil }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot() / mean.magnitude
  }

  /// 1 / Φ⁻¹(3/4).
  public static let normalConsistency = 1.482_602_218_505_602

  /// Confidence interval of the median from order statistics: [y₍ₖ₎, y₍ₙ₊₁₋ₖ₎] with the largest k whose coverage
  /// 1 − 2·Σ_{i<k} C(n,i)/2ⁿ reaches `level`. Assumes independent values, nothing about their distribution.
  ///
  /// - Returns: nil when even the range does not reach the level; at 0.95 that is for fewer than 6 values.
  public static func medianInterval(_ values: [Double], level: Double = 0.95) -> ConfidenceInterval? {
    let sorted = values.sorted()
    guard let (rank, coverage) = medianRank(count: sorted.count, level: level) else { return nil }
    return ConfidenceInterval(lower: sorted[rank - 1], upper: sorted[sorted.count - rank], level: coverage)
  }

  /// The k of ``medianInterval(_:level:)``, counted from 1, and its coverage.
  static func medianRank(count: Int, level: Double) -> (rank: Int, coverage: Double)? {
    guard count > 0 else { return nil }
    var best: (rank: Int, coverage: Double)?
    var tail = 0.0
    for rank in 1...(count + 1) / 2 {
      tail += binomialProbability(count, rank - 1)
      let coverage = 1 - 2 * tail
      if coverage < level { break }
      best = (rank, coverage)
    }
    return best
  }

  /// C(n, k) / 2ⁿ.
  private static func binomialProbability(_ count: Int, _ successes: Int) -> Double {
    SpecialFunctions.exponential(
      SpecialFunctions.logChoose(count, successes) - Double(count) * SpecialFunctions.logOfTwo)
  }
}
