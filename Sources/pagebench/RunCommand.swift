import ArgumentParser
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
      Every invocation is a fresh process; every row is on the disk before the next one starts. Ctrl-C ends the run in
      order: what finished stays, and --resume goes on from there.

      Example:
        pagebench run benchmarks/quick.toml
        pagebench run benchmarks/contention.toml --filter workload=map,unmap --filter threads=2 --quick
        pagebench run benchmarks/quick.toml --resume results/quick/<host>/<commit>/<run>
      """)

  @Argument(help: "The suite file.", completion: .file(extensions: ["toml"]))
  var suite: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Run only cells with this value; a,b are alternatives. Repeat for more keys.", valueName: "key=value"))
  var filter: [String] = []

  @Flag(help: "Use the suite's [quick] settings.")
  var quick = false

  @Option(help: ArgumentHelp("Directory for results.", valueName: "dir"), completion: .directory)
  var out = "results"

  @Option(
    help: ArgumentHelp(
      "Go on with the run in this directory; needs the same suite, filters and build.", valueName: "dir"),
    completion: .directory)
  var resume: String?

  func run() async throws {
    let logger = ConsoleLog.makeLogger()
    let suite = try SuiteLoading.load(suite, isQuick: quick)
    let topology = try HostTopology.read()
    let plan = try Plan(suite, filters: filter, usableCPUs: topology.allowedCPUs.count)
    for warning in plan.warnings { logger.warning("\(warning)") }
    if SuiteRun.isDebugBuild {
      logger.warning("this is a debug build: its numbers say nothing about speed; build with -c release")
    }
    try plan.checkPossible { cell in
      let (placement, policy) = try CellPlacement.resolve(cell, on: topology)
      _ = try WorkloadMaking.make(cell, placement, policy)
    }
    let progress = Progress(Progress.detectStyle(environment: RunEnvironment.variables))
    let (out, resume) = (out, resume)
    let task = Task {
      var run = SuiteRun(plan, topology: topology, progress: progress, logger: logger)
      return if let resume { try await run.resume(resume) } else { try await run.start(base: out) }
    }
    Interruption.onFirstSignal { task.cancel() }
    try report(await task.value, plan)
  }

  private func report(_ outcome: SuiteRun.Outcome, _ plan: Plan) throws {
    let samples = try outcome.directory.readSamples().samples
    if !samples.isEmpty {
      switch plan.suite.statistic {
      case .median: StandardOutput.write(RunTable(samples).text())
      case .minimum: StandardOutput.write(MinimumTable.text(samples))
      }
    }
    StandardError.write("pagebench: results are in \(outcome.directory.path)\n")
    if outcome.wasInterrupted {
      StandardError.write(
        "pagebench: interrupted; go on with: pagebench run \(([suite] + repeatedOptions).joined(separator: " ")) "
          + "--resume \(outcome.directory.path)\n")
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

  /// What must be said again to resume.
  private var repeatedOptions: [String] { filter.flatMap { ["--filter", $0] } + (quick ? ["--quick"] : []) }
}

/// The one place where harness and workloads meet.
enum WorkloadMaking {
  static let make: WorkloadMaker = { cell, placement, policy in
    try WorkloadRegistry.make(
      cell, host: WorkloadHost(nodeOfWorker: placement.nodeOfWorker, memoryPolicy: policy))
  }
}
