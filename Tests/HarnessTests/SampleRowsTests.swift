import Counters
import Results
import Testing

@testable import Counters
@testable import Harness

struct SampleRowsTests {
  private func rows(_ window: WindowResult, threads: Int = 2) throws -> [Sample] {
    let entry = try #require(try Plan(try Fixture.suite(), usableCPUs: 2).entries.first { $0.cell.threads == threads })
    return SampleRows(runID: RunID.generate(), entry: entry).rows(TrialReport(windows: [window], warnings: []))
  }

  private func window(
    _ workers: [WorkerResult], flags: [String] = [], violations: [String] = []
  ) -> WindowResult {
    WindowResult(
      window: 0, startedMilliseconds: 1_772_368_496_789, workers: workers, flags: flags, violations: violations,
      memory: MemoryUse(tables: 8192, peakTables: 12288, metadata: 128, mapped: 4096))
  }

  private func value(_ rows: [Sample], _ metric: String, _ scope: SampleScope = .all) throws -> Sample {
    try #require(rows.first { $0.metric == metric && $0.scope == scope })
  }

  @Test func `Time per operation is what the thread pays, throughput what all achieve`() throws {
    // Worker 0: 100 operations in 1000 ns; worker 1: 300 in 2000 ns.
    let rows = try rows(
      window([Fixture.worker(operations: 100, active: 1000), Fixture.worker(operations: 300, active: 2000)]))
    #expect(try value(rows, "time_per_op", .thread(0)).value == 10)
    // 2000 / 300, to be read as the nearest double.
    #expect(try value(rows, "time_per_op", .thread(1)).value == 2000.0 / 300.0)
    // 3000 ns of thread time / 400 operations.
    #expect(try value(rows, "time_per_op").value == 7.5)
    // 400 operations in the 2000 ns of the slower worker: 0.2 per ns.
    #expect(try value(rows, "throughput").value == 2e8)
    #expect(try value(rows, "throughput").windowNanoseconds == 2000)
    #expect(try value(rows, "throughput").operations == 400)
    // (100 + 300)² / (2 · (100² + 300²)) = 160000 / 200000.
    #expect(try value(rows, "fairness").value == 0.8)
    #expect(try value(rows, "table_bytes").value == 8192)
    #expect(rows[0].startedUTC?.rfc3339 == "2026-03-01T12:34:56.789Z")
  }

  @Test func `Workers that do not disturb each other keep their time and add their throughput`() throws {
    let one = try rows(window([Fixture.worker(operations: 50, active: 1000)]), threads: 1)
    let two = try rows(
      window([Fixture.worker(operations: 50, active: 1000), Fixture.worker(operations: 50, active: 1000)]))
    #expect(try value(one, "time_per_op").value == value(two, "time_per_op").value)
    #expect(try value(two, "throughput").value == value(one, "throughput").value.map { 2 * $0 })
    #expect(try value(two, "fairness").value == 1)
  }

  @Test func `Evenness is told by Jain's index, by the extremes and by the spread`() throws {
    let rows = try rows(window([100, 300, 200, 200].map { Fixture.worker(operations: $0, active: 1000) }))
    // 800² / (4 · (100² + 300² + 2 · 200²)) = 640000 / 720000.
    #expect(try value(rows, "fairness").value == 8.0 / 9.0)
    #expect(try value(rows, "fairness_min_max").value == 1.0 / 3.0)
    // Mean 200, variance (100² + 100²) / 4 = 5000.
    let variation = try #require(try value(rows, "fairness_cv").value)
    #expect(abs(variation - (5000.0).squareRoot() / 200) < 1e-12)
    #expect(abs(1 / (1 + variation * variation) - 8.0 / 9.0) < 1e-12, "the index and the spread say the same")
    #expect(!rows.contains { $0.metric == "fairness_nodes" || $0.scope.rawValue.hasPrefix("node") })
  }

