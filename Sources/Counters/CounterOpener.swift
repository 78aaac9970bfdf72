import Glibc
import Results

/// Opens counters one after the other and sorts them into groups. Every failure becomes a counter without a value.
struct CounterOpener {
  let system: any PerfEventSystem
  let accounting: any ThreadAccounting

  private var groups: [(kind: EncodedEvent.GroupKind, events: [OpenedEvent])] = []
  private(set) var counters: [OpenedCounter] = []
  /// Fields of the thread's account that snapshots must read.
  private(set) var usageFields: [ThreadUsageField] = []

  init(system: any PerfEventSystem, accounting: any ThreadAccounting) {
    self.system = system
    self.accounting = accounting
  }

  mutating func open(_ specification: CounterSpecification) {
    if let absence = specification.absence {
      counters.append(absent(specification, event: specification.event.isEmpty ? nil : specification.event, absence))
    } else {
      counters.append(specification.source.isPerfEvent ? openEvent(specification) : openField(specification))
    }
  }

  /// Starts all groups. A group that cannot be started is closed and its counters lose their values.
  mutating func enable() -> [OpenedGroup] {
    var region = 0..<0
    return groups.indices.map { index in
      let descriptors = groups[index].events.map(\.descriptor)
      let leader = descriptors[0]
      region = region.upperBound..<(region.upperBound + GroupRead.regionWords(events: descriptors.count))
      do throws(PerfEventFailure) {
        try system.enable(leader: leader)
        return OpenedGroup(leader: leader, descriptors: descriptors, region: region)
      } catch {
        let explanation = error.explanation
        for (position, counter) in counters.enumerated() {
          guard case .group(index, _) = counter.origin else { continue }
          counters[position] = OpenedCounter(
            name: counter.name, source: counter.source, event: counter.event, origin: .none,
            status: explanation.status, reason: explanation.reason, remedy: explanation.remedy)
        }
        descriptors.forEach(system.close)
        return OpenedGroup(leader: leader, descriptors: [], region: region)
      }
    }
  }

  // MARK: perf events

  private mutating func openEvent(_ specification: CounterSpecification) -> OpenedCounter {
    let event: EncodedEvent
    do throws(PerfEventFailure) {
      event = try system.encode(specification.event)
    } catch {
      return absent(specification, event: nil, error.explanation)
    }
    guard !(event.countsOnlyInKernelMode && event.exclusions.contains(.kernel)) else {
      return substitute(
        for: event, specification,
        CounterExplanation(
          status: .noPermission, reason: "the name excludes kernel mode, and the event happens nowhere else",
          remedy: "leave out the modifier"))
    }
    do throws(PerfEventFailure) {
      let origin = try openInGroup(event)
      // A name such as `perf::CYCLES:u` excludes kernel mode by itself; readings are no more comparable for that.
      let isUserOnly = event.exclusions.contains(.kernel) && !event.countsEveryMode
      return OpenedCounter(
        name: specification.name, source: event.source, event: event.qualifiedName, origin: origin,
        status: isUserOnly ? .userOnly : .ok, reason: isUserOnly ? "the event's name excludes kernel mode" : nil,
        remedy: isUserOnly ? "leave out the modifier to count kernel mode too" : nil)
    } catch {
      return openAfter(error, event, specification)
    }
  }

  private mutating func openAfter(
    _ failure: PerfEventFailure, _ event: EncodedEvent, _ specification: CounterSpecification
  ) -> OpenedCounter {
    switch failure {
    case .kernel(EACCES), .kernel(EPERM):
      let refusal = failure.explanation
      if event.countsOnlyInKernelMode || event.exclusions.contains(.kernel) {
        return substitute(for: event, specification, refusal)
      }
      let userEvent = event.excludingKernel
      do throws(PerfEventFailure) {
        let origin = try openInGroup(userEvent)
        guard !userEvent.countsEveryMode else {
          return OpenedCounter(
            name: specification.name, source: event.source, event: userEvent.qualifiedName, origin: origin, status: .ok,
            reason: nil, remedy: nil)
        }
        return OpenedCounter(
          name: specification.name, source: event.source, event: userEvent.qualifiedName, origin: origin,
          status: .userOnly,
          reason: "kernel mode is not counted: \(refusal.reason)", remedy: refusal.remedy)
      } catch {
        return substitute(for: userEvent, specification, error.explanation)
      }
    default:
      return substitute(for: event, specification, failure.explanation)
    }
  }

