import Glibc
import Results
import Synchronization
import Testing
import Topology

@testable import Harness

/// What a workload knows beforehand is held against what the harness measured.
struct KnownValueTests {
  private func comparison(
    _ known: KnownValue, _ workers: [WorkerResult], flags: [String] = []
  ) -> KnownValueComparison? {
    KnownValueComparison.all(
      of: WindowResult(
        window: 0, startedMilliseconds: 0, workers: workers, flags: flags, violations: [], memory: nil,
        knownValues: [known])
    ).first
  }

  private func known(
    _ metric: String, _ relation: KnownValue.Relation, _ value: Double, tolerance: Double = 0
  ) -> KnownValue {
    KnownValue(metric: metric, relation, value, unit: "", tolerance: tolerance)
  }

  @Test func `A time is off by its distance from the truth, relative to the truth`() throws {
    // 100 operations in 10 200 ns: 102 ns each, of 100.
    let worker = Fixture.worker(operations: 100, active: 10_200)
    let wide = try #require(comparison(known("time_per_op", .equal, 100, tolerance: 0.02), [worker]))
    #expect(wide.measured == 102)
    #expect(wide.error == 0.02)
    #expect(wide.holds == true)
    let narrow = try #require(comparison(known("time_per_op", .equal, 100, tolerance: 0.01), [worker]))
    #expect(narrow.holds == false)
  }

  @Test func `A bound may be missed on one side only`() throws {
    // 1000 operations in 1 µs by the longer of the two: 10⁹ per second.
    let workers = [Fixture.worker(operations: 400, active: 900), Fixture.worker(operations: 600, active: 1000)]
    #expect(comparison(known("throughput", .atMost, 1e9), workers)?.holds == true)
    #expect(comparison(known("throughput", .atMost, 2e9), workers)?.holds == true)
    #expect(comparison(known("throughput", .atMost, 0.8e9), workers)?.holds == false)
    #expect(comparison(known("throughput", .atLeast, 0.8e9), workers)?.holds == true)
    #expect(comparison(known("throughput", .atLeast, 2e9), workers)?.holds == false)
  }

  @Test func `Counts are sums over workers, and one too many is off`() throws {
    let workers = [3, 5].map { count in
      Fixture.worker(
        operations: 1, active: 1,
        counters: [CounterReading(name: "page-faults", value: count, status: .ok, source: "perf")])
    }
    #expect(comparison(known("ctr.page-faults", .equal, 8), workers)?.holds == true)
    let off = try #require(comparison(known("ctr.page-faults", .equal, 10), workers))
    #expect(off.holds == false)
    #expect(off.error == -0.2)
  }

