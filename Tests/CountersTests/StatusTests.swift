import Counters
import Glibc
import Results
import Testing

/// Every status of the schema, reached through the calls that a counter makes.
@Suite struct StatusTests {
  /// What the kernel does, and the reading that comes of it. A status without an entry here fails to compile.
  private func reading(_ status: MeasurementStatus) -> CounterReading {
    switch status {
    case .ok: readCycles()
    case .scaled: readCycles(between: { $0.setTimes(enabled: 3_000, running: 2_000) })
    case .notCounted: readCycles(between: { $0.setTimes(enabled: 3_000, running: 1_000) })
    case .notSupported: readCycles(refusal: { _, _ in ENOENT })
    case .noPermission: readCycles(refusal: { _, _ in EACCES })
    case .noSlot: readCycles(refusal: { _, _ in EBUSY })
    case .unknownEvent: readCycles("no-such-event")
    case .userOnly: readCycles(refusal: FakeEvents.paranoid)
    case .implausible:
      readCycles(absence: CounterExplanation(status: .implausible, reason: "0 instructions in a loop"))
    case .truncated: readCycles(between: { $0.setAnswer(.words([1, 2_000, 2_000])) })
    case .error: readCycles(between: { $0.setAnswer(.failure(errno: EIO)) })
    }
  }

  private func readCycles(
    _ event: String = "perf::CYCLES", absence: CounterExplanation? = nil,
    refusal: @escaping FakeEvents.Refusal = { _, _ in nil }, between: (FakePerfEvents) -> Void = { _ in }
  ) -> CounterReading {
    let system = FakePerfEvents(FakeEvents.all(refusal))
    let counters = WorkerCounters(
      opening: [CounterSpecification(name: "cycles", event: event, absence: absence)], system: system,
      accounting: FakeAccounting())
    let from = counters.snapshot()
    system.set(["perf::CYCLES": 500])
    system.setTimes(enabled: 2_000, running: 2_000)
    between(system)
    return counters.readings(from: from, to: counters.snapshot())[0]
  }

  @Test(arguments: MeasurementStatus.allCases)
  func everyStatusIsReached(status: MeasurementStatus) {
    let reading = reading(status)
    #expect(reading.status == status)
    // Absent is never 0.
    #expect(reading.value == (status.isUsable ? 500 : nil))
    #expect((reading.note == nil) == (status == .ok))
  }

  @Test(arguments: [ENOSPC, EBUSY])
  func aFullMachineHasNoSlot(errno: Int32) {
    #expect(readCycles(refusal: { _, _ in errno }).status == .noSlot)
  }

  /// The eleventh way to lose a value: the file ends, because the pinned group lost its counter.
  @Test func aGroupAtEndOfFileHasNoSlot() {
    #expect(readCycles(between: { $0.setAnswer(.words([])) }).status == .noSlot)
  }
}
