public import Logging
public import Results
public import Topology

/// Runs a plan: one process per invocation, rows on the disk after each.
public struct SuiteRun {
  /// What is left to say when a run has ended.
  public struct Outcome: Sendable {
    public let directory: RunDirectory
    /// Invocations measured now, not those a resumed run had before.
    public let measuredCount: Int
    /// One sentence per invocation that failed its check or yielded nothing, resumed ones included.
    public let failures: [String]
    public let wasInterrupted: Bool
  }

  public static var toolVersion: String { ToolFacts.version }

  /// Debug builds check every access and measure nothing worth keeping.
  public static var isDebugBuild: Bool { ToolFacts.isDebugBuild }

  private let plan: Plan
  private let topology: HostTopology
  private let process: TrialProcess
  private let warning: @Sendable (String) -> Void
  private var progress: Progress

  /// - Parameters:
  ///   - process: how invocations are measured.
  ///   - logger: where warnings go, as they happen.
  public init(
    _ plan: Plan, topology: HostTopology, process: TrialProcess = TrialProcess(), progress: Progress, logger: Logger
  ) {
    self.init(plan, topology: topology, process: process, progress: progress) { logger.warning("\($0)") }
  }

  init(
    _ plan: Plan, topology: HostTopology, process: TrialProcess, progress: Progress,
    warning: @escaping @Sendable (String) -> Void
  ) {
    self.plan = plan
    self.topology = topology
    self.process = process
    self.progress = progress
    self.warning = warning
  }

  /// Starts a new run below `base` and measures. The directory is made before the first measurement.
  ///
  /// - Throws: `RunDirectoryError` or ``JournalError`` when results cannot be written.
  public mutating func start(base: String) async throws -> Outcome {
    let finding = await RevisionReader().read()
    let collector = EnvironmentCollector(topology: topology)
    let runID = RunID.generate()
    let directory = try RunDirectory.create(
      base: base, suite: plan.suite.name, host: collector.hostID, revision: finding.revision, runID: runID)
    var environment = collector.collect(runID: runID, revision: finding)
    environment.set("tool", "suite_hash", plan.suite.contentHash)
    environment.set("tool", "plan_hash", plan.contentHash)
    CounterFacts.add(groups: plan.suite.counters, to: &environment)
    try directory.writeEnvironment(environment)
    let journal = try Journal(
      creating: directory.path(of: .journal), header: ResumeCheck.header(of: plan, runID: runID))
    return try await measure(
      Session(directory: directory, runID: runID, journal: journal, environment: environment, collector: collector),
      finished: [])
  }

  /// Goes on with a run that was cut off; measures what its journal does not name.
  ///
  /// - Throws: ``JournalError`` when the run was another suite, plan or build, `RunDirectoryError` when it is no run.
  public mutating func resume(_ path: String) async throws -> Outcome {
    let directory = try RunDirectory.open(path)
    let (content, runID) = try ResumeCheck.check(directory, plan: plan)
    try ResumeCheck.dropUnfinishedRows(directory, content)
    let environment = try directory.readEnvironment()
    let journal = try Journal(resuming: directory.path(of: .journal), content: content)
    return try await measure(
      Session(
        directory: directory, runID: runID, journal: journal, environment: environment,
        collector: EnvironmentCollector(topology: topology)),
      finished: content.lines)
  }

  private struct Session {
    let directory: RunDirectory
    let runID: RunID
    let journal: Journal
    var environment: EnvironmentRecord
    let collector: EnvironmentCollector
  }

  private mutating func measure(_ session: Session, finished: [Journal.Line]) async throws -> Outcome {
    var session = session
    var log = try SampleLog(session.directory)
    let done = Set(finished.map(\.order))
    var failures = finished.filter { $0.status != .ok }
      .map { "[\($0.order + 1)/\(plan.entries.count)] \($0.note ?? $0.status.rawValue)" }
    var warned = Set<String>()
    let begin = ContinuousClock.now
    var finishedNow = 0
    var wasInterrupted = false
    for entry in plan.entries where !done.contains(entry.order) {
      let line = ProgressLine(
        finished: done.count + finishedNow, total: plan.entries.count, rounds: plan.suite.invocations,
        finishedNow: finishedNow, elapsed: .now - begin, plannedInvocation: plan.plannedInvocation)
      progress.show(line, round: entry.block, label: CellLabel.short(entry.cell, among: plan.cells))
      let started = UTCTimestamp.now()
      let outcome: TrialProcess.Outcome
      do {
        try Task.checkCancellation()
        outcome = try await process.measure(
          TrialSpecification(cell: entry.cell, window: plan.suite.window, counters: plan.suite.counters),
          timeout: .seconds(10) + plan.plannedInvocation * 5)
      } catch is CancellationError {
        wasInterrupted = true
        break
      }
      let record = InvocationRecord(outcome, entry: entry, runID: session.runID, started: started)
      for text in record.warnings where warned.insert(text).inserted { warn(text) }
      if let failure = record.failure {
        let text = "[\(entry.order + 1)/\(plan.entries.count)] \(CellLabel.full(entry.cell)): \(failure)"
        failures.append(text)
        // A cell that fails once will fail in every round; the end of the run counts them.
        if warned.insert(record.line.caseID).inserted { warn(text) }
      }
      // Rows first: a journal line promises that they are there.
      try log.append(record.samples)
      try session.journal.append(record.line)
      finishedNow += 1
    }
    progress.clear()
    session.collector.addLoad(to: &session.environment, moment: "after")
    try session.directory.writeEnvironment(session.environment)
    return Outcome(
      directory: session.directory, measuredCount: finishedNow, failures: failures, wasInterrupted: wasInterrupted)
  }

  private func warn(_ text: String) {
    progress.clear()
    warning(text)
  }
}
