/// Mann–Whitney U: do two independent samples come from one distribution, against a shift?
///
/// U counts the pairs in which the second sample's value is greater, ties half. Needs independent values only; the
/// distribution may be anything. Mann and Whitney 1947.
public enum MannWhitney {
  /// Sizes up to which untied samples get the exact distribution.
  public static let exactLimit = 50
  /// Total size up to which tied samples get the exact distribution of their own ranks. The normal approximation is not
  /// good there: for 1 1 1 against 2 2 2 it says p = 0.047, where no order of six values can fall below 0.1.
  public static let exactTiedTotalLimit = 50

  /// Two-sided test; exact where the limits above allow, else ``normalTest(_:_:)``.
  ///
  /// - Precondition: no sample is empty and no value is NaN.
  public static func test(_ first: [Double], _ second: [Double]) -> TestResult {
    let pooled = Ranking(first + second)
    let statistic = uStatistic(pooled, firstCount: first.count, secondCount: second.count)
    if !pooled.hasTies, first.count <= exactLimit, second.count <= exactLimit {
      let pairs = first.count * second.count
      let extreme = max(Int(statistic), pairs - Int(statistic))
      let tail = upperTail(first.count, second.count, atLeast: extreme)
      return TestResult(statistic: statistic, pValue: min(1, 2 * tail), distribution: .exact)
    }
    if first.count + second.count <= exactTiedTotalLimit {
      let pValue = tiedPValue(pooled, firstCount: first.count)
      return TestResult(statistic: statistic, pValue: pValue, distribution: .exactTied)
    }
    return normalTest(first, second)
  }

  /// Normal approximation with continuity and tie correction:
  /// z = (|U − mn/2| − ½)/σ, σ² = mn/12·[(N + 1) − Σ(t³ − t)/(N(N − 1))].
  ///
  /// - Returns: p = 1 when every value is the same.
  public static func normalTest(_ first: [Double], _ second: [Double]) -> TestResult {
    let pooled = Ranking(first + second)
    let statistic = uStatistic(pooled, firstCount: first.count, secondCount: second.count)
    let pairs = Double(first.count) * Double(second.count)
    let total = Double(first.count + second.count)
    let variance = pairs / 12 * (total + 1 - pooled.tieTerm / (total * (total - 1)))
    guard variance > 0 else { return TestResult(statistic: statistic, pValue: 1, distribution: .normal) }
    let z = ((statistic - pairs / 2).magnitude - 0.5) / variance.squareRoot()
    return TestResult(
      statistic: statistic, pValue: min(1, 2 * NormalDistribution.upperTail(z)), distribution: .normal)
  }

  /// The smallest two-sided p-value that sizes `m` and `n` can give: 2 / C(m + n, m).
  public static func smallestPValue(_ m: Int, _ n: Int) -> Double {
    guard m > 0, n > 0 else { return 1 }
    return min(1, 2 * SpecialFunctions.exponential(-SpecialFunctions.logChoose(m + n, m)))
  }

  /// The smallest equal size per side whose smallest p-value, times `familySize` for Holm's first step, is below
  /// `alpha`.
  public static func neededPerSide(alpha: Double, familySize: Int) -> Int {
    var size = 1
    while smallestPValue(size, size) * Double(max(1, familySize)) >= alpha { size += 1 }
    return size
  }

  /// P(U ≤ k) for untied samples of sizes `m` and `n`, as a table over k = 0 ... mn.
  static func cumulativeProbabilities(_ m: Int, _ n: Int) -> [Double] {
    let counts = orderCounts(m, n)
    let total = counts.reduce(0, +)
    var sum = 0.0
    return counts.map { count in
      sum += count
      return sum / total
    }
  }

  private static func uStatistic(_ pooled: Ranking, firstCount: Int, secondCount: Int) -> Double {
    precondition(firstCount > 0 && secondCount > 0, "Mann–Whitney needs at least one value on each side")
    let rankSum = pooled.doubledRanks.suffix(secondCount).reduce(0, +)
    return Double(rankSum - secondCount * (secondCount + 1)) / 2
  }

  private static func upperTail(_ m: Int, _ n: Int, atLeast threshold: Int) -> Double {
    let counts = orderCounts(m, n)
    return counts[threshold...].reduce(0, +) / counts.reduce(0, +)
  }

  /// Number of orders of m and n values with each U, by r(m, n, u) = r(m, n − 1, u) + r(m − 1, n, u − n): the greatest
  /// value belongs to the one side or to the other. Only additions, so the relative error stays near 1e-14 even where
  /// counts exceed 2⁵³.
  private static func orderCounts(_ m: Int, _ n: Int) -> [Double] {
    // rows[j] holds r(i, j, ·) for the current i; r(0, j, ·) is 1 at u = 0.
    var rows = [[Double]](repeating: [1], count: n + 1)
    for i in 1...m {
      for j in 1...n {
        var row = [Double](repeating: 0, count: i * j + 1)
        for (u, count) in rows[j].enumerated() { row[u + j] += count }
        for (u, count) in rows[j - 1].enumerated() { row[u] += count }
        rows[j] = row
      }
    }
    return rows[n]
  }

  /// Two-sided p over all choices of `firstCount` of the pooled ranks: the share of choices whose rank sum lies at least
  /// as far from its mean as the observed one.
  private static func tiedPValue(_ pooled: Ranking, firstCount: Int) -> Double {
    let ranks = pooled.doubledRanks
    let observed = ranks.prefix(firstCount).reduce(0, +)
    let largest = ranks.reduce(0, +)
    // counts[k][s]: choices of k ranks whose doubled sum is s.
    var counts = [[Double]](repeating: [Double](repeating: 0, count: largest + 1), count: firstCount + 1)
    counts[0][0] = 1
    for (position, rank) in ranks.enumerated() {
      for size in stride(from: min(position + 1, firstCount), through: 1, by: -1) {
        for sum in rank...largest where counts[size - 1][sum - rank] > 0 {
          counts[size][sum] += counts[size - 1][sum - rank]
        }
      }
    }
    // Twice the mean of the doubled sum, k·(N + 1), keeps the distances whole.
    let doubledMean = 2 * firstCount * (ranks.count + 1)
    let distance = (2 * observed - doubledMean).magnitude
    var (extreme, total) = (0.0, 0.0)
    for (sum, count) in counts[firstCount].enumerated() where count > 0 {
      total += count
      if (2 * sum - doubledMean).magnitude >= distance { extreme += count }
    }
    return extreme / total
  }
}
