import Glibc
import Testing

@testable import Statistics

/// Laws of the rank tests over random samples, tied and untied.
@Suite struct RankTestLawTests {
  let seed = SeededGenerator.seedForThisRun()

  @Test(arguments: [false, true])
  func mannWhitneyEqualsEnumeration(tied: Bool) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<60 {
      let m = Int.random(in: 1...5, using: &generator)
      let n = Int.random(in: 1...5, using: &generator)
      let first = randomSample(m, tied: tied, using: &generator)
      let second = randomSample(n, tied: tied, using: &generator)
      let expected = enumeratedPValue(first, second)
      #expect(
        isClose(MannWhitney.test(first, second).pValue, expected, tolerance: 1e-12), "seed \(seed): \(first) \(second)")
    }
  }

  @Test(arguments: [false, true])
  func signedRankEqualsEnumeration(tied: Bool) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<60 {
      let count = Int.random(in: 0...9, using: &generator)
      let differences = randomSample(count, tied: tied, using: &generator)
        .map { Bool.random(using: &generator) ? $0 : -$0 }
      let expected = enumeratedSignedRankPValue(differences)
      let found = WilcoxonSignedRank.test(differences).pValue
      #expect(isClose(found, expected, tolerance: 1e-12), "seed \(seed): \(differences)")
    }
  }

  @Test(arguments: [false, true])
  func exchangingTheSidesMirrorsTheOutcome(tied: Bool) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<40 {
      let first = randomSample(Int.random(in: 1...30, using: &generator), tied: tied, using: &generator)
      let second = randomSample(Int.random(in: 1...30, using: &generator), tied: tied, using: &generator)
      let (there, back) = (MannWhitney.test(first, second), MannWhitney.test(second, first))
      #expect(isClose(there.pValue, back.pValue, tolerance: 1e-12), "seed \(seed)")
      #expect(there.statistic + back.statistic == Double(first.count * second.count), "seed \(seed)")
      let (up, down) = (HodgesLehmann.shift(from: first, to: second), HodgesLehmann.shift(from: second, to: first))
      #expect(up.shift == -down.shift, "seed \(seed)")
      #expect(up.interval?.lower == down.interval.map { -$0.upper }, "seed \(seed)")
      #expect(up.interval?.upper == down.interval.map { -$0.lower }, "seed \(seed)")
    }
  }

  @Test func increasingTransformsDoNotMoveTheTest() {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<40 {
      let first = randomSample(12, tied: true, using: &generator)
      let second = randomSample(9, tied: true, using: &generator)
      let plain = MannWhitney.test(first, second)
      #expect(plain == MannWhitney.test(first.map { log($0) }, second.map { log($0) }), "seed \(seed)")
      #expect(plain == MannWhitney.test(first.map { $0 * $0 }, second.map { $0 * $0 }), "seed \(seed)")
    }
  }

  @Test func addingAConstantMovesTheShiftByIt() {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<40 {
      // Quarters keep the sums exact.
      let first = randomSample(8, tied: true, using: &generator).map { $0 / 4 }
      let second = randomSample(7, tied: true, using: &generator).map { $0 / 4 }
      let plain = HodgesLehmann.shift(from: first, to: second)
      let moved = HodgesLehmann.shift(from: first, to: second.map { $0 + 2.5 })
      #expect(moved.shift == plain.shift + 2.5, "seed \(seed)")
      #expect(moved.interval?.lower == plain.interval.map { $0.lower + 2.5 }, "seed \(seed)")
    }
  }

  @Test(arguments: [(4, 4), (6, 6), (7, 9), (12, 12)])
  func theIntervalHoldsExactlyTheShiftsTheTestAccepts(sizes: (Int, Int)) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<20 {
      let first = randomSample(sizes.0, tied: false, using: &generator)
      let second = randomSample(sizes.1, tied: false, using: &generator)
      guard let interval = HodgesLehmann.shift(from: first, to: second).interval else {
        Issue.record("seed \(seed): sizes \(sizes) must give an interval")
        continue
      }
      let width = (interval.upper - interval.lower) * 1e-6
      func pValue(_ shift: Double) -> Double { MannWhitney.test(first, second.map { $0 - shift }).pValue }
      #expect(pValue(interval.lower + width) > 0.05, "seed \(seed)")
      #expect(pValue(interval.upper - width) > 0.05, "seed \(seed)")
      #expect(pValue(interval.lower - width) <= 0.05, "seed \(seed)")
      #expect(pValue(interval.upper + width) <= 0.05, "seed \(seed)")
    }
  }

  @Test(arguments: [1, 3, 6, 12, 50, 60])
  func equalSamplesAreNeverDifferent(count: Int) {
    var generator = SeededGenerator(seed: seed)
    let values = randomSample(count, tied: false, using: &generator)
    #expect(MannWhitney.test(values, values).pValue == 1)
    let estimate = HodgesLehmann.shift(from: values, to: values)
    #expect(estimate.shift == 0)
    #expect(estimate.interval?.contains(0) ?? true)
    let constant = [Double](repeating: 7, count: count)
    #expect(MannWhitney.test(constant, constant).pValue == 1)
    #expect(MannWhitney.normalTest(constant, constant).pValue == 1)
  }

  @Test func tiesDoNotMakeThreeAgainstThreeSignificant() {
    // Six values allow no two-sided p-value below 2/20.
    #expect(isClose(MannWhitney.test([1, 1, 1], [2, 2, 2]).pValue, 0.1))
  }

  @Test(arguments: [(3, 0.1), (4, 2.0 / 70), (5, 2.0 / 252)])
  func theSmallestPValueIsThatOfFullSeparation(size: Int, expected: Double) {
    let first = (0..<size).map(Double.init)
    #expect(isClose(MannWhitney.test(first, first.map { $0 + 100 }).pValue, expected))
    #expect(isClose(MannWhitney.smallestPValue(size, size), expected))
  }

  @Test(arguments: [(1, 4), (10, 6), (50, 7), (200, 8)])
  func neededInvocationsGrowWithTheFamily(family: Int, needed: Int) {
    #expect(MannWhitney.neededPerSide(alpha: 0.05, familySize: family) == needed)
  }

  /// Share of all assignments of the pooled values to sides that are at least as far from the mean U.
  private func enumeratedPValue(_ first: [Double], _ second: [Double]) -> Double {
    func distance(_ a: [Double], _ b: [Double]) -> Double {
      let doubled = b.reduce(0) { sum, y in sum + a.reduce(0) { $0 + ($1 < y ? 2 : $1 == y ? 1 : 0) } }
      return (Double(doubled) - Double(a.count * b.count)).magnitude
    }
    let pooled = first + second
    let observed = distance(first, second)
    let choices = combinations(pooled.count, first.count)
    let extreme = choices.filter { chosen in
      let a = chosen.map { pooled[$0] }
      let b = pooled.indices.filter { !chosen.contains($0) }.map { pooled[$0] }
      return distance(a, b) >= observed
    }
    return Double(extreme.count) / Double(choices.count)
  }

  private func enumeratedSignedRankPValue(_ differences: [Double]) -> Double {
    let magnitudes = differences.filter { $0 != 0 }.map(\.magnitude)
    let doubledRanks = magnitudes.map { value in
      magnitudes.reduce(1) { $0 + ($1 < value ? 2 : $1 == value ? 1 : 0) }
    }
    let total = doubledRanks.reduce(0, +)
    func distance(_ positive: Int) -> Int { abs(2 * positive - total) }
    let observed = zip(differences.filter { $0 != 0 }, doubledRanks).reduce(0) { $1.0 > 0 ? $0 + $1.1 : $0 }
    let signs = 0..<(1 << magnitudes.count)
    let extreme = signs.filter { bits in
      let positive = doubledRanks.indices.reduce(0) { bits >> $1 & 1 == 1 ? $0 + doubledRanks[$1] : $0 }
      return distance(positive) >= distance(observed)
    }
    return Double(extreme.count) / Double(signs.count)
  }
}