  @Test func `Workers on several nodes are broken down by node`() throws {
    let faults = CounterReading(
      name: "page-faults", value: 6, status: .ok, enabledNanoseconds: 10, runningNanoseconds: 10, source: "perf")
    let rows = try rows(
      window([
        Fixture.worker(operations: 100, active: 1000, counters: [faults], node: 0),
        Fixture.worker(operations: 300, active: 2000, counters: [faults], node: 0),
        Fixture.worker(operations: 100, active: 1000, counters: [faults], node: 4),
      ]))
    // Node 0: 400 operations in 2000 ns, 3000 ns of thread time. Node 4: 100 in 1000.
    #expect(try value(rows, "throughput", .node(0)).value == 2e8)
    #expect(try value(rows, "time_per_op", .node(0)).value == 7.5)
    #expect(try value(rows, "fairness", .node(0)).value == 0.8)
    #expect(try value(rows, "ctr.page-faults", .node(0)).value == 12)
    #expect(try value(rows, "der.page-faults", .node(0)).value == 0.03)
    #expect(try value(rows, "throughput", .node(4)).value == 1e8)
    #expect(try value(rows, "ctr.page-faults", .node(4)).value == 6)
    #expect(!rows.contains { $0.metric == "fairness" && $0.scope == .node(4) }, "one worker is alone")
    // Mean operations per worker: 200 and 100. 300² / (2 · (200² + 100²)).
    #expect(try value(rows, "fairness_nodes").value == 0.9)
  }

  @Test func `Workers on one node have no breakdown, nor have workers of unknown nodes`() throws {
    for nodes in [[1, 1], [nil, 1], [nil, nil]] {
      let rows = try rows(window(nodes.map { Fixture.worker(operations: 100, active: 1000, node: $0) }))
      #expect(!rows.contains { $0.scope.rawValue.hasPrefix("node") || $0.metric == "fairness_nodes" })
    }
  }

  @Test func `A window without operations has no values, not zeroes`() throws {
    let rows = try rows(window([Fixture.worker(operations: 0, active: 1000)]), threads: 1)
    for metric in ["time_per_op", "throughput"] {
      let row = try value(rows, metric)
      #expect(row.value == nil)
      #expect(row.status == .notCounted)
      #expect(row.note == "no operation was completed in the window")
    }
  }

  @Test func `A counter that a worker does not have has no sum`() throws {
    let present = CounterReading(
      name: "cycles", value: 1000, status: .ok, enabledNanoseconds: 10, runningNanoseconds: 10, source: "perf")
    let absent = CounterReading(name: "cycles", value: nil, status: .noSlot, source: "perf", note: "all taken")
    let rows = try rows(
      window([
        Fixture.worker(operations: 10, active: 100, counters: [present]),
        Fixture.worker(operations: 10, active: 100, counters: [absent]),
      ]))
    #expect(try value(rows, "ctr.cycles").value == nil)
    #expect(try value(rows, "ctr.cycles").status == .noSlot)
    #expect(try value(rows, "ctr.cycles", .thread(0)).value == 1000)
    #expect(!rows.contains { $0.metric == "der.cycles" })
  }

  @Test func `A counter that no worker has is said once`() throws {
    let absent = CounterReading(name: "cycles", value: nil, status: .notSupported, source: "perf", note: "no PMU")
    let rows = try rows(
      window([
        Fixture.worker(operations: 10, active: 100, counters: [absent]),
        Fixture.worker(operations: 10, active: 100, counters: [absent]),
      ]))
    #expect(rows.filter { $0.metric == "ctr.cycles" }.map(\.scope) == [.all])
    #expect(try value(rows, "ctr.cycles").status == .notSupported)
    #expect(try value(rows, "ctr.cycles").note == "no PMU")
    #expect(try value(rows, "ctr.cycles").window == -1)
  }

  @Test func `A counter that no window has is said once, one that some window has in every window`() throws {
    func window(_ index: Int, lost: Bool) -> WindowResult {
      let counters = [
        CounterReading(name: "cycles", value: nil, status: .notSupported, source: "perf", note: "no PMU"),
        CounterReading(name: "faults", value: lost ? nil : 7, status: lost ? .error : .ok, source: "perf"),
      ]
      var window = self.window([Fixture.worker(operations: 1, active: 1, counters: counters)], flags: ["steal"])
      window.window = index
      return window
    }
    let entry = try Plan(try Fixture.suite(), usableCPUs: 2).entries[0]
    let report = TrialReport(windows: [window(0, lost: false), window(1, lost: true)], warnings: [])
    let rows = SampleRows(runID: RunID.generate(), entry: entry).rows(report)
    let cycles = rows.filter { $0.metric == "ctr.cycles" }
    #expect(cycles.map(\.window) == [-1])
    #expect(cycles[0].flags.isEmpty && cycles[0].operations == nil && cycles[0].windowNanoseconds == nil)
    #expect(rows.filter { $0.metric == "ctr.faults" }.map(\.window) == [0, 1])
    #expect(rows.filter { $0.metric == "ctr.faults" }.map(\.value) == [7, nil])
  }

