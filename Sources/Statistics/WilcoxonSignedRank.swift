/// Wilcoxon signed-rank: are paired differences centred on zero?
///
/// The statistic W⁺ is the sum of the ranks, by magnitude, of the positive differences. Zero differences are left out
/// first (Wilcoxon's own treatment). Needs independent pairs whose differences are symmetric about their centre.
/// Wilcoxon 1945.
public enum WilcoxonSignedRank {
  /// Number of non-zero differences up to which the exact distribution is used, with ties or without.
  public static let exactLimit = 30

  /// Two-sided test; exact up to ``exactLimit``, else ``normalTest(_:)``.
  ///
  /// - Returns: p = 1 when no difference is non-zero.
  public static func test(_ differences: [Double]) -> TestResult {
    let nonZero = differences.filter { $0 != 0 }
    guard nonZero.count <= exactLimit else { return normalTest(differences) }
    let ranking = Ranking(nonZero.map(\.magnitude))
    let distribution: NullDistribution = ranking.hasTies ? .exactTied : .exact
    guard !nonZero.isEmpty else { return TestResult(statistic: 0, pValue: 1, distribution: distribution) }
    let positive = positiveDoubledRankSum(nonZero, ranking)
    let total = ranking.doubledRanks.reduce(0, +)
    let counts = subsetSumCounts(ranking.doubledRanks)
    let extreme = max(positive, total - positive)
    let tail = counts[extreme...].reduce(0, +) / counts.reduce(0, +)
    return TestResult(statistic: Double(positive) / 2, pValue: min(1, 2 * tail), distribution: distribution)
  }

  /// Normal approximation without continuity correction: σ² = n(n + 1)(2n + 1)/24 − Σ(t³ − t)/48.
  public static func normalTest(_ differences: [Double]) -> TestResult {
    let nonZero = differences.filter { $0 != 0 }
    let ranking = Ranking(nonZero.map(\.magnitude))
    let statistic = Double(positiveDoubledRankSum(nonZero, ranking)) / 2
    let n = Double(nonZero.count)
    let variance = n * (n + 1) * (2 * n + 1) / 24 - ranking.tieTerm / 48
    guard variance > 0 else { return TestResult(statistic: statistic, pValue: 1, distribution: .normal) }
    let z = (statistic - n * (n + 1) / 4).magnitude / variance.squareRoot()
    return TestResult(
      statistic: statistic, pValue: min(1, 2 * NormalDistribution.upperTail(z)), distribution: .normal)
  }

  /// P(W⁺ ≤ k) for n untied differences, as a table over k = 0 ... n(n + 1)/2.
  static func cumulativeProbabilities(_ n: Int) -> [Double] {
    let counts = subsetSumCounts(Array(1...n))
    let total = counts.reduce(0, +)
    var sum = 0.0
    return counts.map { count in
      sum += count
      return sum / total
    }
  }

  private static func positiveDoubledRankSum(_ differences: [Double], _ ranking: Ranking) -> Int {
    zip(differences, ranking.doubledRanks).reduce(0) { $1.0 > 0 ? $0 + $1.1 : $0 }
  }

  /// How many subsets of `ranks` have each sum. All counts stay below 2³⁰, so the arithmetic is exact.
  private static func subsetSumCounts(_ ranks: [Int]) -> [Double] {
    var counts = [Double](repeating: 0, count: ranks.reduce(0, +) + 1)
    counts[0] = 1
    var reach = 0
    for rank in ranks {
      for sum in stride(from: reach, through: 0, by: -1) where counts[sum] > 0 { counts[sum + rank] += counts[sum] }
      reach += rank
    }
    return counts
  }
}
