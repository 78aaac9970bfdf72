public import Counters
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
    /// How precise the cells became that have a precision target; nil when none has.
    public let precision: PrecisionOutcome?
    /// Rounds that were complete when the time was up, with more of them planned; nil when the time sufficed.
    public let roundsInBudget: Int?
    /// What the machine did to the run meanwhile.
    public let disturbances: [EnvironmentFinding]
  }

  public static var toolVersion: String { ToolFacts.version }

  /// Debug builds check every access and measure nothing worth keeping.
  public static var isDebugBuild: Bool { ToolFacts.isDebugBuild }

  private let plan: Plan
  private let counters: CounterPlan.Preparation
  private let topology: HostTopology
  private let process: TrialProcess
  private let overhead: HarnessOverhead?
  private let warning: @Sendable (String) -> Void
  private var progress: Progress

  /// - Parameters:
  ///   - counters: what to count; made for the plan's suite on this machine.
  ///   - process: how invocations are measured.
  ///   - overhead: what the harness costs here, for the record of a new run; nil when that is not known.
  ///   - logger: where warnings go, as they happen.
  public init(
    _ plan: Plan, counters: CounterPlan.Preparation, topology: HostTopology, process: TrialProcess = TrialProcess(),
    overhead: HarnessOverhead? = nil, progress: Progress, logger: Logger
  ) {
    self.init(
      plan, counters: counters, topology: topology, process: process, overhead: overhead, progress: progress
    ) {
      logger.warning("\($0)")
    }
  }

  init(
    _ plan: Plan, counters: CounterPlan.Preparation = .none, topology: HostTopology, process: TrialProcess,
    overhead: HarnessOverhead? = nil, progress: Progress,
    warning: @escaping @Sendable (String) -> Void
  ) {
    self.plan = plan
    self.counters = counters
    self.topology = topology
    self.process = process
    self.overhead = overhead
    self.progress = progress
    self.warning = warning
  }

  /// Starts a new run below `base` and measures. The directory is made before the first measurement.
  ///
  /// - Throws: ``RunStopped`` when results can no longer be written, `RunDirectoryError` or ``JournalError`` when they
  ///   cannot be written at all, `CancellationError` when the task was cancelled before there was a directory.
  public mutating func start(base: String) async throws -> Outcome {
    let finding = await RevisionReader().read()
    // A git that was cancelled looks like no git; such a run must not be filed as unversioned.
    try Task.checkCancellation()
    let collector = EnvironmentCollector(topology: topology)
    let runID = RunID.generate()
    let directory = try RunDirectory.create(
      base: base, suite: plan.suite.name, host: collector.hostID, revision: finding.revision, runID: runID)
    var environment = collector.collect(runID: runID, revision: finding)
    environment.set("tool", "suite_hash", plan.suite.contentHash)
    environment.set("tool", "plan_hash", plan.contentHash)
    CounterFacts.add(counters, to: &environment)
    overhead?.add(to: &environment)
    for finding in EnvironmentJudgement.findings(before: environment) {
      environment.set("findings", finding.name, "\(finding.grade.rawValue): \(finding.what)")
    }
    try directory.writeEnvironment(environment)
    // Last, so that a run with a journal has all its files.
    try directory.createSamples()
    let journal = try Journal(
      creating: directory.path(of: .journal),
      header: ResumeCheck.header(of: plan, counters: counters.plan, runID: runID))
    return try await measure(
      Session(
        directory: directory, runID: runID, journal: journal, environment: environment, collector: collector,
        watch: PrecisionWatch(plan)),
      finished: [])
  }

  /// Goes on with a run that was cut off; measures what its journal does not name as finished, crashed invocations
  /// included.
  ///
  /// - Throws: ``JournalError`` when the run was another suite, plan or build or is being written by another process,
  ///   `RunDirectoryError` when it is no run, ``RunStopped`` when results can no longer be written.
  public mutating func resume(_ path: String) async throws -> Outcome {
    let directory = try RunDirectory.open(path)
    // Takes the lock, so it stands before everything that reads or mends the run's files.
    let journal = try Journal(resuming: directory.path(of: .journal))
    let (content, runID) = try ResumeCheck.check(directory, plan: plan, counters: counters.plan)
    try journal.cut(to: content)
    directory.removeTemporaryFiles()
    try ResumeCheck.dropUnfinishedRows(directory, content)
    let environment = try directory.readEnvironment()
    var watch = PrecisionWatch(plan, looks: content.looks)
    watch.add(try directory.readSamples().samples)
    return try await measure(
      Session(
        directory: directory, runID: runID, journal: journal, environment: environment,
        collector: EnvironmentCollector(topology: topology), watch: watch),
      finished: content.finished)
  }

  private struct Session {
    let directory: RunDirectory
    let runID: RunID
    let journal: Journal
    var environment: EnvironmentRecord
    let collector: EnvironmentCollector
    var watch: PrecisionWatch
    var recording = RecordingCost()
  }

  private mutating func measure(_ session: Session, finished: [Journal.Line]) async throws -> Outcome {
    var session = session
    var log = try SampleLog(session.directory)
    var histograms: HistogramLog?
    if plan.cells.contains(where: \.timesOperations) { histograms = try HistogramLog(session.directory) }
    let done = Set(finished.map(\.order))
    var failures = finished.filter { $0.status != .ok }.map(failureText)
    var warned = Set<String>()
    let begin = ContinuousClock.now
    var finishedNow = 0
    var wasInterrupted = false
    var roundsInBudget: Int?
    var round = -1
    // Left to do, as far as the looks so far tell.
    var left = plan.entries.count { !done.contains($0.order) && !session.watch.isDone($0.cell) }
    func stop(_ error: any Error) -> RunStopped {
      progress.clear()
      return RunStopped(directory: session.directory, finishedCount: done.count + finishedNow, reason: "\(error)")
    }
    for entry in plan.entries {
      if entry.block != round {
        if endsBudget(afterRounds: entry.block, elapsed: .now - begin, finishedNow: finishedNow), left > 0 {
          roundsInBudget = entry.block
          break
        }
        round = entry.block
        if let look = session.watch.look(after: round) {
          do { try session.journal.append(look) } catch { throw stop(error) }
          left = plan.entries.count {
            $0.block >= round && !done.contains($0.order) && !session.watch.isDone($0.cell)
          }
        }
      }
      if done.contains(entry.order) || session.watch.isDone(entry.cell) { continue }
      wasInterrupted = Task.isCancelled
      if wasInterrupted { break }
      let line = ProgressLine(
        finished: done.count + finishedNow, total: done.count + finishedNow + left, rounds: plan.rounds,
        finishedNow: finishedNow, elapsed: .now - begin, plannedInvocation: entry.window.plannedInvocation)
      progress.show(line, round: entry.block, label: CellLabel.short(entry.cell, among: plan.cells))
      guard let record = try await invoke(entry, of: session) else {
        wasInterrupted = true
        break
      }
      if !record.details.isEmpty { keep(record.details, of: entry, in: session.directory) }
      for text in record.warnings where warned.insert(text).inserted { warn(text) }
      if record.failure != nil {
        let text = failureText(record.line)
        failures.append(text)
        // A cell that fails once will fail in every round; the end of the run counts them.
        if warned.insert(record.line.caseID).inserted { warn(text) }
      }
      let recordingStart = ContinuousClock.now
      do {
        // Rows first: a journal line promises that they are there.
        try histograms?.append(record.histograms)
        try log.append(record.samples)
        try session.journal.append(record.line)
      } catch { throw stop(error) }
      if record.failure == nil {
        session.recording.add(
          record.makingTime + (.now - recordingStart),
          windows: .milliseconds(entry.window.lengthMilliseconds * entry.window.count))
      }
      session.watch.add(record.samples)
      finishedNow += 1
      left -= 1
    }
    progress.clear()
    let disturbances = addLoad(to: &session)
    return Outcome(
      directory: session.directory, measuredCount: finishedNow, failures: failures, wasInterrupted: wasInterrupted,
      precision: session.watch.outcome, roundsInBudget: roundsInBudget, disturbances: disturbances)
  }

  /// Whether the next round would end after the time is up, judged by the rounds so far. The first one always runs.
  private func endsBudget(afterRounds rounds: Int, elapsed: Duration, finishedNow: Int) -> Bool {
    guard let budget = plan.budget, finishedNow > 0 else { return false }
    return elapsed + elapsed / finishedNow * plan.cells.count > budget.duration
  }

  /// Measures one invocation; nil when the run was interrupted meanwhile.
  private func invoke(_ entry: Plan.Entry, of session: Session) async throws -> InvocationRecord? {
    let started = UTCTimestamp.now()
    let specification = TrialSpecification(
      cell: entry.cell, window: entry.window, counters: counters.plan.specifications(ofInvocation: entry.invocation))
    do {
      let outcome = try await process.measure(specification, timeout: specification.timeLimit)
      return InvocationRecord(
        outcome, entry: entry, counters: counters.plan, runID: session.runID, started: started)
    } catch is CancellationError {
      return nil
    }
  }

  /// Writes what is known about a failure beside the samples. That it cannot be written is no reason to end the run.
  private func keep(_ details: String, of entry: Plan.Entry, in directory: RunDirectory) {
    let text = "\(CellLabel.full(entry.cell))\norder \(entry.order), invocation \(entry.invocation)\n\n\(details)"
    do { try directory.writeFailure(text, order: entry.order) } catch { warn("\(error)") }
  }

  /// All samples are on the disk by now, so a record that cannot be completed is worth a warning and no more.
  private func addLoad(to session: inout Session) -> [EnvironmentFinding] {
    session.collector.addLoadAfter(to: &session.environment)
    session.recording.add(to: &session.environment)
    let findings = EnvironmentJudgement.findings(during: session.environment)
    for finding in findings {
      session.environment.set("findings", finding.name, "\(finding.grade.rawValue): \(finding.what)")
    }
    do { try session.directory.writeEnvironment(session.environment) } catch {
      warn("the load after the run is not in \(session.directory.path(of: .environment)): \(error)")
    }
    return findings
  }

  /// `[3/96] strategy=…: why`, the same when the run has just seen the failure and when its journal tells of it.
  private func failureText(_ line: Journal.Line) -> String {
    let label = plan.entries.first { $0.order == line.order }.map { " \(CellLabel.full($0.cell))" } ?? ""
    return "[\(line.order + 1)/\(plan.entries.count)]\(label): \(line.note ?? line.status.rawValue)"
  }

  private func warn(_ text: String) {
    progress.clear()
    warning(text)
  }
}
