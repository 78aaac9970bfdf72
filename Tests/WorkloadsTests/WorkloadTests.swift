import Glibc
import PagingTestSupport
import Results
import Synchronization
import Testing
import Workloads

/// Every cell of the catalogue runs, leaves a correct table, and reports what it did; wrong cells say what is wrong.
@Suite struct WorkloadTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let workload: String
    let strategy: String
    let lock: String
    let parameters: [String: String]
    var format = "x86-64"
    var testDescription: String { "\(workload) \(strategy) \(lock) \(format) \(parameters)" }
  }

  /// Those on page tables: `GroundTruthTests` has the others.
  static let workloads = WorkloadRegistry.catalogue.workloads.filter {
    !WorkloadRegistry.groundTruth.contains($0)
  }

  static let core: [Row] = {
    let catalogue = WorkloadRegistry.catalogue
    return workloads.flatMap { workload in
      catalogue.strategies.filter { !$0.name.hasPrefix("c-") }.flatMap { strategy in
        (workload.name == "unmap-tables" ? [] : catalogue.locks).flatMap { lock in
          ["private", "adjacent", "shared"].flatMap { region in
            shapes(strategy.name).map { extra in
              Row(
                workload: workload.name, strategy: strategy.name, lock: lock.name,
                parameters: extra.merging(["region": region, "region-size": "640"]) { $1 })
            }
          }
        }
      }
    }
  }()

  private static func shapes(_ strategy: String) -> [[String: String]] {
    let common = [["order": "sequential"], ["order": "random", "pages-per-op": "16"]]
    return strategy == "none" ? common + [["api": "call"]] : common
  }

  @Test(arguments: core) func everyCellLeavesACorrectTable(_ row: Row) throws {
    for threads in row.strategy == "none" ? [1] : [1, 3] { try run(row, threads: threads) }
  }

  static let pruned: [Row] = workloads.flatMap { workload in
    ["none", "global", "coupling"].flatMap { strategy in
      ["prune-when-empty", "prune-on-drop"].flatMap { policy in
        [["spread": "512", "order": "random"], ["pages-per-op": "64"], ["region": "shared", "pages-per-op": "1024"]].map
        {
          Row(
            workload: workload.name, strategy: strategy, lock: "ttas",
            parameters: $0.merging(["reclamation": policy, "region-size": "2048"]) { $1 })
        }
      }
    }
  }

  @Test(arguments: pruned) func everyPolicyLeavesACorrectTable(_ row: Row) throws {
    for threads in row.strategy == "none" ? [1] : [1, 3] { try run(row, threads: threads) }
  }

  @Test(arguments: ["map", "unmap", "protect", "query", "walk", "map-unmap"], ["2M", "1G"])
  func hugePagesWork(_ workload: String, _ size: String) throws {
    for strategy in ["global", "coupling"] {
      try run(
        Row(
          workload: workload, strategy: strategy, lock: "ttas",
          parameters: ["page-size": size, "region-size": "24", "pages-per-op": "4"]), threads: 2)
    }
  }

  @Test(
    arguments:
      WorkloadRegistry.catalogue.formats.map(\.name),
    workloads.map(\.name).filter { $0 != "unmap-tables" })
  func everyFormatWorks(_ format: String, _ workload: String) throws {
    for (strategy, lock) in [("global", "ticket"), ("coupling", "ttas")] {
      try run(
        Row(
          workload: workload, strategy: strategy, lock: lock,
          parameters: ["region": "adjacent", "region-size": "640", "pages-per-op": "4"], format: format), threads: 2)
    }
  }

  @Test(arguments: ["c-none", "c-global", "c-leaf", "c-coupling"], ["map", "unmap", "protect", "map-unmap", "query"])
  func floorsAreCorrectToo(_ strategy: String, _ workload: String) throws {
    for pages in workload == "query" ? ["1"] : ["1", "64"] {
      try run(
        Row(
          workload: workload, strategy: strategy, lock: "ttas",
          parameters: ["region-size": "1024", "pages-per-op": pages]), threads: strategy == "c-none" ? 1 : 2)
    }
  }

  @Test func aFloorCanMapIntoAFreshTree() throws {
    for parameters in [["spread": "512", "order": "random"], ["pages-per-op": "1024"]] {
      try run(
        Row(
          workload: "map", strategy: "c-none", lock: "ttas",
          parameters: parameters.merging(["region-size": "1024", "reclamation": "prune-when-empty"]) { $1 }), threads: 1
      )
    }
  }

  /// 1024 pages of 4 KiB: two leaf tables and one table on each level above; a record per frame in use.
  @Test func memoryIsWhatTheTreeTakes() throws {
    let cell = Cell(
      suite: "test", workload: "protect", strategy: "global", lock: "ttas", format: "x86-64", threads: 1,
      placement: "compact", memoryPolicy: "local", parameters: ["region-size": "1024"])
    let workload = try WorkloadRegistry.make(cell, host: WorkloadHost(nodeOfWorker: [0]))
    try workload.setUp(0)
    #expect(
      workload.memory()
        == MemoryUse(tables: 5 * 4096, peakTables: 5 * 4096, metadata: 5 * 64, mapped: 1024 * 4096))
  }

  private func run(_ row: Row, threads: Int) throws {
    let cell = Cell(
      suite: "test", workload: row.workload, strategy: row.strategy, lock: row.lock, format: row.format,
      threads: threads,
      placement: "compact", memoryPolicy: "local", parameters: row.parameters)
    let workload = try WorkloadRegistry.make(
      cell, host: WorkloadHost(nodeOfWorker: Array(repeating: 0, count: threads)))
    for worker in 0..<threads { try workload.setUp(worker) }
    let rounds = Rounds(threads: threads)
    for _ in 0..<2 {
      let operations = rounds.run(workload)
      #expect(operations > 0, "\(row.testDescription)")
      #expect(workload.check() == [], "\(row.testDescription), \(threads) threads")
    }
    // The root is always there; with several workers the peak is known to sixteen tables per worker.
    let memory = try #require(workload.memory())
    #expect(memory.tables >= 4096)
    #expect(memory.peakTables >= memory.tables)
  }

  @Test func wrongCellsSayWhatIsWrong() {
    func message(_ change: (inout Cell) -> Void) -> String {
      var cell = Cell(
        suite: "test", workload: "map", strategy: "global", lock: "ttas", format: "x86-64", threads: 1,
        placement: "compact", memoryPolicy: "local", parameters: [:])
      change(&cell)
      do {
        let nodes = Array(repeating: 0, count: cell.threads)
        _ = try WorkloadRegistry.make(cell, host: WorkloadHost(nodeOfWorker: nodes))
        return "accepted"
      } catch { return "\(error)" }
    }
    #expect(message { $0.strategy = "globl" }.contains("unknown strategy 'globl'; known: none, global, coupling"))
    #expect(message { $0.lock = "mutex" }.contains("unknown lock 'mutex'; known: ttas, ticket"))
    #expect(message { $0.workload = "swap" }.contains("unknown workload 'swap'"))
    #expect(message { $0.format = "sv32" }.contains("unknown format 'sv32'; known: x86-64, x86-64-la57, sv39"))
    #expect(
      message { ($0.format, $0.parameters) = ("sv39", ["page-size": "1G", "region-size": "512"]) }
        .contains("more than the 240518164480 there are for it in sv39"))
    #expect(message { $0.parameters = ["pages": "1"] }.contains("unknown parameter 'pages'"))
    #expect(message { $0.parameters = ["pages-per-op": "0"] }.contains("positive whole number"))
    #expect(message { $0.parameters = ["pages-per-op": "3", "region-size": "4"] }.contains("multiple of pages-per-op"))
    #expect(message { $0.parameters = ["region": "own"] }.contains("one of private, adjacent, shared"))
    #expect(message { $0.parameters = ["page-size": "1G", "region-size": "999999"] }.contains("at most 64 TiB"))
    #expect(message { ($0.workload, $0.parameters) = ("fault", ["page-size": "2M"]) }.contains("page-size must be 4K"))
    #expect(message { ($0.strategy, $0.threads) = ("c-none", 2) }.contains("one thread only"))
    #expect(message { ($0.strategy, $0.threads) = ("none", 2) }.contains("one thread only"))
    #expect(message { ($0.strategy, $0.lock) = ("c-leaf", "ticket") }.contains("one lock"))
  }

  @Test(arguments: [
    ("none", "serializable-range"), ("global", "serializable-range"), ("coupling", "integrity-only"), ("c-leaf", ""),
  ])
  func aWorkloadCarriesItsStrategysGuarantee(_ strategy: String, _ guarantee: String) throws {
    let cell = Cell(
      suite: "test", workload: "map", strategy: strategy, lock: "ttas", format: "x86-64", threads: 1,
      placement: "compact", memoryPolicy: "local", parameters: [:])
    let workload = try WorkloadRegistry.make(cell, host: WorkloadHost(nodeOfWorker: [0]))
    #expect(workload.guarantee == guarantee)
  }
}