  @Test func `Workers that take turns on the CPUs have no throughput in common`() throws {
    let workers = [Fixture.worker(operations: 10, active: 100), Fixture.worker(operations: 10, active: 100)]
    let row = try value(rows(window(workers, flags: ["oversubscribed"])), "throughput")
    #expect(row.value == nil && row.status == .notCounted && row.note.contains("took turns"))
    #expect(try value(rows(window(workers)), "throughput").value == 2e8)
  }

  @Test func `A multiplexed counter stays raw, and its derived row is scaled`() throws {
    let reading = CounterReading(
      name: "cycles", value: 1000, status: .scaled, enabledNanoseconds: 100, runningNanoseconds: 25, source: "perf")
    let rows = try rows(window([Fixture.worker(operations: 50, active: 100, counters: [reading])]), threads: 1)
    #expect(try value(rows, "ctr.cycles").value == 1000)
    #expect(try value(rows, "ctr.cycles").enabledNanoseconds == 100)
    #expect(try value(rows, "ctr.cycles").runningNanoseconds == 25)
    // 1000 · 100 / 25 / 50.
    #expect(try value(rows, "der.cycles").value == 80)
    #expect(try value(rows, "der.cycles").unit == "1/op")
  }

  /// Counts of `task-clock` in ns and of two events that take turns, and their quotient.
  private static let plan = CounterPlan(
    counters: [
      .init(specification: CounterSpecification(name: "clock", event: "e"), unit: "ns", better: .none),
      .init(specification: CounterSpecification(name: "walks", event: "e"), unit: "1", better: .lower),
      .init(specification: CounterSpecification(name: "cycles", event: "e"), unit: "1", better: .lower),
    ],
    metrics: [
      .init(name: "share", unit: "%", better: .lower, formula: try! CounterFormula("100 * walks / cycles")),
      .init(name: "clocked", unit: "ns/op", better: .lower, formula: try! CounterFormula("clock / operations")),
    ], sets: [[0, 1, 2]])

  private static func reading(
    _ name: String, _ value: UInt64?, _ status: MeasurementStatus = .ok, running: UInt64 = 100
  ) -> CounterReading {
    CounterReading(
      name: name, value: value, status: status, enabledNanoseconds: 100, runningNanoseconds: running, source: "perf",
      note: status == .ok ? nil : "why")
  }

