public import Results

/// The counters of one worker thread.
///
/// Each worker opens its own on its own thread: events that are inherited count only threads made later, and one set
/// for all threads hides which of them did the work. Hardware events form one group, which is on the processor all at
/// once or not at all, so ratios within it are exact; software events form another.
///
/// Events count from the moment they are opened and are never stopped: what a window did is the difference of two
/// snapshots. Opening never fails as a whole; a counter that cannot be had gives readings without a value that say why.
public final class WorkerCounters: Sendable {
  private let system: any PerfEventSystem
  private let accounting: any ThreadAccounting
  private let groups: [OpenedGroup]
  let counters: [OpenedCounter]
  private let usageFields: [ThreadUsageField]

  /// Opens and starts counters for the calling thread.
  public init(
    opening specifications: [CounterSpecification], system: any PerfEventSystem = LinuxPerfEvents(),
    accounting: any ThreadAccounting = LinuxThreadAccounting()
  ) {
    var opener = CounterOpener(system: system, accounting: accounting)
    for specification in specifications { opener.open(specification) }
    groups = opener.enable()
    counters = opener.counters
    usageFields = opener.usageFields
    self.system = system
    self.accounting = accounting
  }

  deinit {
    // Members before their leader, so that none is left to count as a group of its own.
    for group in groups { group.descriptors.reversed().forEach(system.close) }
  }

  /// Reads all counters: one system call for each group. Call it on the thread that opened them.
  public func snapshot() -> CounterSnapshot {
    var snapshot = CounterSnapshot(
      words: [UInt64](repeating: 0, count: groups.last?.region.upperBound ?? 0),
      usage: [UInt64?](repeating: nil, count: usageFields.count))
    read(into: &snapshot)
    return snapshot
  }

  /// Reads all counters into an earlier snapshot of the same counters. Allocates no memory, unless migrations must come
  /// from procfs, whose report takes time and memory to read.
  public func read(into snapshot: inout CounterSnapshot) {
    for group in groups where !group.descriptors.isEmpty {
      let outcome: GroupRead.Outcome
      do throws(PerfEventFailure) {
        outcome = .read(
          words: try system.read(leader: group.leader, into: &snapshot.words, at: group.region.dropFirst()))
      } catch .kernel(let errno) {
        outcome = .failed(errno: errno)
      } catch {
        outcome = .failed(errno: 0)
      }
      snapshot.words[group.region.lowerBound] = outcome.stored
    }
    for (index, field) in usageFields.enumerated() { snapshot.usage[index] = accounting.read(field) }
  }

  /// An empty sum over the sections of a window.
  public func makeAccumulator() -> CounterAccumulator {
    CounterAccumulator(counters: counters, regions: groups.map(\.region))
  }

  /// What happened between two snapshots of these counters, one reading per specification, in their order.
  public func readings(from: CounterSnapshot, to: CounterSnapshot) -> [CounterReading] {
    var accumulator = makeAccumulator()
    accumulator.add(from: from, to: to)
    return accumulator.readings()
  }
}
