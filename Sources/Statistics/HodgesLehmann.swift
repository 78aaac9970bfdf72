/// Hodges–Lehmann estimates: the shift that goes with a rank test, and the interval of shifts the test would not reject.
/// Hodges and Lehmann 1963.
public enum HodgesLehmann {
  public struct Estimate: Hashable, Sendable {
    public let shift: Double
    /// nil when there are too few values for any interval of the level.
    public let interval: ConfidenceInterval?
  }

  /// How far `second` lies above `first`: the median of all differences `second[j] − first[i]`.
  ///
  /// The interval is [D₍ₖ₎, D₍ₘₙ₊₁₋ₖ₎] of the ordered differences, where k is the largest with P(U ≤ k − 1) at most
  /// (1 − level)/2: from the exact distribution up to ``MannWhitney/exactLimit`` values per side, beyond it
  /// k = ⌊mn/2 − z·√(mn(N + 1)/12)⌋. With ties it covers at least as often as it says.
  ///
  /// - Precondition: no sample is empty.
  /// - Complexity: O(mn log mn) time, O(mn) memory.
  public static func shift(from first: [Double], to second: [Double], level: Double = 0.95) -> Estimate {
    precondition(!first.isEmpty && !second.isEmpty, "a shift needs at least one value on each side")
    var differences: [Double] = []
    differences.reserveCapacity(first.count * second.count)
    for after in second {
      for before in first { differences.append(after - before) }
    }
    differences.sort()
    let (m, n) = (first.count, second.count)
    if m <= MannWhitney.exactLimit, n <= MannWhitney.exactLimit {
      return estimate(sorted: differences, cumulative: MannWhitney.cumulativeProbabilities(m, n), level: level)
    }
    let pairs = Double(m) * Double(n)
    return estimate(
      sorted: differences, standardDeviation: (pairs * Double(m + n + 1) / 12).squareRoot(), level: level)
  }

  /// Center of symmetric differences: the median of the Walsh averages (dᵢ + dⱼ)/2 with i ≤ j.
  ///
  /// The interval inverts ``WilcoxonSignedRank`` in the same way, exactly up to its limit, beyond it with
  /// σ² = n(n + 1)(2n + 1)/24.
  ///
  /// - Precondition: `differences` is not empty.
  /// - Complexity: O(n² log n) time, O(n²) memory.
  public static func center(of differences: [Double], level: Double = 0.95) -> Estimate {
    precondition(!differences.isEmpty, "a center needs at least one difference")
    var averages: [Double] = []
    for i in differences.indices {
      for j in i..<differences.count { averages.append((differences[i] + differences[j]) / 2) }
    }
    averages.sort()
    let n = differences.count
    if n <= WilcoxonSignedRank.exactLimit {
      return estimate(sorted: averages, cumulative: WilcoxonSignedRank.cumulativeProbabilities(n), level: level)
    }
    let count = Double(n)
    return estimate(
      sorted: averages, standardDeviation: (count * (count + 1) * (2 * count + 1) / 24).squareRoot(), level: level)
  }

  /// - Parameter cumulative: P(statistic ≤ k) by k; the statistic runs from 0 to the number of candidates.
  private static func estimate(sorted candidates: [Double], cumulative: [Double], level: Double) -> Estimate {
    let tail = (1 - level) / 2
    // A tail equal to the limit up to rounding counts as reached.
    let rank = cumulative.prefix { $0 <= tail * (1 + 1e-12) }.count
    let coverage = rank > 0 ? 1 - 2 * cumulative[rank - 1] : 0
    return estimate(sorted: candidates, rank: rank, coverage: coverage)
  }

  private static func estimate(sorted candidates: [Double], standardDeviation: Double, level: Double) -> Estimate {
    let z = NormalDistribution.quantile(1 - (1 - level) / 2)
    let rank = Int((Double(candidates.count) / 2 - z * standardDeviation).rounded(.down))
    return estimate(sorted: candidates, rank: max(0, rank), coverage: level)
  }

  private static func estimate(sorted candidates: [Double], rank: Int, coverage: Double) -> Estimate {
    guard let shift = OrderStatistics.median(sorted: candidates) else { preconditionFailure("there are candidates") }
    guard rank > 0 else { return Estimate(shift: shift, interval: nil) }
    return Estimate(
      shift: shift,
      interval: ConfidenceInterval(
        lower: candidates[rank - 1], upper: candidates[candidates.count - rank], level: coverage))
  }
}
