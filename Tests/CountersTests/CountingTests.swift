import Counters
import Glibc
import MeasurementTestSupport
import Results
import Testing

@Suite struct CountingTests {
  private let system = FakePerfEvents(FakeEvents.all())
  private let counters: WorkerCounters

  init() {
    counters = WorkerCounters(opening: FakeEvents.hardware, system: system, accounting: FakeAccounting())
  }

  private func snapshot(_ values: [String: UInt64] = [:], enabled: UInt64, running: UInt64) -> CounterSnapshot {
    system.set(values)
    system.setTimes(enabled: enabled, running: running)
    return counters.snapshot()
  }

  @Test func givesTheDifferenceOfTwoSnapshots() {
    let from = snapshot(["perf::CYCLES": 100, "perf::INSTRUCTIONS": 7], enabled: 50, running: 50)
    let to = snapshot(
      ["perf::CYCLES": 350, "perf::INSTRUCTIONS": 9, "perf::DTLB-LOAD-MISSES": 4], enabled: 90, running: 90)
    let readings = counters.readings(from: from, to: to)
    #expect(readings.map(\.name) == ["cycles", "instructions", "cache-misses", "dTLB-load-misses"])
    #expect(readings.map(\.value) == [250, 2, 0, 4])
    #expect(
      readings.allSatisfy {
        $0.status == .ok && $0.note == nil && $0.enabledNanoseconds == 40 && $0.runningNanoseconds == 40
      })
    #expect(readings[3].event == "perf::PERF_COUNT_HW_CACHE_DTLB:READ:MISS:u=1:k=1:mg=0:mh=1")
  }

  @Test func aCounterThatNeverRanHasNoValue() {
    let from = snapshot(enabled: 100, running: 30)
    let reading = counters.readings(from: from, to: snapshot(enabled: 200, running: 30))[0]
    #expect(reading.status == .notCounted)
    #expect(reading.value == nil)
    #expect(reading.enabledNanoseconds == 100)
    #expect(reading.runningNanoseconds == 0)
  }

  @Test func aMultiplexedCounterKeepsItsRawValue() {
    let from = snapshot(["perf::CYCLES": 10], enabled: 0, running: 0)
    let reading = counters.readings(from: from, to: snapshot(["perf::CYCLES": 110], enabled: 1_000, running: 333))[0]
    #expect(reading.status == .scaled)
    #expect(reading.value == 100)
    #expect(reading.enabledNanoseconds == 1_000)
    #expect(reading.runningNanoseconds == 333)
    #expect(reading.note == "on the hardware for 33.3 % of the time")
    let thin = counters.readings(from: from, to: snapshot(enabled: 1_000, running: 249))[0]
    #expect(thin.status == .scaled)
    #expect(thin.note?.contains("too little") == true)
  }

  @Test func leavingOutKernelModeOutweighsMultiplexing() throws {
    let system = FakePerfEvents(FakeEvents.all(FakeEvents.paranoid))
    let counters = WorkerCounters(opening: FakeEvents.cycles, system: system, accounting: FakeAccounting())
    let from = counters.snapshot()
    system.setTimes(enabled: 2_000, running: 1_500)
    let reading = counters.readings(from: from, to: counters.snapshot())[0]
    #expect(reading.status == .userOnly)
    #expect(reading.enabledNanoseconds == 1_000 && reading.runningNanoseconds == 500)
    #expect(reading.note?.contains("50.0 %") == true)
  }

  @Test func aGroupThatLostItsPlaceHasNoSlot() {
    let from = snapshot(enabled: 1, running: 1)
    system.setAnswer(.words([]))
    let readings = counters.readings(from: from, to: counters.snapshot())
    #expect(readings.allSatisfy { $0.status == .noSlot && $0.value == nil && $0.note != nil })
  }

  @Test(arguments: [
    FakePerfEvents.Answer.failure(errno: EIO), .words([1, 10, 10, 5, 12345]), .words([0, 10, 10]),
  ])
  func aReadThatFailsOrMakesNoSenseIsAnError(answer: FakePerfEvents.Answer) {
    let from = snapshot(enabled: 1, running: 1)
    system.setAnswer(answer)
    let readings = counters.readings(from: from, to: counters.snapshot())
    #expect(readings.allSatisfy { $0.status == .error && $0.value == nil && $0.note != nil })
  }

  @Test(arguments: [[4], [4, 10, 10], [4, 10, 10, 5, 700], [UInt64.max, 10, 10, 5, 700]] as [[UInt64]])
  func aReadShorterThanItSaysIsTruncated(words: [UInt64]) {
    let from = snapshot(enabled: 1, running: 1)
    system.setAnswer(.words(words))
    let readings = counters.readings(from: from, to: counters.snapshot())
    #expect(readings.allSatisfy { $0.status == .truncated && $0.value == nil && $0.note != nil })
  }

  /// The kernel widens hardware counters to 64 bits; one that wraps at fewer, or at 64, is broken and not to be mended.
  @Test(arguments: [UInt64(1) << 48, 1 << 32, 0])
  func aCounterThatWrapsAroundHasNoValue(modulus: UInt64) {
    let from = snapshot(["perf::CYCLES": modulus &- 5], enabled: 1, running: 1)
    let reading = counters.readings(from: from, to: snapshot(["perf::CYCLES": 7], enabled: 2, running: 2))[0]
    #expect(reading.status == .error && reading.value == nil && reading.note != nil)
  }

  @Test func aCountThatGoesBackwardsIsNotClamped() {
    let from = snapshot(["perf::CYCLES": 100, "perf::INSTRUCTIONS": 100], enabled: 1, running: 1)
    let to = snapshot(["perf::CYCLES": 99, "perf::INSTRUCTIONS": 101], enabled: 2, running: 2)
    let readings = counters.readings(from: from, to: to)
    #expect(readings[0].status == .error && readings[0].value == nil)
    #expect(readings[1].status == .ok && readings[1].value == 1)
  }

  @Test func countsBeyond64BitsAreAnError() {
    var accumulator = counters.makeAccumulator()
    for _ in 0..<2 {
      let from = snapshot(["perf::CYCLES": 0], enabled: 1, running: 1)
      accumulator.add(from: from, to: snapshot(["perf::CYCLES": UInt64.max], enabled: 2, running: 2))
    }
    #expect(accumulator.readings()[0].status == .error)
    #expect(accumulator.readings()[0].value == nil)
  }

  @Test func nothingMeasuredIsNotZero() {
    #expect(counters.makeAccumulator().readings().allSatisfy { $0.status == .notCounted && $0.value == nil })
  }

  @Test func readingIntoASnapshotEqualsMakingOne() {
    var reused = snapshot(["perf::CYCLES": 1], enabled: 1, running: 1)
    let fresh = snapshot(["perf::CYCLES": 5], enabled: 3, running: 3)
    let from = reused
    counters.read(into: &reused)
    #expect(counters.readings(from: from, to: reused) == counters.readings(from: from, to: fresh))
    #expect(counters.readings(from: from, to: reused)[0].value == 4)
  }

  @Test func theAccountMayFallSilent() {
    let accounting = FakeAccounting([.contextSwitches: 4])
    let specification = CounterSpecification(name: "cs", event: "ru_nvcsw+ru_nivcsw", source: .rusage)
    let counters = WorkerCounters(opening: [specification], system: system, accounting: accounting)
    let from = counters.snapshot()
    accounting.set(.contextSwitches, nil)
    let reading = counters.readings(from: from, to: counters.snapshot())[0]
    #expect(reading.status == .error && reading.value == nil && reading.note != nil)
  }

  /// What happens between sections must not count, whatever it is, and the sections must add up.
  @Test func sectionsAddUpAndGapsDoNot() {
    var randomness = Randomness(for: "sectionsAddUpAndGapsDoNot")
    for _ in 0..<50 {
      var accumulator = counters.makeAccumulator()
      var now: [String: UInt64] = ["perf::CYCLES": 0, "perf::INSTRUCTIONS": 0]
      var (enabled, running): (UInt64, UInt64) = (0, 0)
      var expected: [String: UInt64] = ["perf::CYCLES": 0, "perf::INSTRUCTIONS": 0]
      var (expectedEnabled, expectedRunning): (UInt64, UInt64) = (0, 0)
      func pass(isCounted: Bool) -> CounterSnapshot {
        for name in now.keys {
          let step = UInt64.random(in: 0...1_000_000, using: &randomness)
          now[name, default: 0] += step
          if isCounted { expected[name, default: 0] += step }
        }
        let time = UInt64.random(in: 1...1_000, using: &randomness)
        let share = UInt64.random(in: 0...time, using: &randomness)
        enabled += time
        running += share
        if isCounted { (expectedEnabled, expectedRunning) = (expectedEnabled + time, expectedRunning + share) }
        return snapshot(now, enabled: enabled, running: running)
      }
      for _ in 0..<Int.random(in: 1...10, using: &randomness) {
        let from = pass(isCounted: false)
        accumulator.add(from: from, to: pass(isCounted: true))
      }
      let readings = accumulator.readings()
      let seed: Comment = "seed \(randomness.seed)"
      guard expectedRunning > 0 else {
        #expect(readings[0].status == .notCounted, seed)
        continue
      }
      #expect(readings[0].value == expected["perf::CYCLES"], seed)
      #expect(readings[1].value == expected["perf::INSTRUCTIONS"], seed)
      #expect(readings[0].enabledNanoseconds == expectedEnabled, seed)
      #expect(readings[0].runningNanoseconds == expectedRunning, seed)
      #expect(readings[0].status == (expectedRunning < expectedEnabled ? .scaled : .ok), seed)
      accumulator.reset()
      #expect(accumulator.readings()[0].value == nil, seed)
    }
  }
}
