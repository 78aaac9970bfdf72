import PagingTestSupport
import Results
import Testing
import Workloads

/// Workloads with a known answer run, know what they did, and refuse cells that mean nothing to them.
@Suite struct GroundTruthTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let workload: String
    var lock = "ttas"
    var threads = [1, 3]
    var parameters: [String: String] = [:]
    /// Metrics that have to be known after a window, on one thread and on several.
    var known: [String] = []
    var testDescription: String { "\(workload) \(lock) \(parameters)" }
  }

  static let rows = [
    Row(workload: "empty"),
    Row(workload: "empty-sections"),
    Row(workload: "calibrated-delay", parameters: ["delay-ns": "30"], known: ["time_per_op", "time_per_op"]),
    Row(workload: "calibrated-delay", parameters: ["delay-ns": "1"], known: ["time_per_op", "time_per_op"]),
    Row(
      workload: "calibrated-lock", parameters: ["critical-ns": "50", "parallel-ns": "20"],
      known: ["time_per_op", "throughput"]),
    Row(
      workload: "calibrated-lock", lock: "ticket", parameters: ["critical-ns": "20", "parallel-ns": "50"],
      known: ["time_per_op", "throughput"]),
    Row(workload: "known-faults", parameters: ["pages-per-op": "7"], known: ["ctr.page-faults", "ctr.page-faults"]),
    Row(workload: "known-switches", known: ["ctr.context-switches", "ctr.context-switches"]),
    Row(workload: "known-flushes", threads: [1], known: ["ctr.tlb-flush-events"]),
  ]

  @Test func `Every workload with a known answer has a row`() {
    #expect(Set(Self.rows.map(\.workload)) == Set(WorkloadRegistry.groundTruth.map(\.name)))
  }

  private static func cell(
    _ workload: String, lock: String = "ttas", threads: Int = 1, parameters: [String: String] = [:]
  ) -> Cell {
    Cell(
      suite: "test", workload: workload, strategy: "none", lock: lock, format: "x86-64", threads: threads,
      placement: "compact", memoryPolicy: "local", parameters: parameters)
  }

  private static func make(_ cell: Cell) throws -> ErasedWorkload {
    try WorkloadRegistry.make(cell, host: WorkloadHost(nodeOfWorker: Array(repeating: 0, count: cell.threads)))
  }

  @Test(arguments: rows) func `Each runs, checks itself and knows its answer`(_ row: Row) throws {
    for threads in row.threads {
      let workload = try Self.make(
        Self.cell(row.workload, lock: row.lock, threads: threads, parameters: row.parameters))
      for worker in 0..<threads { try workload.setUp(worker) }
      let rounds = Rounds(threads: threads)
      for _ in 0..<2 {
        #expect(rounds.run(workload) > 0)
        #expect(workload.check() == [], "\(threads) threads")
        let known = workload.knownValues()
        #expect(known.map(\.metric) == (row.known.isEmpty ? [] : [row.known[threads == 1 ? 0 : 1]]))
        #expect(known.allSatisfy { $0.value > 0 })
      }
      // There is no page table, and so no number of its bytes.
      #expect(workload.memory() == nil)
      #expect(workload.residencySample(64).isEmpty)
      #expect(workload.guarantee == "")
    }
  }

  @Test func `Faults are pages times operations of the last window only`() throws {
    let workload = try Self.make(Self.cell("known-faults", parameters: ["pages-per-op": "7"]))
    try workload.setUp(0)
    let rounds = Rounds(threads: 1)
    for _ in 0..<2 {
      let operations = rounds.run(workload)
      #expect(workload.knownValues().map(\.value) == [Double(7 * operations)])
      #expect(workload.knownValues().map(\.tolerance) == [0])
    }
  }

  @Test func `Wrong words and parameters are errors that say what to write`() {
    func message(_ workload: String, _ change: (inout Cell) -> Void) -> String {
      var cell = Self.cell(workload)
      change(&cell)
      do {
        _ = try Self.make(cell)
        return "accepted"
      } catch { return "\(error)" }
    }
    #expect(message("empty") { _ in } == "accepted")
    #expect(message("empty") { $0.strategy = "global" }.contains("write strategy = \"none\""))
    #expect(message("empty") { $0.strategy = "c-none" }.contains("write strategy = \"none\""))
    #expect(message("calibrated-delay") { $0.lock = "ticket" }.contains("write lock = \"ttas\""))
    #expect(message("calibrated-lock") { $0.lock = "ticket" } == "accepted")
    #expect(message("calibrated-lock") { $0.lock = "mutex" }.contains("unknown lock 'mutex'; known: ttas, ticket"))
    #expect(message("known-faults") { $0.format = "sv39" }.contains("write format = \"x86-64\""))
    #expect(message("known-flushes") { $0.threads = 2 }.contains("write threads = 1"))
    #expect(
      message("empty") { $0.parameters = ["delay-ns": "5"] }
        .contains("parameter delay-ns means nothing to workload empty: it has no parameters"))
    #expect(
      message("calibrated-delay") { $0.parameters = ["region": "shared"] }
        .contains("parameter region means nothing to workload calibrated-delay: it knows only delay-ns"))
    #expect(message("calibrated-delay") { $0.parameters = ["delai-ns": "5"] }.contains("unknown parameter 'delai-ns'"))
    #expect(message("calibrated-delay") { $0.parameters = ["delay-ns": "0"] }.contains("from 1 to 1000000000"))
    #expect(message("known-faults") { $0.parameters = ["pages-per-op": "x"] }.contains("whole number"))
    #expect(
      message("map") { $0.parameters = ["delay-ns": "5"] }
        .contains("parameter delay-ns belongs to workloads with a known answer"))
  }
}
