import Glibc
import MeasurementTestSupport
import Results
import Testing

@testable import Harness

struct LatencyRecorderTests {
  /// Ticks of half a nanosecond, so that units and nanoseconds cannot be confused.
  private static let clock = LatencyClock(usesTicks: true, nanosecondsPerUnit: 0.5)

  private func recorder(
    _ parameters: [String: String], operations: [String] = ["query"], clockCost: UInt64 = 0
  ) throws -> LatencyRecorder {
    let settings = try #require(try LatencySettings(parameters))
    return LatencyRecorder(
      settings, operations: operations, clock: Self.clock,
      quality: .init(cost: clockCost, step: 6), worker: 0, workers: 1)
  }

  @Test func `The clock's cost is subtracted, and no span is below zero`() throws {
    let recorder = try recorder(["latency": "closed"], clockCost: 40)
    // 240 − 40 = 200 ticks are 100 ns; 40 and 30 ticks are nothing.
    for service in [240, 40, 30] as [UInt64] { recorder.record(0, service: service, lateness: 0) }
    let result = recorder.result
    #expect(result.clockCostNanoseconds == 20 && result.clockStepNanoseconds == 3)
    let histogram = try #require(result.histograms.first)
    #expect(result.histograms.count == 1 && histogram.kind == .service && histogram.operation == "query")
    #expect(
      histogram.buckets == [.init(low: 0, high: 0, count: 2), .init(low: 100, high: 100, count: 1)])
    #expect(histogram.longest == 100 && histogram.dropped == 0)
  }

  @Test func `An open loop keeps service and response apart`() throws {
    let recorder = try recorder(
      ["latency": "constant", "interval-ns": "100"], operations: ["map", "unmap"], clockCost: 10)
    // 20 ticks of service and 300 of lateness: 10 ns and 160 ns.
    recorder.record(1, service: 30, lateness: 300)
    let histograms = recorder.result.histograms
    #expect(histograms.map(\.operation) == ["map", "unmap", "map", "unmap"])
    #expect(histograms.map(\.kind) == [.service, .service, .response, .response])
    #expect(histograms.map(\.longest) == [nil, 10, nil, 160])
    #expect(histograms[3].buckets == [.init(low: 160, high: 160, count: 1)])
  }

  @Test func `A latency beyond the range is counted, not lost`() throws {
    let recorder = try recorder(["latency": "closed"])
    recorder.record(0, service: 100, lateness: 0)
    // 2 · 2^36 ticks are 2^36 ns, one more than there are buckets for.
    recorder.record(0, service: 2 << 36, lateness: 0)
    let histogram = try #require(recorder.result.histograms.first)
    #expect(histogram.dropped == 1 && histogram.total == 2)
    #expect(histogram.longest == 1 << 36)
    #expect(histogram.buckets == [.init(low: 50, high: 50, count: 1)])
  }

  @Test func `A new window starts empty and with the same intervals`() throws {
    let recorder = try recorder(["latency": "poisson", "interval-ns": "1000"])
    let next = try #require(recorder.timer.nextInterval)
    let first = (0..<100).map { _ in next() }
    recorder.record(0, service: 100, lateness: 5)
    recorder.timer.finish(70)
    #expect(recorder.result.behindNanoseconds == 35)
    recorder.prepareWindow()
    #expect(recorder.result.histograms.allSatisfy { $0.total == 0 && $0.longest == nil })
    #expect(recorder.result.behindNanoseconds == 0)
    #expect((0..<100).map { _ in next() } == first)
  }

  @Test func `Buckets above 256 ns are less than one percent wide and hold their value`() throws {
    var random = Randomness(for: "bucket widths")
    for _ in 0..<200 {
      let recorder = try recorder(["latency": "closed"])
      let nanoseconds = UInt64.random(in: 256..<(1 << UInt64.random(in: 9...36)), using: &random)
      recorder.record(0, service: 2 * nanoseconds, lateness: 0)
      let bucket = try #require(recorder.result.histograms.first?.buckets.first)
      #expect(bucket.low <= nanoseconds && nanoseconds <= bucket.high && bucket.count == 1)
      #expect(Double(bucket.high - bucket.low) < 0.01 * Double(bucket.low))
    }
  }

  // MARK: Intervals

  private func intervals(_ mode: LatencyMode, mean: Double, seed: UInt64 = 1, worker: Int = 0, workers: Int = 1)
    -> ArrivalIntervals
  {
    ArrivalIntervals(mode: mode, mean: mean, seed: seed, worker: worker, workers: workers)
  }

  @Test func `Constant intervals carry fractions over`() {
    var thirds = intervals(.constant, mean: 10.0 / 4)
    // 2.5, 5, 7.5, 10, 12.5 …
    #expect((0..<6).map { _ in thirds.next() } == [2, 3, 2, 3, 2, 3])
  }

  @Test func `Workers with constant intervals begin as far apart as can be`() {
    let starts = (0..<4).map { worker in
      var own = intervals(.constant, mean: 100, worker: worker, workers: 4)
      return [own.next(), own.next()]
    }
    #expect(starts == [[25, 100], [50, 100], [75, 100], [100, 100]])
  }

  @Test func `A seed and a worker say which Poisson intervals there are`() {
    func some(seed: UInt64, worker: Int) -> [UInt64] {
      var own = intervals(.poisson, mean: 1000, seed: seed, worker: worker, workers: 2)
      return (0..<50).map { _ in own.next() }
    }
    #expect(some(seed: 1, worker: 0) == some(seed: 1, worker: 0))
    #expect(some(seed: 1, worker: 0) != some(seed: 1, worker: 1))
    #expect(some(seed: 1, worker: 0) != some(seed: 2, worker: 0))
    #expect(some(seed: 1, worker: 1) != some(seed: 0, worker: 1))
  }

  /// For an exponential law with mean m: the mean of n intervals has standard deviation m/√n, a share of 1 − 1/e of them is
  /// shorter than m, and the standard deviation is m. All bounds are five standard deviations wide.
  @Test func `Poisson intervals have the exponential law's mean, spread and shape`() {
    var random = Randomness(for: "exponential law")
    let n = 100_000
    let mean = 5000.0
    var own = intervals(.poisson, mean: mean, seed: random.next())
    let values = (0..<n).map { _ in Double(own.next()) }
    let average = values.reduce(0, +) / Double(n)
    #expect(abs(average - mean) < 5 * mean / Double(n).squareRoot(), "\(average)")
    let below = Double(values.count { $0 < mean }) / Double(n)
    let expected = 1 - exp(-1.0)
    #expect(abs(below - expected) < 5 * (expected * (1 - expected) / Double(n)).squareRoot(), "\(below)")
    let variance = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(n)
    // The variance of a sample variance of an exponential law is (9 − 1) m⁴ / n.
    #expect(abs(variance - mean * mean) < 5 * mean * mean * (8 / Double(n)).squareRoot(), "\(variance)")
  }
}
