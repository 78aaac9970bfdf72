import Results
import Synchronization
import Testing
import Topology

@testable import Harness

/// Runs that time operations: with a shell script in the child's place, and with real threads that do fake work.
struct LatencyRunTests {
  private static let histogram = """
    {"operation":"map","kind":"service","dropped":0,"longest":9,\
    "buckets":[[7,7,15],[9,9,5]]}
    """
  private static let report = """
    {"guarantee":"","warnings":[],"windows":[{"flags":[],"startedMilliseconds":1772368496789,\
    "memory":{"tables":4096,"peakTables":4096,"metadata":64,"mapped":0},"violations":[],"knownValues":[],"window":0,\
    "workers":[{"activeNanoseconds":1000,"counters":[],"cpu":0,"cpuNanoseconds":1000,"misplacedSections":0,\
    "operations":340,"sections":1,"latency":{"clockCostNanoseconds":12.5,"clockStepNanoseconds":10,"behindNanoseconds":0,\
    "histograms":[\(histogram)]}}]}]}
    """

  private func plan() throws -> Plan {
    let suite = try Fixture.parse(
      Fixture.header + """

        [matrix]
        workload = "map"
        strategy = ["global", "coupling"]
        lock = "ttas"
        threads = 1
        latency = ["off", "closed"]
        [window]
        warmup-ms = 0
        length-ms = 5
        count = 1
        [repetition]
        invocations = 3
        """)
    return try Plan(suite, usableCPUs: 2)
  }

  private func run(
    _ script: String, plan: Plan, in base: TemporaryDirectory, resume: String? = nil
  ) async throws -> SuiteRun.Outcome {
    var run = SuiteRun(
      plan, topology: Fixture.topology(cpus: 2),
      process: TrialProcess(executable: "/bin/sh", arguments: ["-c", script]), progress: Progress(.silent)
    ) { _ in }
    return if let resume { try await run.resume(resume) } else { try await run.start(base: base.path) }
  }

  /// Timed operations for the cells that ask for them only.
  private static let child = """
    if grep -q '"latency":"closed"'; then echo '\(report)'; else echo '\(untimed)'; fi
    """
  private static let untimed = report.replacing(
    ",\"latency\":{\"clockCostNanoseconds\":12.5,\"clockStepNanoseconds\":10,\"behindNanoseconds\":0,\"histograms\":[\(histogram)]}",
    with: "")

  @Test func `Samples and histograms agree, and only cells that ask for latency have them`() async throws {
    let base = try TemporaryDirectory()
    let plan = try plan()
    let outcome = try await run(Self.child, plan: plan, in: base)
    #expect(outcome.failures.isEmpty && outcome.measuredCount == 12)
    let samples = try outcome.directory.readSamples().samples
    let timed = samples.filter { $0.metric == "lat_count" && $0.scope == .thread(0) }
    #expect(timed.count == 6 && timed.allSatisfy { $0.value == 20 && $0.cell.parameters["latency"] == "closed" })
    let file = try #require(try outcome.directory.readHistograms())
    // Two buckets in each of six processes.
    #expect(file.rows.count == 12)
    #expect(Set(file.rows.map(\.caseID)) == Set(timed.map(\.caseID)))
    #expect(file.rows.allSatisfy { !$0.isOpen && $0.expectedInterval == nil && $0.kind == .service })
    let report = ResultsVerifier.verify(outcome.directory.path)
    #expect(report.findings.isEmpty && report.histogramRowCount == 12, "\(report.findings)")
  }

  @Test func `A run without latency has no histogram file`() async throws {
    let base = try TemporaryDirectory()
    let plan = try Plan(try Fixture.suite(), usableCPUs: 2)
    let outcome = try await run("cat > /dev/null; echo '\(Self.untimed)'", plan: plan, in: base)
    #expect(outcome.measuredCount == 12)
    #expect(!TextFile.exists(outcome.directory.path(of: .histogram)))
    #expect(try outcome.directory.readHistograms() == nil)
  }