  private func countedRows(
    _ counters: [[CounterReading]], plan: CounterPlan = Self.plan, invocation: Int = 0
  ) throws -> [Sample] {
    let entry = try #require(
      try Plan(try Fixture.suite(), usableCPUs: 2).entries.first { $0.invocation == invocation && $0.cell.threads == 1 }
    )
    let windows = counters.enumerated().map { index, readings in
      var window = self.window([Fixture.worker(operations: 50, active: 100, counters: readings)])
      window.window = index
      return window
    }
    return SampleRows(runID: RunID.generate(), entry: entry, counters: plan)
      .rows(TrialReport(windows: windows, warnings: []))
  }

  @Test func `Derived metrics have their formula's value, the unit of the group and the worst status`() throws {
    let rows = try countedRows([
      [Self.reading("clock", 5000), Self.reading("walks", 10, .scaled, running: 50), Self.reading("cycles", 400)]
    ])
    // 100 · (10 · 100 / 50) / 400.
    let share = try value(rows, "der.share")
    #expect(share.value == 5 && share.unit == "%" && share.status == .scaled && share.better == .lower)
    #expect(share.source == .derived)
    #expect(try value(rows, "der.clocked").value == 100)
    #expect(try value(rows, "der.clocked").unit == "ns/op")
    #expect(try value(rows, "ctr.clock").unit == "ns" && value(rows, "ctr.walks").unit == "1")
    // Of every count there is one per operation, in the unit and with the direction of its counter.
    #expect(try value(rows, "der.clock").unit == "ns/op" && value(rows, "der.clock").better == .none)
    #expect(try value(rows, "der.walks").unit == "1/op" && value(rows, "der.walks").value == 0.4)
  }

  @Test func `A derived metric without an operand says why, once for the process when all windows lack it`() throws {
    let absent = [Self.reading("clock", 1), Self.reading("walks", nil, .noPermission), Self.reading("cycles", 400)]
    let rows = try countedRows([absent, absent]).filter { $0.metric == "der.share" }
    #expect(rows.map(\.window) == [-1])
    #expect(rows[0].value == nil && rows[0].status == .noPermission && rows[0].note == "walks: why")
    let present = [Self.reading("clock", 1), Self.reading("walks", 4), Self.reading("cycles", 400)]
    let mixed = try countedRows([absent, present]).filter { $0.metric == "der.share" }
    #expect(mixed.map(\.window) == [0, 1] && mixed.map(\.value) == [nil, 1])
  }

  @Test func `Counters of other invocations are rows that say whose turn it is`() throws {
    let plan = CounterPlan(counters: Self.plan.counters, metrics: Self.plan.metrics, sets: [[0, 1], [0, 2]])
    let first = try countedRows([[Self.reading("clock", 1), Self.reading("walks", 4)]], plan: plan, invocation: 0)
    let cycles = try value(first, "ctr.cycles")
    #expect(cycles.window == -1 && cycles.value == nil && cycles.status == .notCounted)
    #expect(cycles.note == "measured by other invocations: set 2 of 2, this is 1")
    #expect(try value(first, "ctr.walks").value == 4)
    #expect(try value(first, "der.share").status == .notCounted)
    #expect(try value(first, "der.clocked").value == 0.02)
    let second = try countedRows([[Self.reading("clock", 1), Self.reading("cycles", 4)]], plan: plan, invocation: 1)
    #expect(try value(second, "ctr.walks").note == "measured by other invocations: set 1 of 2, this is 2")
    for rows in [first, second] {
      #expect(try SampleFile.read(bytes: SampleFile.encode(rows), path: "x").samples == rows)
    }
  }

  @Test func `Flags stand on every row of the window, and the first violation in the note`() throws {
    let rows = try rows(
      window(
        [Fixture.worker(operations: 1, active: 1)], flags: ["failed", "preempted"], violations: ["a\nb", "c"]),
      threads: 1)
    for row in rows {
      #expect(row.flags == [.failed, .preempted])
      #expect(row.note == "check failed: a | b")
    }
  }

  @Test func `Every row survives the file`() throws {
    let rows = try rows(
      window([Fixture.worker(operations: 3, active: 10), Fixture.worker(operations: 0, active: 10)], flags: ["steal"]))
    #expect(try SampleFile.read(bytes: SampleFile.encode(rows), path: "x").samples == rows)
  }

  @Test func `The warm-up has one row per process, without the windows' flags`() throws {
    let entry = try Plan(try Fixture.suite(), usableCPUs: 2).entries[0]
    let report = TrialReport(
      windows: [window([Fixture.worker(operations: 1, active: 10)], flags: ["not_steady"])],
      warmUpNanoseconds: 12_345_678, warnings: [])
    let rows = SampleRows(runID: RunID.generate(), entry: entry).rows(report)
    let row = try value(rows, "warmup_time")
    #expect(row.value == 12_345_678 && row.unit == "ns" && row.window == -1 && row.flags.isEmpty)
    #expect(rows.count { $0.metric == "warmup_time" } == 1)
    #expect(try value(rows, "time_per_op").flags == [.notSteady])
  }

  @Test func `An invocation that yielded nothing has one row that says why`() throws {
    let entry = try Plan(try Fixture.suite(), usableCPUs: 2).entries[0]
    let record = InvocationRecord(
      .failed(TrialFailure(reason: "the process was killed by SIGSEGV")), entry: entry, runID: RunID.generate(),
      started: .now())
    #expect(record.samples.count == 1)
    #expect(record.samples[0].value == nil)
    #expect(record.samples[0].status == .error)
    #expect(record.samples[0].note == "the process was killed by SIGSEGV")
    #expect(record.line.status == .error)
  }

  @Test(arguments: [(980, 1000, false), (979, 1000, true), (1000, 1000, false), (0, 0, false)])
  func `Losing more than two percent of the CPU counts as preempted`(cpu: UInt64, active: UInt64, expected: Bool) {
    #expect(Fixture.worker(operations: 1, active: active, cpu: cpu).wasPreempted == expected)
  }
}

struct StealClockTests {
  // Columns as proc_stat(5) gives them: user nice system idle iowait irq softirq steal guest guest_nice.
  private let text = """
    cpu  30 0 9 90 0 0 0 33 0 0
    cpu0 10 0 3 30 0 0 0 11 0 0
    cpu1 10 0 3 30 0 0 0 22 0 0
    intr 5
    """

  @Test func `Steal is added over the CPUs asked for, each once`() {
    #expect(StealClock.steal(in: text, cpus: [1]) == 22)
    #expect(StealClock.steal(in: text, cpus: [0, 1, 0]) == 33)
  }

  @Test func `A CPU that is not listed makes the sum unknown`() {
    #expect(StealClock.steal(in: text, cpus: [0, 2]) == nil)
  }
}
