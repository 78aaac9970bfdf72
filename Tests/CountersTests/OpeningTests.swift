import Counters
import Glibc
import Results
import Testing

@Suite struct OpeningTests {
  private func readings(
    _ specifications: [CounterSpecification], _ system: FakePerfEvents, _ accounting: FakeAccounting = FakeAccounting()
  ) -> [CounterReading] {
    let counters = WorkerCounters(opening: specifications, system: system, accounting: accounting)
    let from = counters.snapshot()
    system.setTimes(enabled: 2_000, running: 2_000)
    return counters.readings(from: from, to: counters.snapshot())
  }

  @Test(arguments: [
    (ENOENT, MeasurementStatus.notSupported), (EOPNOTSUPP, .notSupported), (ENODEV, .notSupported),
    (ENOSYS, .notSupported), (EACCES, .noPermission), (EPERM, .noPermission), (ENOSPC, .noSlot), (EBUSY, .noSlot),
    (EINVAL, .unknownEvent), (EMFILE, .error), (EIO, .error),
  ])
  func everyErrnoBecomesAStatusWithoutAValue(errno: Int32, status: MeasurementStatus) throws {
    let reading = try #require(readings(FakeEvents.cycles, FakePerfEvents(FakeEvents.all { _, _ in errno })).first)
    #expect(reading.status == status)
    #expect(reading.value == nil)
    #expect(reading.enabledNanoseconds == nil)
    #expect(reading.note?.isEmpty == false)
    #expect(reading.source == "perf")
  }

  @Test(
    arguments: [
      (-4, MeasurementStatus.unknownEvent), (-6, .unknownEvent), (-8, .unknownEvent), (-9, .unknownEvent),
      (-1, .notSupported), (-3, .error), (-7, .error),
    ] as [(Int32, MeasurementStatus)])
  func everyLibraryCodeBecomesAStatus(code: Int32, status: MeasurementStatus) throws {
    let system = FakePerfEvents(
      [:], encodingFailures: ["perf::CYCLES": .library(code: code, message: "words of libpfm")])
    let reading = try #require(readings(FakeEvents.cycles, system).first)
    #expect(reading.status == status)
    #expect(reading.value == nil)
    #expect(reading.note?.contains("words of libpfm") == true)
  }

  @Test func triesAgainWithoutKernelModeWhenRefused() throws {
    let system = FakePerfEvents(FakeEvents.all(FakeEvents.paranoid))
    let reading = try #require(readings(FakeEvents.cycles, system).first)
    #expect(reading.status == .userOnly)
    #expect(reading.value == 0)
    #expect(reading.event == "perf::PERF_COUNT_HW_CPU_CYCLES:u=1:k=0:mg=0:mh=1")
    let note = try #require(reading.note)
    #expect(note.contains("EACCES"))
    #expect(note.contains("sysctl kernel.perf_event_paranoid=1"))
    #expect(note.contains("setcap cap_perfmon+ep"))
    #expect(system.openings.map(\.excludesKernel) == [false, true])
  }