  @Test func `Histograms that the journal does not promise are measured again, and none is there twice`() async throws {
    let base = try TemporaryDirectory()
    let plan = try plan()
    let outcome = try await run(Self.child, plan: plan, in: base)
    // As if the process had died in the last but one invocation, in the middle of its histogram.
    let journal = outcome.directory.path(of: .journal)
    let lines = try TextFile.read(journal).split(separator: "\n")
    try base.write(journal, lines.dropLast(2).joined(separator: "\n") + "\n")
    let path = outcome.directory.path(of: .histogram)
    let before = try TextFile.read(path)
    try base.write(path, String(before.dropLast(12)))
    let resumed = try await run(Self.child, plan: plan, in: base, resume: outcome.directory.path)
    #expect(resumed.measuredCount == 2)
    let rows = try #require(try resumed.directory.readHistograms()).rows
    #expect(rows.count == 12 && Set(rows).count == 12)
    #expect(ResultsVerifier.verify(resumed.directory.path).findings.isEmpty)
  }

  // MARK: Real threads

  /// A worker that looks at the clock it is given as the real loops do, and records what it is told to.
  private static func workload(_ record: @escaping @Sendable (OperationTimer) -> Void) -> ErasedWorkload {
    @Sendable func work(_ worker: Int, _ window: Window, _ body: () -> Void) {
      while window.begin(worker) {
        body()
        while !window.isOver {}
        window.end(worker, 1)
      }
    }
    return ErasedWorkload(
      setUp: { _ in }, run: { worker, window in work(worker, window) {} },
      timed: .init(operations: ["map"]) { worker, window, timer in work(worker, window) { record(timer) } },
      check: { [] }, residencySample: { _ in [] },
      memory: { MemoryUse(tables: 4096, peakTables: 4096, metadata: 64, mapped: 0) })
  }

  private func trial(_ parameters: [String: String], _ workload: ErasedWorkload, threads: Int = 1) throws -> TrialReport
  {
    var cell = Fixture.cell(threads: threads)
    cell.parameters = parameters
    return try TrialRunner(
      TrialSpecification(
        cell: cell, window: WindowSettings(warmUpMilliseconds: 2, lengthMilliseconds: 4, count: 2), counters: []),
      topology: try HostTopology.read(), make: { _, _, _ in workload }
    ).run()
  }

  @Test func `Each window has its own latencies, and the warm-up has none`() throws {
    let report = try trial(["latency": "closed"], Self.workload { $0.record(0, 1_000_000, 0) }, threads: 2)
    for window in report.windows {
      for worker in window.workers {
        let latency = try #require(worker.latency)
        #expect(latency.histograms.map(\.total) == [1])
        #expect(latency.clockCostNanoseconds >= 0)
      }
      #expect(!window.flags.contains("over_range") && !window.flags.contains("saturated"))
    }
  }

  @Test func `A latency out of range and a queue that grows are flags`() throws {
    let report = try trial(
      ["latency": "constant", "interval-ns": "100"],
      Self.workload {
        $0.record(0, .max, 0)
        $0.finish(1 << 60)
      })
    for window in report.windows {
      #expect(window.flags.contains("over_range") && window.flags.contains("saturated"))
      #expect(window.workers[0].latency?.histograms.map(\.dropped) == [1, 1])
    }
  }

  @Test func `Without the parameter nobody is timed`() throws {
    let report = try trial([:], Self.workload { _ in Issue.record("timed all the same") })
    #expect(report.windows.allSatisfy { $0.workers.allSatisfy { $0.latency == nil } })
  }

  @Test func `A workload without single operations is refused`() throws {
    let workload = ErasedWorkload(
      setUp: { _ in }, run: { _, _ in }, check: { [] }, residencySample: { _ in [] },
      memory: { MemoryUse(tables: 0, peakTables: 0, metadata: 0, mapped: 0) })
    #expect(throws: TrialError.badLatency(reason: "workload map has no single operations that could be timed")) {
      try trial(["latency": "closed"], workload)
    }
  }
}
