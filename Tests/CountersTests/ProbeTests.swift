import Glibc
import Results
import Synchronization
import Testing

@testable import Counters

/// Counts `perRead` more at each read, so that a self-test sees exactly that.
private final class SteppingPerfEvents: PerfEventSystem {
  private let event: EncodedEvent
  private let perRead: UInt64
  private let isRunning: Bool
  private let reads = Mutex<UInt64>(0)

  init(_ event: EncodedEvent, perRead: UInt64, isRunning: Bool = true) {
    self.event = event
    self.perRead = perRead
    self.isRunning = isRunning
  }

  func encode(_ name: String) throws(PerfEventFailure) -> EncodedEvent { event }
  func open(_ event: EncodedEvent, leader: Int32?) throws(PerfEventFailure) -> OpenedEvent {
    OpenedEvent(descriptor: 3, id: 9)
  }
  func enable(leader: Int32) throws(PerfEventFailure) {}
  func read(leader: Int32, into words: inout [UInt64], at range: Range<Int>) throws(PerfEventFailure) -> Int {
    let round = reads.withLock { reads in
      reads += 1
      return reads
    }
    for (index, word) in [1, round, isRunning ? round : 0, perRead * round, 9].enumerated() {
      words[range.lowerBound + index] = word
    }
    return 5
  }
  func close(_ descriptor: Int32) {}
}

@Suite struct ProbeTests {
  private func diagnose(_ type: UInt32, _ config: UInt64, count: UInt64, isRunning: Bool = true) -> CounterDiagnosis {
    let event = EncodedEvent(type: type, config: config, qualifiedName: "q")
    let system = SteppingPerfEvents(event, perRead: count, isRunning: isRunning)
    return CounterProbe(system: system, accounting: FakeAccounting())
      .diagnose([CounterSpecification(name: "x", event: "y")])[0]
  }

  // Bounds from section 4.5 of the measurement rules: a loop of a million rounds retires at least one and at most
  // twenty instructions per round; the other events have only lower bounds.
  @Test(
    arguments: [
      (0, 1, 999_999, false), (0, 1, 1_000_000, true), (0, 1, 20_000_000, true), (0, 1, 20_000_001, false),
      (0, 1, 0, false), (0, 0, 0, false), (0, 0, 1, true), (1, 1, 0, false), (1, 1, 1, true), (1, 2, 255, false),
      (1, 2, 256, true), (1, 3, 19, false), (1, 3, 20, true), (3, 0x10003, 0, true),
    ] as [(UInt32, UInt64, UInt64, Bool)])
  func believesOnlyPlausibleCounts(type: UInt32, config: UInt64, count: UInt64, isPlausible: Bool) {
    let diagnosis = diagnose(type, config, count: count)
    #expect(diagnosis.status == (isPlausible ? .ok : .implausible))
    #expect(diagnosis.selfTestCount == count)
    #expect((diagnosis.reason == nil) == isPlausible)
    #expect((diagnosis.remedy == nil) == isPlausible)
  }

  @Test(.enabled(if: SelfTest(for: migrations) == .migrations, "this thread may run on one CPU only"))
  func believesMigrationsOnlyAfterMakingSome() {
    // Eleven moves, of which the first may find the thread where it is to go.
    for (count, isPlausible) in [(0, false), (9, false), (10, true), (11, true)] as [(UInt64, Bool)] {
      #expect(diagnose(1, 4, count: count).status == (isPlausible ? .ok : .implausible))
    }
  }

  private static let migrations = EncodedEvent(type: 1, config: 4, qualifiedName: "q")

  @Test func theSelfTestGivesTheThreadItsCPUsBack() throws {
    let before = try #require(Self.affinity())
    _ = SelfTest(for: Self.migrations).run()
    #expect(Self.affinity() == before)
  }

