import Counters
import Results
import Synchronization
import Topology

@testable import Harness

enum Fixture {
  static let catalogue: Catalogue = {
    var catalogue = built
    catalogue.counterGroups = ["software", "hardware"].map { .init(name: $0, summary: "events") }
    return catalogue
  }()

  /// Events of software and hardware.
  static let counters = [
    "task-clock", "page-faults", "context-switches", "cpu-migrations", "cycles", "instructions", "cache-misses",
    "dTLB-load-misses",
  ].map { CounterSpecification(name: $0, event: "perf::\($0.uppercased())") }

  private static let built = Catalogue(
    workloads: [.init(name: "map", summary: "maps"), .init(name: "unmap", summary: "unmaps")],
    strategies: [.init(name: "global", summary: "one lock"), .init(name: "coupling", summary: "hand over hand")],
    locks: [.init(name: "ttas", summary: "spins"), .init(name: "ticket", summary: "queues")],
    formats: [.init(name: "x86-64", summary: "four levels")],
    parameters: [
      .init(name: "pages-per-op", summary: "pages", defaultValue: "1", choices: []),
      .init(name: "region", summary: "region", defaultValue: "private", choices: ["private", "adjacent", "shared"]),
      .init(name: "seed", summary: "random order", defaultValue: "1", choices: []),
      .init(
        name: "latency", summary: "time operations", defaultValue: "off",
        choices: ["off", "closed", "constant", "poisson"]),
      .init(name: "time-every", summary: "every n-th", defaultValue: "1", choices: []),
      .init(name: "interval-ns", summary: "intended starts", defaultValue: "none", choices: []),
    ])

  static let header = """
    name = "demo"
    question = "Which is faster?"
    """

  static let matrix = """
    [matrix]
    workload = "map"
    strategy = ["global", "coupling"]
    lock = "ttas"
    threads = [1, 2]
    """

  static func parse(_ source: String, file: String = "demo.toml", isQuick: Bool = false) throws(SuiteErrors) -> Suite {
    try Suite.parse(source: source, file: file, catalogue: catalogue, isQuick: isQuick)
  }

  /// Two strategies, two thread counts, three invocations.
  static func suite() throws -> Suite {
    try parse(
      header + "\n" + matrix + """

        [window]
        warmup-ms = 0
        length-ms = 5
        count = 2
        [repetition]
        invocations = 3
        """)
  }

  static func cell(threads: Int = 1, strategy: String = "global") -> Cell {
    Cell(
      suite: "demo", workload: "map", strategy: strategy, lock: "ttas", format: "x86-64", threads: threads,
      placement: "compact", memoryPolicy: "local", parameters: [:])
  }

  static func worker(
    operations: UInt64, active: UInt64, cpu: UInt64? = nil, counters: [CounterReading] = [], node: Int? = nil
  ) -> WorkerResult {
    WorkerResult(
      cpu: 0, node: node, operations: operations, activeNanoseconds: active, cpuNanoseconds: cpu ?? active, sections: 1,
      misplacedSections: 0, counters: counters)
  }

  /// A machine of so many CPUs in one node.
  static func topology(cpus: Int) -> HostTopology {
    HostTopology(
      cpus: (0..<cpus).map {
        HostTopology.CPU(id: $0, package: 0, core: $0, node: 0, siblings: [$0], isOnline: true)
      },
      nodes: [HostTopology.Node(id: 0, cpus: CPUSet(0..<cpus), memoryBytes: 1 << 30, distances: [0: 10])],
      allowedCPUs: CPUSet(0..<cpus))
  }
}

/// What happened in a fake workload, in order.
final class EventLog: Sendable {
  private let events = Mutex<[String]>([])
  func add(_ event: String) { events.withLock { $0.append(event) } }
  var all: [String] { events.withLock { $0 } }
}
