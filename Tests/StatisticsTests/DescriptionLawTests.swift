import Glibc
import Testing

@testable import Statistics

/// Laws of medians, intervals, adjustments and effect sizes.
@Suite struct DescriptionLawTests {
  let seed = SeededGenerator.seedForThisRun()

  @Test func emptySamplesHaveNoStatistics() {
    #expect(OrderStatistics.median([]) == nil)
    #expect(OrderStatistics.quantile([], at: 0.5) == nil)
    #expect(OrderStatistics.medianAbsoluteDeviation([]) == nil)
    #expect(OrderStatistics.medianInterval([]) == nil)
    #expect(GeometricMean.of([]) == nil)
    #expect(DetectableEffect.pooledSpread([], [1]) == nil)
  }

  @Test func orderDoesNotMatter() {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<30 {
      let values = randomSample(Int.random(in: 1...20, using: &generator), tied: true, using: &generator)
      let shuffled = values.shuffled(using: &generator)
      #expect(OrderStatistics.median(values) == OrderStatistics.median(shuffled), "seed \(seed)")
      #expect(OrderStatistics.medianInterval(values) == OrderStatistics.medianInterval(shuffled), "seed \(seed)")
    }
  }

  @Test func fewerThanSixValuesGiveNoInterval() {
    #expect(OrderStatistics.medianInterval([1, 2, 3, 4, 5]) == nil)
    #expect(OrderStatistics.medianInterval([1, 2, 3, 4, 5, 6])?.level == 1 - 2.0 / 64)
  }

  @Test func oneWildValueDoesNotMoveTheMedian() {
    #expect(OrderStatistics.median([1, 2, 3, 4, 1e9]) == 3)
    #expect(OrderStatistics.medianAbsoluteDeviation([1, 2, 3, 4, 1e9]) == 1)
  }

  @Test func holmIsMonotoneAndNeverBelowThePValue() {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<30 {
      let pValues = (0..<20).map { _ in Double.random(in: 0...0.2, using: &generator) }
      let adjusted = HolmAdjustment.adjust(pValues).compactMap { $0 }
      let ordered = zip(pValues, adjusted).sorted { $0.0 < $1.0 }
      #expect(ordered.allSatisfy { $0.1 >= $0.0 && $0.1 <= 1 }, "seed \(seed)")
      #expect(zip(ordered, ordered.dropFirst()).allSatisfy { $0.1 <= $1.1 }, "seed \(seed)")
    }
  }

  @Test func rowsWithoutATestDoNotWidenTheFamily() {
    #expect(HolmAdjustment.adjust([0.01, nil, nil, 0.04]) == [0.02, nil, nil, 0.04])
    #expect(HolmAdjustment.adjust([]).isEmpty)
  }

  @Test func geometricMeanOfInversesIsTheInverse() {
    var generator = SeededGenerator(seed: seed)
    let values = randomSample(15, tied: false, using: &generator)
    let mean = GeometricMean.of(values) ?? .nan
    let inverse = GeometricMean.of(values.map { 1 / $0 }) ?? .nan
    #expect(isClose(mean * inverse, 1), "seed \(seed)")
    #expect(isClose(GeometricMean.of([2, 8]) ?? .nan, 4))
    #expect(GeometricMean.of([1, 0]) == nil)
  }

  // The method's own table: at 2 % variation 10 invocations per side detect about 2.7 %, 20 about 1.9 %, 30 about 1.5 %.
  @Test(arguments: [(10, 0.027), (20, 0.019), (30, 0.015)])
  func detectableEffectAtTwoPercentVariation(count: Int, expected: Double) {
    let effect = DetectableEffect.independent(spread: 0.02, count, count) ?? .nan
    #expect((effect - expected).magnitude < 0.0006)
  }

  @Test func neededSizeIsTheSmallestThatDetects() {
    for spread in [0.001, 0.01, 0.02, 0.05] {
      guard let needed = DetectableEffect.neededPerSide(toDetect: 0.02, spread: spread) else {
        Issue.record("spread \(spread) needs fewer than 1000 invocations")
        continue
      }
      #expect((DetectableEffect.independent(spread: spread, needed, needed) ?? .infinity) <= 0.02)
      #expect((DetectableEffect.independent(spread: spread, needed - 1, needed - 1) ?? .infinity) > 0.02)
    }
    #expect(DetectableEffect.neededPerSide(toDetect: 0.001, spread: 1) == nil)
  }

  @Test func pairingNeedsTwoPairs() {
    #expect(DetectableEffect.paired(spread: 0.01, count: 1) == nil)
    #expect(DetectableEffect.independent(spread: 0.01, 1, 1) == nil)
    // (t(0.975, 11) + t(0.8, 11))·0.02/√12/√0.955 with table values 2.20099 and 0.87553.
    #expect(((DetectableEffect.paired(spread: 0.02, count: 12) ?? .nan) - 0.018177).magnitude < 1e-5)
  }

  @Test func studentApproachesTheNormal() {
    let student = StudentDistribution.quantile(0.975, degreesOfFreedom: 1e6)
    #expect((student - NormalDistribution.quantile(0.975)).magnitude < 1e-5)
    #expect(isClose(StudentDistribution.cumulative(1, degreesOfFreedom: 1), 0.75))
  }
}
