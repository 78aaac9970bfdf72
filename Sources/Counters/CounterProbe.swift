import Results

/// Tries counters out one by one, as `pagebench doctor` shows them: opens each alone and makes it count work whose
/// result is known.
public struct CounterProbe: Sendable {
  private let system: any PerfEventSystem
  private let accounting: any ThreadAccounting

  public init(
    system: any PerfEventSystem = LinuxPerfEvents(), accounting: any ThreadAccounting = LinuxThreadAccounting()
  ) {
    self.system = system
    self.accounting = accounting
  }

  /// Diagnoses every counter of every group, or those given, on the calling thread. Takes a few milliseconds for each.
  public func diagnose(
    _ specifications: [CounterSpecification] = CounterCatalogue.groups.flatMap(\.counters)
  ) -> [CounterDiagnosis] {
    specifications.map(diagnose)
  }

  private func diagnose(_ specification: CounterSpecification) -> CounterDiagnosis {
    let encoded = specification.source == .perf ? try? system.encode(specification.event) : nil
    let test = SelfTest(for: encoded)
    let counters = WorkerCounters(opening: [specification], system: system, accounting: accounting)
    let before = counters.snapshot()
    let isDone = test.run()
    let after = counters.snapshot()
    let opened = counters.counters[0]
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
}