  @Test func clocksCountKernelModeEvenWhenItIsExcluded() throws {
    let reading = try #require(
      readings([FakeEvents.software[0]], FakePerfEvents(FakeEvents.all(FakeEvents.paranoid))).first)
    #expect(reading.name == "task-clock")
    #expect(reading.status == .ok)
    #expect(reading.value == 0)
    #expect(reading.event == "perf::PERF_COUNT_SW_TASK_CLOCK:u=1:k=0:mg=0:mh=1")
  }

  @Test func saysWhatToDoWhenPerfIsForbidden() throws {
    for reading in readings(FakeEvents.hardware, FakePerfEvents(FakeEvents.all(FakeEvents.forbidden))) {
      #expect(reading.status == .noPermission)
      #expect(reading.value == nil)
      #expect(reading.note?.contains("setcap cap_perfmon+ep") == true)
    }
  }

  @Test(arguments: [EACCES, EPERM], ["perf::CONTEXT-SWITCHES", "perf::CPU-MIGRATIONS"])
  func neverOpensKernelEventsWithoutKernelMode(errno: Int32, event: String) throws {
    let system = FakePerfEvents(
      FakeEvents.all { event, _ in event.exclusions.contains(.kernel) ? nil : errno })
    let accounting = FakeAccounting([.contextSwitches: 10, .migrations: 3])
    let counters = WorkerCounters(
      opening: [CounterSpecification(name: "x", event: event)], system: system, accounting: accounting)
    let from = counters.snapshot()
    accounting.set(.contextSwitches, 17)
    accounting.set(.migrations, 8)
    let reading = try #require(counters.readings(from: from, to: counters.snapshot()).first)
    let isSwitches = event == "perf::CONTEXT-SWITCHES"
    #expect(reading.status == .ok)
    #expect(reading.value == (isSwitches ? 7 : 5))
    #expect(reading.source == (isSwitches ? "rusage" : "procfs"))
    #expect(reading.event == (isSwitches ? "ru_nvcsw+ru_nivcsw" : "se.nr_migrations"))
    #expect(reading.enabledNanoseconds == nil)
    #expect(system.openings.allSatisfy { !$0.excludesKernel })
  }

  @Test func neverOpensAKernelEventWhoseNameExcludesKernelMode() throws {
    var encoded = FakeEvents.event(1, 3, "PERF_COUNT_SW_CONTEXT_SWITCHES").encoded
    encoded.exclusions = .kernel
    let tracepoint = EncodedEvent(type: 2, config: 77, exclusions: .kernel, qualifiedName: "tp")
    let system = FakePerfEvents(["cs:u": .init(encoded: encoded), "tp:u": .init(encoded: tracepoint)])
    let specifications = [
      CounterSpecification(name: "cs", event: "cs:u"), CounterSpecification(name: "tp", event: "tp:u"),
    ]
    let result = readings(specifications, system, FakeAccounting([.contextSwitches: 1]))
    #expect(system.openings.isEmpty)
    #expect(result[0].status == .ok && result[0].source == "rusage" && result[0].value == 0)
    #expect(result[1].status == .noPermission && result[1].value == nil)
  }

  @Test func migrationsThatNobodyTellsAreEmpty() throws {
    let system = FakePerfEvents(FakeEvents.all(FakeEvents.paranoid))
    let reading = try #require(readings([FakeEvents.software[3]], system).first)
    #expect(reading.name == "cpu-migrations")
    #expect(reading.status == .noPermission)
    #expect(reading.value == nil)
    #expect(reading.note?.contains("perf_event_paranoid") == true)
  }

  @Test func softwareCountersSurviveASandboxWithoutPerf() {
    let system = FakePerfEvents(FakeEvents.all(FakeEvents.forbidden))
    let accounting = FakeAccounting([.cpuTime: 1, .pageFaults: 2, .contextSwitches: 3, .migrations: 4])
    let result = readings(FakeEvents.software, system, accounting)
    #expect(result.map(\.status) == [.ok, .ok, .ok, .ok])
    #expect(result.map(\.value) == [0, 0, 0, 0])
    #expect(result.map(\.source) == ["clock", "rusage", "rusage", "procfs"])
    #expect(result.allSatisfy { $0.note?.hasPrefix("instead of perf: ") == true })
  }

  @Test func hardwareAndSoftwareEventsFormTwoGroups() {
    let system = FakePerfEvents(FakeEvents.all())
    let counters = WorkerCounters(
      opening: [FakeEvents.software[0], FakeEvents.hardware[0], FakeEvents.software[1]]
        + FakeEvents.hardware.dropFirst(),
      system: system, accounting: FakeAccounting())
    #expect(system.openings.map(\.leader) == [nil, nil, 100, 101, 101, 101])
    #expect(system.enabledLeaders == [100, 101])
    withExtendedLifetime(counters) {}
  }

  @Test func theFirstEventThatOpensLeadsItsGroup() {
    let system = FakePerfEvents(FakeEvents.all { event, _ in event.type == 0 && event.config == 0 ? ENOENT : nil })
    let result = readings(FakeEvents.hardware, system)
    #expect(result.map(\.status) == [.notSupported, .ok, .ok, .ok])
    #expect(system.openings.map(\.leader) == [nil, nil, 100, 100])
  }

  @Test func aGroupThatIsFullIsTakenForNoSlot() {
    // Three events fit; the fourth is refused as a member and accepted alone.
    let system = FakePerfEvents(FakeEvents.all { event, isMember in event.type == 3 && isMember ? EINVAL : nil })
    let counters = WorkerCounters(opening: FakeEvents.hardware, system: system, accounting: FakeAccounting())
    let from = counters.snapshot()
    system.setTimes(enabled: 2_000, running: 2_000)
    let result = counters.readings(from: from, to: counters.snapshot())
    #expect(result.map(\.status) == [.ok, .ok, .ok, .noSlot])
    #expect(result[3].value == nil)
    #expect(system.openDescriptors == [100, 101, 102], "the trial descriptor is closed")
    #expect(system.enabledLeaders == [100])
  }

  @Test func anEncodingThatTheKernelNeverTakesIsUnknown() {
    let system = FakePerfEvents(FakeEvents.all { event, _ in event.type == 3 ? EINVAL : nil })
    #expect(readings(FakeEvents.hardware, system).map(\.status) == [.ok, .ok, .ok, .unknownEvent])
  }

  @Test func anEventOfAnotherProcessorIsNotOpened() throws {
    var foreign = FakeEvents.event(4, 0xe08, "icx")
    foreign.encoded.isForThisMachine = false
    // The real system refuses; the fake would open it, so the real one is asked.
    #expect(throws: PerfEventFailure.otherProcessor) { try LinuxPerfEvents().open(foreign.encoded, leader: nil) }
    #expect(PerfEventFailure.otherProcessor.explanation.status == .notSupported)
  }

  @Test func closesEveryDescriptor() {
    let refusals: [FakeEvents.Refusal] = [FakeEvents.paranoid, FakeEvents.withoutPMU, { _, _ in nil }]
    for refusal in refusals {
      let system = FakePerfEvents(FakeEvents.all(refusal))
      var counters: WorkerCounters? = WorkerCounters(
        opening: FakeEvents.software + FakeEvents.hardware, system: system, accounting: FakeAccounting())
      #expect(counters != nil && !system.openDescriptors.isEmpty)
      counters = nil
      #expect(system.openDescriptors.isEmpty)
    }
  }

  @Test func aGroupThatDoesNotStartHasNoValues() {
    let system = FakePerfEvents(FakeEvents.all())
    system.refuseToEnable(errno: EBUSY)
    let counters = WorkerCounters(opening: FakeEvents.hardware, system: system, accounting: FakeAccounting())
    #expect(system.openDescriptors.isEmpty)
    let result = counters.readings(from: counters.snapshot(), to: counters.snapshot())
    #expect(result.map(\.status) == [.noSlot, .noSlot, .noSlot, .noSlot])
    #expect(result.allSatisfy { $0.value == nil })
  }

  @Test func readsTheThreadsAccountWhenAsked() {
    let accounting = FakeAccounting([.cpuTime: 5, .pageFaults: 6])
    let specifications = [
      CounterSpecification(name: "cpu", event: "CLOCK_THREAD_CPUTIME_ID", source: .clock),
      CounterSpecification(name: "faults", event: "ru_minflt+ru_majflt", source: .rusage),
      CounterSpecification(name: "moves", event: "se.nr_migrations", source: .procfs),
      CounterSpecification(name: "nonsense", event: "ru_nonsense", source: .rusage),
    ]
    let result = readings(specifications, FakePerfEvents([:]), accounting)
    #expect(result.map(\.status) == [.ok, .ok, .notSupported, .unknownEvent])
    #expect(result.map(\.value) == [0, 0, nil, nil])
    #expect(result[3].note?.contains("ru_minflt+ru_majflt") == true)
  }
}
