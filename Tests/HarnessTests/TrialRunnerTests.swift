import Counters
import Results
import Synchronization
import Testing
import Topology

@testable import Harness

/// Runs real threads on this machine; what they do is fake.
struct TrialRunnerTests {
  /// Counts to `sections` sections per window in every worker, then lets the window run out.
  private static func workload(
    log: EventLog, totals: FakeTotals, sections: Int = 1, violations: @escaping @Sendable () -> [String] = { [] }
  ) -> ErasedWorkload {
    ErasedWorkload(
      setUp: { worker in log.add("setUp \(worker)") },
      run: { worker, window in
        var count: UInt64 = 0
        while window.begin(worker) {
          var operations: UInt64 = 0
          repeat { operations += 1 } while !window.isOver && operations < (sections > 1 ? 1000 : .max)
          window.end(worker, operations)
          totals.add(operations, worker)
          count += 1
        }
        totals.addSections(count, worker)
        log.add("ran")
      },
      check: {
        log.add("check")
        return violations()
      },
      residencySample: { _ in [] }, memory: { MemoryUse(tables: 4096, peakTables: 4096, metadata: 64, mapped: 0) })
  }

  private func run(
    threads: Int, windows: Int = 2, warmUp: Int = 0, counters: [CounterSpecification] = [], workload: ErasedWorkload
  ) throws -> TrialReport {
    try TrialRunner(
      TrialSpecification(
        cell: Fixture.cell(threads: threads),
        window: WindowSettings(warmUpMilliseconds: warmUp, lengthMilliseconds: 4, count: windows), counters: counters),
      topology: try HostTopology.read(), make: { _, _, _ in workload }
    ).run()
  }