  @Test func `What was not measured is neither right nor wrong, and says why`() throws {
    let refused = CounterReading(
      name: "tlb-flush-events", value: nil, status: .noPermission, source: "tracepoint", note: "tracefs is not mounted")
    let worker = Fixture.worker(operations: 10, active: 10, counters: [refused])
    let counted = try #require(comparison(known("ctr.tlb-flush-events", .atLeast, 10), [worker]))
    #expect(counted.measured == nil && counted.holds == nil && counted.error == nil)
    #expect(counted.status == .noPermission)
    #expect(counted.reason == "tracefs is not mounted")
    let unasked = try #require(comparison(known("ctr.page-faults", .equal, 10), [worker]))
    #expect(unasked.status == .notCounted && unasked.holds == nil)
    #expect(unasked.reason?.contains("group") == true)
    let turns = try #require(comparison(known("throughput", .atMost, 1), [worker], flags: ["oversubscribed"]))
    #expect(turns.holds == nil)
    let idle = try #require(
      comparison(known("time_per_op", .equal, 1), [Fixture.worker(operations: 0, active: 5)]))
    #expect(idle.holds == nil && idle.reason == "no operation was completed in the window")
  }

  /// Workers take the lock in fixed turns: as many in a row as `turns` says, in every section one hundred rounds.
  private static func riggedLock(turns: [Int]) -> ErasedWorkload {
    let order = turns.enumerated().flatMap { worker, count in Array(repeating: worker, count: count) }
    let next = Atomic<Int>(0)
    let total = turns.reduce(0, +)
    return ErasedWorkload(
      setUp: { _ in },
      run: { worker, window in
        while window.begin(worker) {
          for _ in 0..<(100 * turns[worker]) {
            while true {
              // Acquiring: pairs with the releasing add of the turn before.
              let turn = next.load(ordering: .acquiring)
              if order[turn % total] == worker { break }
              // Others may need this CPU for their turn.
              sched_yield()
            }
            // Releasing: pairs with the acquiring load of the next turn's worker.
            next.add(1, ordering: .releasing)
          }
          window.end(worker, UInt64(100 * turns[worker]))
        }
      },
      check: { [] }, residencySample: { _ in [] }, memory: { nil })
  }

  /// Jain's index of operations x is (Σx)² / (n·Σx²). For 3:1, 16 / (2·10) = 0.8. For 2:1:1, 16 / (3·6) = 8/9. For equal
  /// shares it is 1, and with one of four workers doing nearly all, 97:1:1:1, 10⁴ / (4·9412) = 2500/9412.
  @Test(
    arguments: [([3, 1], 0.8), ([2, 1, 1], 8.0 / 9), ([1, 1], 1.0), ([97, 1, 1, 1], 2500.0 / 9412)] as [([Int], Double)]
  )
  func `The fairness of a rigged lock is Jain's index as worked out by hand`(turns: [Int], index: Double) throws {
    let report = try TrialRunner(
      TrialSpecification(
        cell: Fixture.cell(threads: turns.count),
        window: WindowSettings(warmUpMilliseconds: 0, lengthMilliseconds: 2, count: 2), counters: []),
      topology: try HostTopology.read(), make: { _, _, _ in Self.riggedLock(turns: turns) }
    ).run()
    for window in report.windows {
      let fairness = try #require(WindowMetrics(workers: window.workers).fairness)
      #expect(abs(fairness - index) < 1e-12, "\(fairness)")
    }
    let entry = try #require(Plan(Fixture.suite(), usableCPUs: 4).entries.first)
    let rows = SampleRows(runID: .generate(), entry: entry).rows(report).filter { $0.metric == "fairness" }
    #expect(rows.count == 2)
    #expect(rows.allSatisfy { abs(($0.value ?? 0) - index) < 1e-12 && $0.scope == .all })
  }

  @Test func `Known values become a row of the truth and a row of the error, and no table means no bytes`() throws {
    let window = WindowResult(
      window: 0, startedMilliseconds: 0, workers: [Fixture.worker(operations: 100, active: 10_200)], flags: [],
      violations: [], memory: nil,
      knownValues: [
        KnownValue(metric: "time_per_op", .equal, 100, unit: "ns/op", tolerance: 0.02),
        KnownValue(metric: "ctr.page-faults", .atLeast, 5, unit: "1", tolerance: 0),
      ])
    let entry = try #require(Plan(Fixture.suite(), usableCPUs: 4).entries.first)
    let rows = SampleRows(runID: .generate(), entry: entry).rows(TrialReport(windows: [window], warnings: []))
    func row(_ metric: String) throws -> Sample { try #require(rows.first { $0.metric == metric }) }
    #expect(try row("truth.time_per_op").value == 100)
    #expect(try row("truth.time_per_op").unit == "ns/op")
    #expect(try row("truth_error.time_per_op").value == 0.02)
    #expect(try row("bound.ctr.page-faults").value == 5)
    #expect(try row("bound_error.ctr.page-faults").value == nil)
    #expect(try row("bound_error.ctr.page-faults").status == .notCounted)
    #expect(try row("bound_error.ctr.page-faults").note.isEmpty == false)
    #expect(!rows.contains { $0.metric.hasSuffix("_bytes") })
  }
}
