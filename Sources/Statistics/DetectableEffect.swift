import Glibc

/// The smallest true change that an experiment of a given size finds in four cases out of five.
public enum DetectableEffect {
  /// Probability of finding a change of the stated size.
  public static let power = 0.8

  /// Asymptotic efficiency of the Mann–Whitney and signed-rank tests against t under normality, 3/π: rank tests need
  /// this much more data.
  public static let rankEfficiency = 0.955

  /// Standard deviation of two samples about their own medians, from 1.4826·MAD of the pooled distances.
  ///
  /// - Returns: nil when a side is empty.
  public static func pooledSpread(_ first: [Double], _ second: [Double]) -> Double? {
    guard let a = OrderStatistics.median(first), let b = OrderStatistics.median(second) else { return nil }
    let distances = first.map { ($0 - a).magnitude } + second.map { ($0 - b).magnitude }
    return OrderStatistics.median(distances).map { $0 * OrderStatistics.normalConsistency }
  }

  /// Detectable shift between two independent samples in the units of `spread`; on logarithms, a log ratio:
  /// (t(1 − α/2) + t(0.8))·s·√(1/m + 1/n)/√0.955 with m + n − 2 degrees of freedom.
  ///
  /// - Returns: nil when m + n < 3, where there is no degree of freedom.
  public static func independent(spread: Double, _ m: Int, _ n: Int, alpha: Double = 0.05) -> Double? {
    guard m > 0, n > 0, m + n > 2 else { return nil }
    return factor(degreesOfFreedom: m + n - 2, alpha: alpha) * spread
      * (1 / Double(m) + 1 / Double(n)).squareRoot() / rankEfficiency.squareRoot()
  }

  /// Detectable shift from `count` paired differences whose standard deviation is `spread`, with n − 1 degrees of
  /// freedom.
  ///
  /// - Returns: nil for fewer than 2 pairs.
  public static func paired(spread: Double, count: Int, alpha: Double = 0.05) -> Double? {
    guard count > 1 else { return nil }
    return factor(degreesOfFreedom: count - 1, alpha: alpha) * spread / Double(count).squareRoot()
      / rankEfficiency.squareRoot()
  }

  /// The smallest equal size per side that detects a shift of `effect`.
  ///
  /// - Returns: nil when it is above `limit`: then more invocations are not the way.
  public static func neededPerSide(
    toDetect effect: Double, spread: Double, alpha: Double = 0.05, limit: Int = 1000
  ) -> Int? {
    func suffices(_ size: Int) -> Bool {
      (independent(spread: spread, size, size, alpha: alpha) ?? .infinity) <= effect
    }
    guard limit >= 2, suffices(limit) else { return nil }
    // The detectable effect falls with the size, so halving finds the edge.
    var (low, high) = (1, limit)
    while high - low > 1 {
      let middle = (low + high) / 2
      if suffices(middle) { high = middle } else { low = middle }
    }
    return high
  }

  /// The relative change between a case with these values and another like it that an experiment of the same size would
  /// find, as a fraction: 0.02 for 2 %. The spread is that of the values' logarithms.
  ///
  /// - Returns: nil for fewer than two values or one that is not positive.
  public static func ofOneCase(_ values: [Double]) -> Double? {
    guard values.count > 1, values.allSatisfy({ $0 > 0 }) else { return nil }
    let logarithms = values.map(log)
    return pooledSpread(logarithms, logarithms).flatMap { independent(spread: $0, values.count, values.count) }.map(
      expm1)
  }

  private static func factor(degreesOfFreedom: Int, alpha: Double) -> Double {
    let freedom = Double(degreesOfFreedom)
    return StudentDistribution.quantile(1 - alpha / 2, degreesOfFreedom: freedom)
      + StudentDistribution.quantile(power, degreesOfFreedom: freedom)
  }
}