  @Test func `Workers are set up one after the other, then windows run, each followed by a check`() throws {
    let log = EventLog()
    _ = try run(threads: 3, windows: 2, warmUp: 1, workload: Self.workload(log: log, totals: FakeTotals(3)))
    let window = ["ran", "ran", "ran"]
    #expect(
      log.all == ["setUp 0", "setUp 1", "setUp 2"] + window + window + ["check"] + window + ["check"])
  }

  @Test(arguments: [1, 2, 5])
  func `Every worker runs the same number of sections, and no operation is lost`(threads: Int) throws {
    let totals = FakeTotals(threads)
    let report = try run(
      threads: threads, windows: 3, workload: Self.workload(log: EventLog(), totals: totals, sections: 2))
    #expect(Set(totals.sections).count == 1, "\(totals.sections)")
    #expect(totals.sections[0] >= 3, "at least one section per window")
    for worker in 0..<threads {
      #expect(report.windows.reduce(0) { $0 + $1.workers[worker].operations } == totals.operations[worker])
      #expect(report.windows.reduce(0) { $0 + $1.workers[worker].sections } == totals.sections[worker])
    }
    #expect(report.windows.map(\.window) == [0, 1, 2])
  }

  @Test func `What the warm-up did is thrown away`() throws {
    let totals = FakeTotals(1)
    let report = try run(threads: 1, windows: 1, warmUp: 3, workload: Self.workload(log: EventLog(), totals: totals))
    #expect(report.windows.count == 1)
    #expect(report.windows[0].workers[0].operations < totals.operations[0])
  }

  /// Reports what it is told as operations of each window, whatever time that took.
  private static func workload(operations: @escaping @Sendable (_ window: Int, _ nanoseconds: UInt64) -> UInt64)
    -> ErasedWorkload
  {
    let count = Atomic<Int>(0)
    return ErasedWorkload(
      setUp: { _ in },
      run: { worker, window in
        while window.begin(worker) {
          let start = ContinuousClock.now
          while !window.isOver {}
          let index = count.add(1, ordering: .relaxed).oldValue
          window.end(worker, operations(index, UInt64((ContinuousClock.now - start).wholeNanoseconds)))
        }
      },
      check: { [] }, residencySample: { _ in [] },
      memory: { MemoryUse(tables: 0, peakTables: 0, metadata: 0, mapped: 0) })
  }

  @Test func `Windows that drift are flagged, all of them`() throws {
    // Ten times as fast in every window: no disturbance makes that look settled.
    let report = try run(
      threads: 1, windows: 4,
      workload: Self.workload { index, _ in
        (0..<index).reduce(1000) { value, _ in value * 10 }
      })
    #expect(report.windows.allSatisfy { $0.flags.contains("not_steady") })
    #expect(report.warmUpNanoseconds == nil)
  }

  @Test func `Windows that do not drift are not flagged, whatever else the machine does`() throws {
    // 10 ns per operation by the worker's own clock: a preempted worker completes more of them.
    let report = try run(
      threads: 1, windows: 5, warmUp: 5, workload: Self.workload { _, nanoseconds in nanoseconds / 10 })
    let times = report.windows.map { Double($0.workers[0].activeNanoseconds) / Double($0.workers[0].operations) }
    // The clocks are read a moment apart, and the machine may strike in between.
    guard SteadyState.standard.holds(times) == true else { return }
    #expect(report.windows.allSatisfy { !$0.flags.contains("not_steady") })
    #expect(report.warmUpNanoseconds ?? 0 >= 5_000_000)
  }

  @Test func `A failed check marks its own window only`() throws {
    let calls = Atomic<Int>(0)
    let workload = Self.workload(log: EventLog(), totals: FakeTotals(1)) {
      calls.add(1, ordering: .relaxed).newValue == 2 ? ["page 7 is not mapped", "page 9 is not mapped"] : []
    }
    let report = try run(threads: 1, windows: 3, workload: workload)
    #expect(report.windows.map { $0.flags.contains("failed") } == [false, true, false])
    #expect(report.windows[1].violations == ["page 7 is not mapped", "page 9 is not mapped"])
  }

  @Test func `More workers than CPUs finish and carry the flag`() throws {
    let threads = try HostTopology.read().allowedCPUs.count + 3
    let report = try run(
      threads: threads, windows: 1, workload: Self.workload(log: EventLog(), totals: FakeTotals(threads), sections: 2))
    #expect(report.windows[0].flags.contains("oversubscribed"))
    #expect(report.windows[0].workers.allSatisfy { $0.operations > 0 })
  }

  @Test func `Workers run where the placement says`() throws {
    let topology = try HostTopology.read()
    let seen = Mutex<[Int?]>([])
    let workload = ErasedWorkload(
      setUp: { _ in seen.withLock { $0.append(ThreadAffinity.currentCPU()) } },
      run: { worker, window in while window.begin(worker) { window.end(worker, 1) } },
      check: { [] }, residencySample: { _ in [] },
      memory: { MemoryUse(tables: 0, peakTables: 0, metadata: 0, mapped: 0) })
    let count = topology.allowedCPUs.count
    let report = try run(threads: count, windows: 1, workload: workload)
    let placed = try PlacementPolicy.compact.resolve(workers: count, on: topology).cpus
    #expect(seen.withLock { $0 } == placed)
    #expect(report.windows[0].workers.map(\.cpu) == placed)
    #expect(!report.windows[0].flags.contains("misplaced"))
  }

  @Test func `The harness's thread keeps off the workers' CPUs and comes back`() throws {
    let topology = try HostTopology.read()
    let before = try ThreadAffinity.currentThreadMask()
    let seen = Mutex<CPUSet?>(nil)
    // The check runs on the harness's own thread.
    let workload = ErasedWorkload(
      setUp: { _ in }, run: { worker, window in while window.begin(worker) { window.end(worker, 1) } },
      check: {
        seen.withLock { $0 = try? ThreadAffinity.currentThreadMask() }
        return []
      }, residencySample: { _ in [] }, memory: { nil })
    for threads in Set([1, topology.allowedCPUs.count]) {
      _ = try run(threads: threads, windows: 1, workload: workload)
      let others = before.subtracting(CPUSet(try PlacementPolicy.compact.resolve(workers: threads, on: topology).cpus))
      // Where workers take all CPUs there is nowhere to go.
      #expect(seen.withLock { $0 } == (others.isEmpty ? before : others))
      #expect(try ThreadAffinity.currentThreadMask() == before)
    }
  }

  @Test func `Counters asked for are read, each with a value or a reason`() throws {
    let report = try run(
      threads: 2, windows: 1, counters: Fixture.counters,
      workload: Self.workload(log: EventLog(), totals: FakeTotals(2)))
    for worker in report.windows[0].workers {
      #expect(worker.counters.count == 8)
      for reading in worker.counters where !reading.status.isUsable {
        #expect(reading.value == nil)
        #expect(reading.note?.isEmpty == false, "\(reading)")
      }
    }
  }

  @Test func `A set-up that fails ends the trial with its reason`() throws {
    struct NoMemory: Error, CustomStringConvertible { var description: String { "no memory on node 3" } }
    let workload = ErasedWorkload(
      setUp: { worker in if worker == 1 { throw NoMemory() } }, run: { _, _ in }, check: { [] },
      residencySample: { _ in [] }, memory: { MemoryUse(tables: 0, peakTables: 0, metadata: 0, mapped: 0) })
    let error = try #require(throws: TrialError.self) { try run(threads: 2, workload: workload) }
    #expect(error == .setUpFailed(worker: 1, reason: "no memory on node 3"))
  }

  @Test func `A placement that this machine does not have is refused`() throws {
    var cell = Fixture.cell()
    cell.placement = "list:8000"
    #expect(throws: TrialError.self) { try CellPlacement.resolve(cell, on: Fixture.topology(cpus: 2)) }
    cell.placement = "compact"
    cell.memoryPolicy = "bind:7"
    #expect(throws: TrialError.self) { try CellPlacement.resolve(cell, on: Fixture.topology(cpus: 2)) }
  }

  @Test func `Memory on a node that the policy does not name is misplaced`() throws {
    // One node: the kernel is not asked, so the addresses may be anything.
    let one = PlacementVerification(topology: Fixture.topology(cpus: 1))
    let page = PlacedPage(kind: .tables, address: 0x1000, target: .node(7))
    #expect(try one.findings([page]).isEmpty)
  }
}

/// What fake workers did, by worker.
final class FakeTotals: Sendable {
  private let state: Mutex<(operations: [UInt64], sections: [UInt64])>
  init(_ workers: Int) {
    state = Mutex((Array(repeating: 0, count: workers), Array(repeating: 0, count: workers)))
  }
  func add(_ operations: UInt64, _ worker: Int) { state.withLock { $0.operations[worker] += operations } }
  func addSections(_ sections: UInt64, _ worker: Int) { state.withLock { $0.sections[worker] += sections } }
  var operations: [UInt64] { state.withLock { $0.operations } }
  var sections: [UInt64] { state.withLock { $0.sections } }
}