/// A window of a fixed number of looks at the flag, run by real threads: the harness without clocks.
@safe
final class Rounds: Sendable {
  private let threads: Int
  // SAFETY and SENDABLE for all uses: an atomic, initialised by `init`, freed by `deinit`.
  private nonisolated(unsafe) let stop = UnsafeMutablePointer<Atomic<Bool>>.allocate(capacity: 1)
  private let barrier: Barrier
  private let operations = Mutex<UInt64>(0)

  init(threads: Int) {
    self.threads = threads
    barrier = Barrier(threads)
    unsafe stop.initialize(to: Atomic(false))
  }

  deinit { unsafe stop.deallocate() }

  func run(_ workload: ErasedWorkload) -> UInt64 {
    unsafe stop.pointee.store(false, ordering: .relaxed)
    operations.withLock { $0 = 0 }
    let sections = Mutex(Array(repeating: 0, count: threads))
    let window = unsafe Window(
      stop: stop,
      begin: { worker in
        let section = sections.withLock {
          $0[worker] += 1
          return $0[worker]
        }
        self.barrier.wait()
        // Steady workloads stop in the first section, passes after the third.
        if section == 1, worker == 0 { self.stopSoon() }
        let isOver = unsafe self.stop.pointee.load(ordering: .acquiring)
        return section == 1 || section <= 3 && !isOver
      },
      end: { _, count in
        self.operations.withLock { $0 += count }
        self.barrier.wait()
      })
    let handles = (0..<threads).map { worker in TestThread { workload.run(worker, window) } }
    for handle in handles { handle.join() }
    return operations.withLock { $0 }
  }

  private func stopSoon() { unsafe stop.pointee.store(true, ordering: .releasing) }
}

/// Lets threads through when all have arrived.
private final class Barrier: Sendable {
  private let count: Int
  private let state = Mutex((arrived: 0, phase: 0))

  init(_ count: Int) { self.count = count }

  func wait() {
    let phase = state.withLock { state in
      state.arrived += 1
      if state.arrived == count {
        state.arrived = 0
        state.phase += 1
        return -1
      }
      return state.phase
    }
    while phase >= 0 && state.withLock({ $0.phase }) == phase { sched_yield() }
  }
}
