import Results

/// Tries counters out one by one, before a run and as `pagebench doctor` shows them: opens each alone and makes it count
/// work whose result is known.
public struct CounterProbe: Sendable {
  let system: any PerfEventSystem
  private let accounting: any ThreadAccounting

  public init(
    system: any PerfEventSystem = LinuxPerfEvents(), accounting: any ThreadAccounting = LinuxThreadAccounting()
  ) {
    self.system = system
    self.accounting = accounting
  }

  /// Diagnoses counters on the calling thread. Takes a few milliseconds for each.
  public func diagnose(_ specifications: [CounterSpecification]) -> [CounterDiagnosis] { specifications.map(diagnose) }

  /// Diagnoses one counter.
  public func diagnose(_ specification: CounterSpecification) -> CounterDiagnosis {
    if let absence = specification.absence { return diagnosis(specification, absence) }
    let encoded = specification.source.isPerfEvent ? try? system.encode(specification.event) : nil
    let test = SelfTest(for: encoded, exercise: specification.exercise)
    let counters = WorkerCounters(opening: [specification], system: system, accounting: accounting)
    let before = counters.snapshot()
    let opened = counters.counters[0]
    let isDone = opened.origin == .none || test.run()
    let after = counters.snapshot()
    let reading = counters.readings(from: before, to: after)[0]

    var status = reading.status
    var reason = opened.reason
    var remedy = opened.remedy
    if !isDone {
      (status, reason, remedy) = (test.obstacle.status, test.obstacle.reason, test.obstacle.remedy)
    } else if let count = reading.value, status.isUsable {
      if !test.plausible.contains(count) {
        status = .implausible
        reason = "it showed \(count) where \(test.expectation) was expected"
        remedy = "do not use it on this machine; a virtual PMU that is broken or half present is the usual cause"
      }
    } else if status != opened.status {
      // It opened, and then failed while counting.
      reason = reading.note
      remedy = nil
    }
    return CounterDiagnosis(
      name: specification.name, requestedEvent: specification.event,
      qualifiedEvent: reading.event ?? encoded?.qualifiedName, type: encoded?.type, config: encoded?.config,
      source: reading.source, status: status, selfTestCount: reading.value, expectation: test.expectation,
      reason: reason, remedy: remedy)
  }

  /// Of a counter that need not be tried.
  private func diagnosis(_ specification: CounterSpecification, _ absence: CounterExplanation) -> CounterDiagnosis {
    CounterDiagnosis(
      name: specification.name, requestedEvent: specification.event, qualifiedEvent: nil, type: nil, config: nil,
      source: specification.source.rawValue, status: absence.status, selfTestCount: nil,
      expectation: SelfTest.anyCount.expectation, reason: absence.reason, remedy: absence.remedy)
  }
}
