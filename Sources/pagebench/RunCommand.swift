import ArgumentParser
import Harness
import Reporting
import Results
import Topology

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
    let suite = try SuiteLoading.load(suite, isQuick: quick)
    let topology = try machine.topology()
    let plan = try Plan(
      suite, filters: filter, excludes: exclude, budget: budget.flatMap(DurationText.parse),
      usableCPUs: topology.allowedCPUs.count)
    if list {
      StandardOutput.write(PlanPreview(plan).list())
      return
    }
    let execution = SuiteExecution(suitePath: self.suite, plan: plan, topology: topology, isStrict: strict)
    try execution.check(isHere: machine.sysfsRoot == nil, warnsOfDebugBuild: !dryRun)
    if dryRun {
      StandardOutput.write(try DryRun(plan, on: topology).text())
      return
    }
    if let budget = plan.budget { StandardError.write("pagebench: \(BudgetText.promise(budget))\n") }
    let outcome = try await execution.measure(
      into: resume.map { .resumed($0) } ?? .new(base: out), resumption: resumption)
    try report(outcome, plan)
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
    try SuiteExecution.checkComplete(outcome, of: plan, resumption: resumption)
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
