import ArgumentParser
import Counters
import Glibc
import Harness
import Logging
import Reporting
import Results
import Topology
import Workloads

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs a suite, writes a run directory and prints the table.",
    discussion: """
      Every invocation is a fresh process; every row is on the disk before the next one starts. Ctrl-C ends the run in \
      order: what finished stays, and --resume goes on from there.

      Example:
        pagebench run benchmarks/quick.toml
        pagebench run benchmarks/contention.toml --filter workload=map,unmap --exclude threads=4
        pagebench run benchmarks/contention.toml --dry-run
        pagebench run benchmarks/quick.toml --resume RUN
        pagebench run benchmarks/contention.toml --dry-run --sysfs-root two-sockets.machine
      """)

  @Argument(help: "The suite file.", completion: .file(extensions: ["toml"]))
  var suite: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Run only cells with this value; a,b are alternatives. Repeat for more keys.", valueName: "key=value"))
  var filter: [String] = []

  @Option(
    help: ArgumentHelp(
      "Leave out cells with this value; a,b are alternatives. Repeat for more.", valueName: "key=value"))
  var exclude: [String] = []

  @Flag(help: "Only print the chosen cells, one per line with its case_id, and measure nothing.")
  var list = false

  @Flag(
    help: """
      Only print what would be measured, in how many processes, how long it takes and on which CPUs and nodes.
      """)
  var dryRun = false

  @Flag(help: "Refuse, with exit code 2, a machine that would disturb the measurement; `pagebench doctor` lists why.")
  var strict = false

  @Option(
    help: ArgumentHelp(
      "Spend this much time instead of what the suite says: chooses processes per cell, and shorter windows if need be.",
      valueName: "5m"))
  var budget: String?

  @Flag(help: "Use the suite's [quick] settings.")
  var quick = false

  @Option(help: ArgumentHelp("Directory for results.", valueName: "dir"), completion: .directory)
  var out = "results"

  @Option(
    help: ArgumentHelp(
      "Go on with the run in this directory; needs the same suite, filters and build.", valueName: "dir"),
    completion: .directory)
  var resume: String?

  @OptionGroup var machine: MachineOptions

  func validate() throws {
    if let budget, DurationText.parse(budget) == nil {
      throw ValidationError("--budget \(budget) is no time; write for example 90s, 5m or 1h30m.")
    }
    if list, dryRun { throw ValidationError("--list and --dry-run print different things; give one of them.") }
    if machine.sysfsRoot != nil, !dryRun {
      throw ValidationError(
        "--sysfs-root plans for another machine, where nothing can be measured; give --dry-run too.")
    }
    if out.isEmpty { throw ValidationError("--out is empty; name a directory, such as --out results.") }
  }

  func run() async throws {
    let logger = ConsoleLog.makeLogger()
    let suite = try SuiteLoading.load(suite, isQuick: quick)
    let topology = try machine.topology()
    let plan = try Plan(
      suite, filters: filter, excludes: exclude, budget: budget.flatMap(DurationText.parse),
      usableCPUs: topology.allowedCPUs.count)
    if list {
      StandardOutput.write(PlanPreview(plan).list())
      return
    }
    for warning in plan.warnings { logger.warning("\(warning)") }
    if SuiteRun.isDebugBuild, !dryRun {
      logger.warning("this is a debug build: its numbers say nothing about speed; build with -c release")
    }
    try plan.checkPossible { cell in
      let memory = try CellPlacement.resolve(cell, on: topology).memory
      // Memory of a recorded machine cannot be had here, so only the cell's other words are tried.
      let isHere = machine.sysfsRoot == nil
      let here = isHere ? WorkloadHost(memory: memory) : WorkloadHost(nodeOfWorker: memory.workers.map { _ in 0 })
      try WorkloadRegistry.check(cell, host: here)
    }
    if dryRun {
      StandardOutput.write(try DryRun(plan, on: topology).text())
      return
    }
    try judgeMachine(topology, logger)
    let counters = CounterPlan.prepare(
      groups: suite.counters, of: try CounterGroupLoading.load(forSuite: self.suite),
      countersAtOnce: suite.countersAtOnce)
    let least = plan.cells.map { plan.settings(of: $0).repetition.least }.min() ?? 0
    if counters.plan.sets.count > least {
      logger.warning(
        """
        the counters are measured in \(counters.plan.sets.count) sets that take turns, and with \(least) invocations \
        per cell not each has its turn; raise repetition.invocations or name fewer groups
        """)
    }
    if let budget = plan.budget { StandardError.write("pagebench: \(BudgetText.promise(budget))\n") }
    let progress = Progress(Progress.detectStyle(environment: RunEnvironment.variables))
    let (out, resume) = (out, resume)
    let task = Task {
      var run = SuiteRun(plan, counters: counters, topology: topology, progress: progress, logger: logger)
      return if let resume { try await run.resume(resume) } else { try await run.start(base: out) }
    }
    Interruption.onFirstSignal { task.cancel() }
    let outcome: SuiteRun.Outcome
    do { outcome = try await task.value } catch is CancellationError {
      throw CommandFailure(status: .interrupted, message: "interrupted before anything was measured")
    } catch let stop as RunStopped {
      throw CommandFailure(
        status: .failure,
        message: "\(stop)\npagebench: when that is mended, go on with: \(resumption(of: stop.directory))")
    }
    try report(outcome, plan)
  }

  /// Says what would disturb the measurement, before it starts.
  private func judgeMachine(_ topology: HostTopology, _ logger: Logger) throws {
    let findings = EnvironmentCollector(topology: topology).survey()
    let disturbances = findings.filter { $0.grade == .disturbance }
    if strict, !disturbances.isEmpty {
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

  private func report(_ outcome: SuiteRun.Outcome, _ plan: Plan) throws {
    let samples = try outcome.directory.readSamples().samples
    if !samples.isEmpty {
      let statistic: CaseStatistic =
        switch plan.suite.statistic {
        case .median: .median
        case .minimum: .minimum
        }
      StandardOutput.write(RunTable(samples, statistic: statistic).text())
    }
    if let precision = outcome.precision { StandardError.write("pagebench: \(PrecisionText.summary(precision))\n") }
    if plan.budget != nil, let text = BudgetText.result(samples) { StandardError.write("pagebench: \(text)\n") }
    if let rounds = outcome.roundsInBudget {
      StandardError.write(
        "pagebench: the time was up after \(rounds) of \(plan.rounds) rounds; for the others go on with: "
          + "\(resumption(of: outcome.directory))\n")
    }
    for finding in outcome.disturbances { StandardError.write("pagebench: warning: \(finding.description)\n") }
    StandardError.write("pagebench: results are in \(outcome.directory.path)\n")
    if outcome.wasInterrupted {
      StandardError.write("pagebench: interrupted; go on with: \(resumption(of: outcome.directory))\n")
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

  /// The command line that goes on with a run, with everything that must be said again.
  private func resumption(of directory: RunDirectory) -> String {
    let options =
      filter.flatMap { ["--filter", $0] } + exclude.flatMap { ["--exclude", $0] }
      + (budget.map { ["--budget", $0] } ?? []) + (quick ? ["--quick"] : [])
    return (["pagebench", "run", suite] + options + ["--resume", directory.path]).map(ShellWord.quoted)
      .joined(separator: " ")
  }
}

/// The one place where harness and workloads meet.
enum WorkloadMaking {
  static let make: WorkloadMaker = { cell, _, memory in
    try WorkloadRegistry.make(cell, host: WorkloadHost(memory: memory))
  }
}