  /// The `Cpus_allowed` line of the calling thread.
  private static func affinity() -> String? {
    guard let file = unsafe fopen("/proc/thread-self/status", "r") else { return nil }
    defer { unsafe _ = fclose(file) }
    var line = [CChar](repeating: 0, count: 8192)
    while unsafe fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if text.hasPrefix("Cpus_allowed:") { return text }
    }
    return nil
  }

  @Test(
    arguments: [
      (CounterExercise.tlb, 0, false), (.tlb, 1, true), (.atomics, 99_999, false), (.atomics, 100_000, true),
    ] as [(CounterExercise, UInt64, Bool)])
  func believesAnEventOfOneProcessorOnlyAfterWorkThatMovesIt(
    exercise: CounterExercise, count: UInt64, isPlausible: Bool
  ) {
    let event = EncodedEvent(type: 4, config: 0x0e08, qualifiedName: "q")
    let system = SteppingPerfEvents(event, perRead: count)
    let diagnosis = CounterProbe(system: system, accounting: FakeAccounting())
      .diagnose(CounterSpecification(name: "x", event: "y", exercise: exercise))
    #expect(diagnosis.status == (isPlausible ? .ok : .implausible))
    #expect((diagnosis.lastingAbsence == nil) == isPlausible)
  }

  @Test func theExercisesDoTheirWork() throws {
    for exercise in CounterExercise.allCases { #expect(SelfTest(for: nil, exercise: exercise).run()) }
    let accounting = LinuxThreadAccounting()
    let before = try #require(accounting.read(.pageFaults))
    #expect(SelfTest.tlbMisses.run())
    #expect(try #require(accounting.read(.pageFaults)) - before >= 16_384)
  }

  @Test func tracepointsAreTestedByWhatTheyAre() {
    let faults = EncodedEvent(type: 2, config: 77, qualifiedName: "tp:exceptions:page_fault_user")
    #expect(SelfTest(for: faults) == .pageFaults)
    #expect(SelfTest(for: EncodedEvent(type: 2, config: 2, qualifiedName: "tp:lock:contention_begin")) == .anyCount)
  }

  @Test func aCounterKnownToBeAbsentIsNotTried() {
    let system = FakePerfEvents(FakeEvents.all())
    let absence = CounterExplanation(status: .implausible, reason: "it lied", remedy: "none")
    let diagnosis = CounterProbe(system: system, accounting: FakeAccounting())
      .diagnose(CounterSpecification(name: "cycles", event: "perf::CYCLES", absence: absence))
    #expect(system.openings.isEmpty)
    #expect(diagnosis.status == .implausible && diagnosis.reason == "it lied" && diagnosis.remedy == "none")
  }

  @Test func saysNothingAboutCountsThatNobodyCanForetell() {
    #expect(diagnose(3, 0x10003, count: 0).expectation.contains("any number"))
  }

  @Test func doesNotBelieveACounterThatNeverRan() {
    let diagnosis = diagnose(0, 0, count: 5, isRunning: false)
    #expect(diagnosis.status == .notCounted)
    #expect(diagnosis.selfTestCount == nil)
    #expect(diagnosis.reason != nil)
  }

  @Test func separatesReasonFromRemedy() {
    let probe = CounterProbe(
      system: FakePerfEvents(FakeEvents.all(FakeEvents.forbidden)), accounting: FakeAccounting())
    let diagnoses = probe.diagnose(FakeEvents.software + FakeEvents.hardware)
    #expect(diagnoses.map(\.name) == (FakeEvents.software + FakeEvents.hardware).map(\.name))
    for diagnosis in diagnoses {
      #expect(diagnosis.status == .noPermission)
      #expect(diagnosis.reason?.contains("EPERM") == true)
      #expect(diagnosis.remedy?.contains("setcap cap_perfmon+ep") == true)
    }
    #expect(diagnoses[7].type == 3 && diagnoses[7].config == 0x10003)
    #expect(diagnoses[7].requestedEvent == "perf::DTLB-LOAD-MISSES")
  }

  @Test func diagnosesANameThatNobodyKnows() {
    let probe = CounterProbe(system: FakePerfEvents([:]), accounting: FakeAccounting())
    let diagnosis = probe.diagnose(FakeEvents.cycles)[0]
    #expect(diagnosis.status == .unknownEvent)
    #expect(diagnosis.type == nil && diagnosis.config == nil && diagnosis.qualifiedEvent == nil)
  }
}
