import Results
import Synchronization
import Testing
import Workloads

/// Cells that ask for latency: which there are, and that the real loops time what they say.
@Suite struct LatencyCellTests {
  private func cell(_ workload: String, strategy: String = "global", _ parameters: [String: String]) -> Cell {
    Cell(
      suite: "test", workload: workload, strategy: strategy, lock: "ttas", format: "x86-64", threads: 1,
      placement: "compact", memoryPolicy: "local", parameters: parameters.merging(["region-size": "64"]) { $1 })
  }

  private func fault(_ cell: Cell) -> String {
    do {
      try WorkloadRegistry.check(cell, host: WorkloadHost(nodeOfWorker: [0]))
      return "accepted"
    } catch { return "\(error)" }
  }

  @Test func `Keys that do not belong together are errors that say which do`() {
    #expect(fault(cell("query", ["latency": "closed"])) == "accepted")
    #expect(fault(cell("query", ["latency": "off"])) == "accepted")
    #expect(fault(cell("query", ["latency": "poisson", "interval-ns": "1000", "time-every": "3"])) == "accepted")
    #expect(
      fault(cell("query", ["latency": "open"]))
        == "parameter latency is 'open'; wanted one of off, closed, constant, poisson")
    #expect(fault(cell("query", ["latency": "constant"])).contains("write interval-ns"))
    let wanted = "interval-ns means something only with latency = \"constant\" or \"poisson\""
    #expect(fault(cell("query", ["interval-ns": "1000"])) == wanted)
    #expect(fault(cell("query", ["latency": "closed", "interval-ns": "1000"])) == wanted)
    #expect(
      fault(cell("query", ["time-every": "3"])) == "time-every means something only with latency other than \"off\"")
    #expect(
      fault(cell("query", ["latency": "poisson", "interval-ns": "0"]))
        == "parameter interval-ns is '0'; wanted an integer from 1 to 1000000000")
  }

  @Test func `Work that cannot be timed is refused`() {
    for workload in ["fault", "drop"] {
      #expect(fault(cell(workload, ["latency": "closed"])).contains("has no single operations"), "\(workload)")
    }
    for workload in ["map", "unmap"] {
      #expect(fault(cell(workload, ["latency": "closed"])) == "accepted")
      #expect(
        fault(cell(workload, ["latency": "constant", "interval-ns": "100"])).contains("stops to restore the table"))
    }
    #expect(fault(cell("query", strategy: "c-global", ["latency": "closed"])).contains("the C floor times no single"))
  }

  /// Every workload that can be timed, run for one section of real time: each timed operation has all its parts, every n-th one is
  /// timed, and the table is right afterwards.
  @Test(arguments: ["map", "unmap", "protect", "query", "walk", "map-unmap"], [1, 5])
  func `The loops of all workloads time every n-th operation`(workload: String, every: Int) throws {
    for parameters in [[:], ["pages-per-op": "4"]] {
      let cell = cell(workload, parameters.merging(["latency": "closed"]) { $1 })
      let made = try WorkloadRegistry.make(cell, host: WorkloadHost(nodeOfWorker: [0]))
      let timed = try #require(made.timed)
      #expect(timed.operations == (workload == "map-unmap" ? ["map", "unmap"] : [workload]))
      try made.setUp(0)
      let seen = Mutex<[Int]>(Array(repeating: 0, count: timed.operations.count))
      let operations = Mutex<UInt64>(0)
      let timer = OperationTimer(
        every: every, usesTicks: false, nextInterval: nil,
        record: { part, service, lateness in
          seen.withLock { $0[part] += 1 }
          #expect(lateness == 0)
        }, finish: { _ in })
      // SAFETY: initialised before use, and freed when nobody has the window any more.
      let stop = UnsafeMutablePointer<Atomic<Bool>>.allocate(capacity: 1)
      unsafe stop.initialize(to: Atomic(true))
      defer { unsafe stop.deallocate() }
      let sections = Mutex(0)
      let window = unsafe Window(
        stop: stop,
        begin: { _ in
          sections.withLock {
            $0 += 1
            return $0 <= 3
          }
        }, end: { _, count in operations.withLock { $0 += count } })
      timed.run(0, window, timer)
      let done = operations.withLock { Int($0) }
      #expect(done > 0)
      #expect(seen.withLock { $0 } == Array(repeating: (done + every - 1) / every, count: timed.operations.count))
      #expect(made.check() == [])
    }
  }
}
