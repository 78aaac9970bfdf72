import Glibc
import Results
import Testing

@testable import Counters

@Suite struct ThisMachineTests {
  private static let pageFaults = CounterSpecification(name: "page-faults", event: "perf::PAGE-FAULTS")

  /// Whether this process may open any event at all.
  private static var canOpenEvents: Bool {
    let system = LinuxPerfEvents()
    guard let event = try? system.encode(pageFaults.event),
      let opened = try? system.open(event.excludingKernel, leader: nil)
    else { return false }
    system.close(opened.descriptor)
    return true
  }

  /// Where the kernel registers a core PMU.
  private static var hasCorePMU: Bool {
    // SAFETY: access reads the NUL-terminated string that Swift makes of the path for the call.
    ["cpu", "cpu_core", "armv8_pmuv3_0"].contains { unsafe access("/sys/bus/event_source/devices/\($0)", F_OK) == 0 }
  }

  /// Page faults counted while touching fresh pages.
  static func faultsWhileTouching(pages: Int) -> UInt64? {
    let pageBytes = sysconf(Int32(_SC_PAGESIZE))
    let bytes = pages * pageBytes
    // SAFETY: a private mapping of our own, accessed within its length.
    let memory = unsafe mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
    defer { unsafe munmap(memory, bytes) }
    unsafe madvise(memory, bytes, MADV_NOHUGEPAGE)
    let counters = WorkerCounters(opening: [pageFaults])
    var from = counters.snapshot()
    var to = counters.snapshot()
    counters.read(into: &from)
    for page in 0..<pages { unsafe memory.storeBytes(of: 1, toByteOffset: page * pageBytes, as: UInt8.self) }
    counters.read(into: &to)
    return counters.readings(from: from, to: to)[0].value
  }

  @Test(.enabled(if: canOpenEvents, "perf_event_open is not permitted here"))
  func countsExactlyTheTouchedPages() throws {
    // A fault of the test's own (its stack, a page of code) may come in between; never one less, and not every time.
    let counts = try (0..<5).map { _ in try #require(Self.faultsWhileTouching(pages: 300)) }
    #expect(counts.allSatisfy { $0 >= 300 })
    #expect(counts.contains(300), "\(counts)")
  }

  @Test(.enabled(if: !hasCorePMU, "this machine has a performance monitoring unit"))
  func hardwareEventsAreNotSupportedWithoutAPMU() {
    let counters = WorkerCounters(opening: FakeEvents.hardware)
    for reading in counters.readings(from: counters.snapshot(), to: counters.snapshot()) {
      #expect([.notSupported, .noPermission].contains(reading.status))
      #expect(reading.value == nil)
      #expect(reading.note?.isEmpty == false)
    }
  }

  @Test func softwareCountersAlwaysHaveValues() {
    for diagnosis in CounterProbe().diagnose(FakeEvents.software) {
      // Migrations need a kernel that tells them.
      if diagnosis.name == "cpu-migrations" && !diagnosis.status.isUsable { continue }
      #expect(diagnosis.status == .ok || diagnosis.status == .userOnly, "\(diagnosis)")
      #expect(diagnosis.selfTestCount != nil)
    }
  }

  @Test func everyCounterGetsADiagnosis() {
    for diagnosis in CounterProbe().diagnose(FakeEvents.software + FakeEvents.hardware) {
      #expect(diagnosis.qualifiedEvent != nil)
      #expect(diagnosis.status != .implausible, "\(diagnosis)")
      #expect((diagnosis.status == .ok && diagnosis.source == "perf") == (diagnosis.reason == nil))
    }
  }

  @Test func theAccountRises() throws {
    let accounting = LinuxThreadAccounting()
    let before = try [ThreadUsageField.cpuTime, .pageFaults, .contextSwitches].map { try #require(accounting.read($0)) }
    for test in [SelfTest.cpuTime, .pageFaults, .contextSwitches] { #expect(test.run()) }
    let after = try [ThreadUsageField.cpuTime, .pageFaults, .contextSwitches].map { try #require(accounting.read($0)) }
    #expect(after[0] > before[0])
    #expect(after[1] >= before[1] + 256)
    #expect(after[2] >= before[2] + 20)
  }

  /// kernel.perf_event_paranoid=2 for real: a process without capabilities.
  @Test(.enabled(if: geteuid() == 0 && canOpenEvents, "needs root, to become a user without capabilities"))
  func aUserWithoutCapabilitiesStillGetsTrueNumbers() async {
    await #expect(processExitsWith: .success) {
      let nobody: uid_t = 65534
      try #require(setgid(nobody) == 0 && setuid(nobody) == 0)
      let counters = WorkerCounters(opening: FakeEvents.software)
      let accounting = LinuxThreadAccounting()
      let from = counters.snapshot()
      let cpuBefore = try #require(accounting.read(.cpuTime))
      for _ in 0..<50 { usleep(50) }
      // Nearly all of this is kernel time.
      for _ in 0..<200 { #expect(SelfTest.pageFaults.run()) }
      let cpuAfter = try #require(accounting.read(.cpuTime))
      let readings = counters.readings(from: from, to: counters.snapshot())
      #expect(readings[0].status == .ok)
      #expect(try #require(readings[0].value) > (cpuAfter - cpuBefore) / 2, "task-clock without kernel mode")
      // With paranoid at 1 or below perf may count kernel mode; then its number is right as well.
      let switches = readings[2]
      #expect(switches.status == .ok)
      #expect(try #require(switches.value) >= 50)
      #expect(readings.allSatisfy { $0.value != nil })
      #expect(readings[1].status == (switches.source == "rusage" ? .userOnly : .ok))
      #expect(try #require(ThisMachineTests.faultsWhileTouching(pages: 300)) >= 300)
    }
  }
}

@Suite struct SchedulerReportTests {
  // Line formats of kernels 6.18 and 3.10.
  @Test(
    arguments: [
      ("cat (6357, #threads: 1)\n-----\nse.nr_migrations     :                   12\nnr_switches : 3\n", 12),
      ("x\nnr_migrations                                :   0\n", 0),
      ("x (1, #threads: 1)\nnr_switches : 3\nnuma_pages_migrated : 9\n", nil), ("", nil),
      ("se.nr_migrations : \n", nil),
    ] as [(String, UInt64?)])
  func findsTheMigrations(report: String, migrations: UInt64?) {
    #expect(LinuxThreadAccounting.migrations(inSchedulerReport: Array(report.utf8)) == migrations)
  }
}
