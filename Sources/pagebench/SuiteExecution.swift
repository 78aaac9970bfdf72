import Counters
import Harness
import Logging
import Results
import Topology
import Workloads

/// Measures a plan on this machine, with everything that has to be said before, meanwhile and after: what every command
/// that runs suites has in common.
struct SuiteExecution {
  /// Where rows go.
  enum Destination: Sendable {
    /// A new run below this directory.
    case new(base: String)
    /// The run in this directory.
    case resumed(String)
  }

  /// For counter groups beside the suite.
  let suitePath: String
  let plan: Plan
  let topology: HostTopology
  /// Whether a machine that would disturb the measurement is refused.
  var isStrict = false
  private let logger = ConsoleLog.makeLogger()

  init(suitePath: String, plan: Plan, topology: HostTopology, isStrict: Bool = false) {
    self.suitePath = suitePath
    self.plan = plan
    self.topology = topology
    self.isStrict = isStrict
  }

  /// Passes the plan's warnings on and finds cells that cannot be.
  ///
  /// - Parameter isHere: false for a recorded machine, whose memory cannot be had here.
  func check(isHere: Bool = true, warnsOfDebugBuild: Bool = true) throws {
    for warning in plan.warnings { logger.warning("\(warning)") }
    if SuiteRun.isDebugBuild, warnsOfDebugBuild {
      logger.warning("this is a debug build: its numbers say nothing about speed; build with -c release")
    }
    try plan.checkPossible { cell in
      let memory = try CellPlacement.resolve(cell, on: topology).memory
      let here = isHere ? WorkloadHost(memory: memory) : WorkloadHost(nodeOfWorker: memory.workers.map { _ in 0 })
      try WorkloadRegistry.check(cell, host: here)
    }
  }

  /// Runs the plan until it is done or somebody interrupts it.
  ///
  /// - Parameter resumption: the command line that goes on with a run.
  /// - Throws: `CommandFailure` when the machine is refused or the run cannot go on.
  func measure(
    into destination: Destination, resumption: (RunDirectory) -> String
  ) async throws -> SuiteRun.Outcome {
    try judgeMachine()
    let counters = try makeCounters()
    let overhead = measureOverhead(counters.plan, destination)
    let progress = Progress(Progress.detectStyle(environment: RunEnvironment.variables))
    let (plan, topology, logger) = (plan, topology, logger)
    let task = Task {
      var run = SuiteRun(
        plan, counters: counters, topology: topology, overhead: overhead, progress: progress, logger: logger)
      return switch destination {
      case .new(let base): try await run.start(base: base)
      case .resumed(let directory): try await run.resume(directory)
      }
    }
    Interruption.onFirstSignal { task.cancel() }
    do { return try await task.value } catch is CancellationError {
      throw CommandFailure(status: .interrupted, message: "interrupted before anything was measured")
    } catch let stop as RunStopped {
      throw CommandFailure(
        status: .failure,
        message: "\(stop)\npagebench: when that is mended, go on with: \(resumption(stop.directory))")
    }
  }

  /// Says where the results are and what is missing.
  ///
  /// - Throws: `ExitStatus` when the run was interrupted or invocations failed.
  static func checkComplete(
    _ outcome: SuiteRun.Outcome, of plan: Plan, resumption: (RunDirectory) -> String
  ) throws {
    for finding in outcome.disturbances { StandardError.write("pagebench: warning: \(finding.description)\n") }
    StandardError.write("pagebench: results are in \(outcome.directory.path)\n")
    if outcome.wasInterrupted {
      StandardError.write("pagebench: interrupted; go on with: \(resumption(outcome.directory))\n")
      throw ExitStatus.interrupted
    }
    guard outcome.failures.isEmpty else {
      let count = outcome.failures.count
      StandardError.write(
        "pagebench: \(count) of \(plan.entries.count) invocations failed, and their rows do not count:\n"
          + outcome.failures.prefix(5).map { "  \($0)\n" }.joined()
          + (count > 5 ? "  and \(count - 5) more; the note column of samples.csv has them all\n" : ""))
      throw ExitStatus.failure
    }
  }

  private func makeCounters() throws -> CounterPlan.Preparation {
    let suite = plan.suite
    let counters = CounterPlan.prepare(
      groups: suite.counters, of: try CounterGroupLoading.load(forSuite: suitePath),
      countersAtOnce: suite.countersAtOnce)
    let least = plan.cells.map { plan.settings(of: $0).repetition.least }.min() ?? 0
    if counters.plan.sets.count > least {
      logger.warning(
        """
        the counters are measured in \(counters.plan.sets.count) sets that take turns, and with \(least) invocations \
        per cell not each has its turn; raise repetition.invocations or name fewer groups
        """)
    }
    return counters
  }

  /// What the harness itself costs, for the record; nil for a run that has a record, and where no time means anything.
  private func measureOverhead(_ counters: CounterPlan, _ destination: Destination) -> HarnessOverhead? {
    guard case .new = destination, !Hypervisor.isEmulator else { return nil }
    do {
      return try HarnessOverhead(
        on: topology, counters: counters.specifications(ofInvocation: 0), make: WorkloadMaking.make)
    } catch {
      logger.warning("what the harness itself costs was not measured: \(error)")
      return nil
    }
  }

  /// Says what would disturb the measurement, before it starts.
  private func judgeMachine() throws {
    let findings = EnvironmentCollector(topology: topology).survey()
    let disturbances = findings.filter { $0.grade == .disturbance }
    if isStrict, !disturbances.isEmpty {
      throw CommandFailure(
        status: .usage,
        message: "--strict: this machine is not fit to measure now:\n"
          + disturbances.map { "  \($0.name): \($0.description)" }.joined(separator: "\n"))
    }
    // A debug build has been warned about.
    for finding in disturbances where finding.name != "build" { logger.warning("\(finding.description)") }
    let remarks = findings.count - disturbances.count
    if remarks > 0 {
      StandardError.write(
        "pagebench: \(remarks) remark\(remarks == 1 ? "" : "s") about this machine: see pagebench doctor\n")
    }
  }
}

/// The one place where harness and workloads meet.
enum WorkloadMaking {
  static let make: WorkloadMaker = { cell, _, memory in
    try WorkloadRegistry.make(cell, host: WorkloadHost(memory: memory))
  }
}