  /// Opens an event as a member of the group of its kind, or as the leader of a new one.
  private mutating func openInGroup(_ event: EncodedEvent) throws(PerfEventFailure) -> OpenedCounter.Origin {
    let kind = event.groupKind
    guard let index = groups.firstIndex(where: { $0.kind == kind }) else {
      let opened = try system.open(event, leader: nil)
      groups.append((kind, [opened]))
      return .group(groups.count - 1, id: opened.id)
    }
    do throws(PerfEventFailure) {
      let opened = try system.open(event, leader: groups[index].events[0].descriptor)
      groups[index].events.append(opened)
      return .group(index, id: opened.id)
    } catch .kernel(EINVAL) {
      // The kernel says EINVAL both to an encoding it does not know and to a group that can never be on the hardware
      // all at once. Alone, an event of the second sort opens. It is not kept as a group of its own: the two would
      // take turns on the hardware, and every other counter would become an estimate.
      let alone = try system.open(event, leader: nil)
      system.close(alone.descriptor)
      throw .kernel(errno: ENOSPC)
    }
  }

  // MARK: The thread's account

  private mutating func openField(_ specification: CounterSpecification) -> OpenedCounter {
    let field = ThreadUsageField.allCases.first {
      $0.source == specification.source && $0.event == specification.event
    }
    guard let field else {
      let known = ThreadUsageField.allCases.filter { $0.source == specification.source }.map(\.event)
      return absent(
        specification, event: nil,
        CounterExplanation(
          status: .unknownEvent, reason: "\(specification.source.rawValue) has no '\(specification.event)'",
          remedy: "choose from \(known.joined(separator: ", "))"))
    }
    return openField(field, specification, insteadOfPerf: nil)
      ?? absent(specification, event: field.event, Self.noField(field))
  }

  /// Takes the same number from the thread's account, if it is there; otherwise the counter is absent for `reason`.
  private mutating func substitute(
    for event: EncodedEvent, _ specification: CounterSpecification, _ explanation: CounterExplanation
  ) -> OpenedCounter {
    guard let field = event.substitute else {
      return absent(specification, event: event.qualifiedName, explanation)
    }
    if let counter = openField(field, specification, insteadOfPerf: explanation) { return counter }
    return absent(
      specification, event: event.qualifiedName,
      CounterExplanation(
        status: explanation.status, reason: "\(explanation.reason); nor is there \(Self.noField(field).reason)",
        remedy: explanation.remedy))
  }

  private mutating func openField(
    _ field: ThreadUsageField, _ specification: CounterSpecification, insteadOfPerf refusal: CounterExplanation?
  ) -> OpenedCounter? {
    guard accounting.read(field) != nil else { return nil }
    usageFields.append(field)
    return OpenedCounter(
      name: specification.name, source: field.source, event: field.event, origin: .usage(usageFields.count - 1),
      status: .ok, reason: refusal.map { "instead of perf: \($0.reason)" }, remedy: refusal?.remedy)
  }

  private static func noField(_ field: ThreadUsageField) -> CounterExplanation {
    CounterExplanation(
      status: .notSupported, reason: "\(field.event) from \(field.source.rawValue) on this kernel",
      remedy: field == .migrations ? "use a kernel with CONFIG_SCHED_DEBUG" : nil)
  }

  private func absent(
    _ specification: CounterSpecification, event: String?, _ explanation: CounterExplanation
  ) -> OpenedCounter {
    OpenedCounter(
      name: specification.name, source: specification.source, event: event, origin: .none, status: explanation.status,
      reason: explanation.reason, remedy: explanation.remedy)
  }
}
