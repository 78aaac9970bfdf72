/// A set of counters that belong together and that a suite chooses by one name.
public struct CounterGroup: Hashable, Sendable {
  public struct Entry: Hashable, Sendable {
    public let counter: CounterSpecification
    /// One line.
    public let summary: String
  }

  public let name: String
  /// One line.
  public let summary: String
  public let entries: [Entry]

  public var counters: [CounterSpecification] { entries.map(\.counter) }
}

/// Every counter group this build knows.
public enum CounterCatalogue {
  public static let groups: [CounterGroup] = [software, hardware]

  /// Needs no performance monitoring unit, so every host has it.
  public static let software = CounterGroup(
    name: "software", summary: "kernel software events of each worker; available on every host",
    entries: [
      entry("task-clock", "perf::TASK-CLOCK", "nanoseconds the thread had a CPU"),
      entry("page-faults", "perf::PAGE-FAULTS", "page faults of the thread, minor and major"),
      entry("context-switches", "perf::CONTEXT-SWITCHES", "times the thread was switched out"),
      entry("cpu-migrations", "perf::CPU-MIGRATIONS", "times the thread moved to another CPU; 0 when pinned"),
    ])

  /// Four events, so that the group fits the four general counters that the smallest processors offer.
  public static let hardware = CounterGroup(
    name: "hardware", summary: "processor events of each worker; need a performance monitoring unit",
    entries: [
      entry("cycles", "perf::CYCLES", "core clock cycles"),
      entry("instructions", "perf::INSTRUCTIONS", "instructions retired"),
      entry("cache-misses", "perf::CACHE-MISSES", "last-level cache misses, as the processor model defines them"),
      entry("dTLB-load-misses", "perf::DTLB-LOAD-MISSES", "loads whose translation was not in the data TLB"),
    ])

  /// The counters of the named groups, in the order given, each once.
  public static func counters(
    inGroups names: some Sequence<String>
  ) throws(CounterCatalogueError) -> [CounterSpecification] {
    var counters: [CounterSpecification] = []
    for name in names {
      guard let group = groups.first(where: { $0.name == name }) else {
        throw CounterCatalogueError(unknownGroup: name, knownGroups: groups.map(\.name))
      }
      counters += group.counters.filter { !counters.contains($0) }
    }
    return counters
  }

  private static func entry(_ name: String, _ event: String, _ summary: String) -> CounterGroup.Entry {
    CounterGroup.Entry(counter: CounterSpecification(name: name, event: event), summary: summary)
  }
}

/// A suite names a counter group that does not exist.
public struct CounterCatalogueError: Error, Hashable, Sendable, CustomStringConvertible {
  public let unknownGroup: String
  public let knownGroups: [String]

  public var description: String {
    "unknown counter group '\(unknownGroup)'; choose from \(knownGroups.joined(separator: ", "))"
  }
}
