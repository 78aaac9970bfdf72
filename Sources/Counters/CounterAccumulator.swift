public import Results

/// Adds up what happened in the sections of a window, leaving out what happened between them.
public struct CounterAccumulator: Sendable {
  private let counters: [OpenedCounter]
  private let regions: [Range<Int>]
  private var tallies: [CounterTally]
  private var sections = 0

  init(counters: [OpenedCounter], regions: [Range<Int>]) {
    self.counters = counters
    self.regions = regions
    tallies = Array(repeating: CounterTally(), count: counters.count)
  }

  /// Adds one section. Both snapshots come from the ``WorkerCounters`` that made this accumulator. Allocates nothing.
  public mutating func add(from: CounterSnapshot, to: CounterSnapshot) {
    sections += 1
    for index in counters.indices {
      guard tallies[index].problem == nil else { continue }
      do throws(CounterTally.Problem) {
        switch counters[index].origin {
        case .group(let group, let id):
          let region = regions[group]
          try tallies[index].add(of: id, from: from.words[region], to: to.words[region])
        case .usage(let field):
          try tallies[index].add(from: from.usage[field], to: to.usage[field])
        case .none: break
        }
      } catch {
        tallies[index].problem = error
      }
    }
  }

  /// Starts a new window.
  public mutating func reset() {
    for index in tallies.indices { tallies[index] = CounterTally() }
    sections = 0
  }

  /// One reading per specification, in their order.
  public func readings() -> [CounterReading] {
    zip(counters, tallies).map { counter, tally in
      switch counter.origin {
      case .none: reading(of: counter, value: nil, status: counter.status, note: counter.note)
      case .usage, .group: reading(of: counter, tally)
      }
    }
  }

  private func reading(of counter: OpenedCounter, _ tally: CounterTally) -> CounterReading {
    guard sections > 0 else {
      return reading(of: counter, value: nil, status: .notCounted, note: "no section was measured")
    }
    if let problem = tally.problem {
      let (status, reason) = Self.explain(problem, counter)
      return reading(of: counter, value: nil, status: status, note: reason)
    }
    guard case .group = counter.origin else {
      return reading(of: counter, value: tally.value, status: counter.status, note: counter.note)
    }
    guard tally.runningNanoseconds > 0 else {
      return reading(
        of: counter, tally, value: nil, status: .notCounted,
        note: "the event was never on the hardware; stop other profilers, measure longer or lower counters-at-once")
    }
    guard tally.runningNanoseconds < tally.enabledNanoseconds else {
      return reading(of: counter, tally, value: tally.value, status: counter.status, note: counter.note)
    }
    let percent = 100 * Double(tally.runningNanoseconds) / Double(tally.enabledNanoseconds)
    let share = "on the hardware for \((percent * 10).rounded() / 10) % of the time"
    return reading(
      of: counter, tally, value: tally.value,
      // What a count leaves out matters more than that it is an estimate; the times say the latter in any case.
      status: counter.status == .userOnly ? .userOnly : .scaled,
      note: [share, percent < 25 ? "too little for a good estimate" : nil, counter.note].compactMap(\.self)
        .joined(separator: "; "))
  }

  private func reading(
    of counter: OpenedCounter, _ tally: CounterTally? = nil, value: UInt64?, status: MeasurementStatus, note: String?
  ) -> CounterReading {
    let times = if case .group = counter.origin { tally } else { nil as CounterTally? }
    return CounterReading(
      name: counter.name, value: value, status: status, enabledNanoseconds: times?.enabledNanoseconds,
      runningNanoseconds: times?.runningNanoseconds, source: counter.source.rawValue, event: counter.event, note: note)
  }

  private static func explain(_ problem: CounterTally.Problem, _ counter: OpenedCounter) -> (MeasurementStatus, String)
  {
    switch problem {
    case .read(.noSlot):
      (.noSlot, "the group lost its place on the hardware; stop other profilers or lower counters-at-once")
    case .read(.failed(let errno)): (.error, "the counters could not be read: \(errnoText(errno))")
    case .read(.truncated):
      (.truncated, "the kernel's group read is shorter than it says itself; please report it")
    case .read(.malformed): (.error, "the kernel's group read does not hold this event; please report it")
    case .usageUnavailable: (.error, "\(counter.event ?? counter.name) could not be read during the measurement")
    case .overflow: (.error, "the count exceeds 64 bits; the kernel's counter is broken")
    case .decreased: (.error, "the count went backwards; snapshots were swapped, or the kernel's counter is broken")
    }
  }
}
