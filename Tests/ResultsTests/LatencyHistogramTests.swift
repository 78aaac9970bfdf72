import Testing

@testable import Results

@Suite struct LatencyHistogramTests {
  private func histogram(
    _ buckets: [(UInt64, UInt64, UInt64)], dropped: UInt64 = 0, longest: UInt64? = nil
  ) -> LatencyHistogram {
    LatencyHistogram(
      operation: "map", kind: .response, buckets: buckets.map { .init(low: $0.0, high: $0.1, count: $0.2) },
      dropped: dropped, longest: longest ?? buckets.last?.1)
  }

  @Test func aPercentileIsTheUpperEdgeOfTheBucketThatHoldsItsRank() {
    // 1000 latencies: ranks 1 to 500, 501 to 900, 901 to 989, 990 to 1000.
    let example = histogram([(10, 10, 500), (20, 20, 400), (256, 257, 89), (1000, 1007, 11)], longest: 1003)
    #expect(example.total == 1000)
    #expect(example.percentile(thousandths: 500) == .value(10))
    #expect(example.percentile(thousandths: 501) == .value(20))
    #expect(example.percentile(thousandths: 900) == .value(20))
    #expect(example.percentile(thousandths: 989) == .value(257))
    // The edge is 1007, but nothing was longer than 1003.
    #expect(example.percentile(thousandths: 990) == .value(1003))
    // Rank 999: one is beyond.
    #expect(example.percentile(thousandths: 999) == .tooFew(beyond: 1, total: 1000))
  }

  @Test func tenLatenciesMustLieBeyondAPercentile() {
    // Rank of the median of 20 is 10, and 10 are beyond; of 19 it is 10, and 9 are.
    #expect(histogram([(5, 5, 20)]).percentile(thousandths: 500) == .value(5))
    #expect(histogram([(5, 5, 19)]).percentile(thousandths: 500) == .tooFew(beyond: 9, total: 19))
    #expect(histogram([]).percentile(thousandths: 500) == .tooFew(beyond: 0, total: 0))
    // p99.9 needs ten thousand.
    #expect(histogram([(5, 5, 10_000)]).percentile(thousandths: 999) == .value(5))
    #expect(histogram([(5, 5, 9_999)]).percentile(thousandths: 999) == .tooFew(beyond: 9, total: 9_999))
  }

  @Test func aPercentileAmongDroppedLatenciesHasNoValue() {
    // 100 latencies, the longest 30 out of range: the median has rank 50, the 90th percentile is out of range too.
    let example = histogram([(5, 5, 70)], dropped: 30, longest: 1 << 40)
    #expect(example.percentile(thousandths: 500) == .value(5))
    #expect(example.percentile(thousandths: 700) == .value(5))
    #expect(example.percentile(thousandths: 701) == .overRange(dropped: 30))
    #expect(example.percentile(thousandths: 900) == .overRange(dropped: 30))
  }

  @Test func histogramsAddUpBucketByBucket() {
    let sum = LatencyHistogram.sum([
      histogram([(5, 5, 1), (9, 9, 2)], dropped: 1, longest: 99), histogram([(7, 7, 4), (9, 9, 8)]),
    ])
    #expect(sum == histogram([(5, 5, 1), (7, 7, 4), (9, 9, 10)], dropped: 1, longest: 99))
    #expect(LatencyHistogram.sum([]) == nil)
  }

  @Test func settingsHaveDefaultsByMode() throws {
    #expect(try LatencySettings([:]) == nil)
    #expect(try LatencySettings(["latency": "off", "seed": "3"]) == nil)
    let closed = try #require(try LatencySettings(["latency": "closed"]))
    #expect(closed.every == 17 && closed.intervalNanoseconds == nil && closed.seed == 1)
    let open = try #require(try LatencySettings(["latency": "poisson", "interval-ns": "250", "seed": "9"]))
    #expect(open.every == 1 && open.intervalNanoseconds == 250 && open.seed == 9)
    #expect(throws: LatencySettingsError.missingInterval(mode: .constant)) {
      try LatencySettings(["latency": "constant"])
    }
  }
}
