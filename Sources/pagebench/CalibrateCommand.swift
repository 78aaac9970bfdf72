import ArgumentParser
import Harness
import Reporting
import Results
import Statistics
import Topology

struct CalibrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Compares this build with itself and stores the machine's noise floor.",
    discussion: """
      Runs a suite often enough to compare each case with itself several times, sides interleaved as two builds would be. \
      Whatever differs is noise: the floor of a case is what 95 % of its comparisons stayed within. It is stored in \
      OUT/<suite>/<host>/calibration.csv, and from then on compare believes no smaller change of that case on that machine.

      Example:
        pagebench calibrate benchmarks/quick.toml
        pagebench calibrate benchmarks/contention.toml --filter workload=map --comparisons 20
      """)

  @Argument(help: "The suite file.", completion: .file(extensions: ["toml"]))
  var suite: String

  @Option(help: ArgumentHelp("How often each case is compared with itself.", valueName: "count"))
  var comparisons = 10

  @Option(
    help: ArgumentHelp(
      "Processes on each side of a comparison (default: enough for significance over all cells, at least 6).",
      valueName: "count"))
  var perSide: Int?

  @Option(
    help: ArgumentHelp(
      "Calibrate only cells with this value; a,b are alternatives. Repeat for more keys.", valueName: "key=value"))
  var filter: [String] = []

  @Option(
    help: ArgumentHelp(
      "Leave out cells with this value; a,b are alternatives. Repeat for more.", valueName: "key=value"))
  var exclude: [String] = []

  @Flag(help: "Use the suite's [quick] settings.")
  var quick = false

  @Option(help: ArgumentHelp("The metric to calibrate.", valueName: "name"))
  var metric = MetricName.timePerOperation

  @Option(help: ArgumentHelp("Directory for results.", valueName: "dir"), completion: .directory)
  var out = "results"

  @Option(
    help: ArgumentHelp("Go on with the run in this directory; needs the same options and build.", valueName: "dir"),
    completion: .directory)
  var resume: String?

  func validate() throws {
    guard (2...1000).contains(comparisons) else {
      throw ValidationError("--comparisons \(comparisons): give 2 to 1000; ten make a floor.")
    }
    // With fewer, no difference however large is significant, and nothing can be flagged.
    if let perSide, !(4...100).contains(perSide) {
      throw ValidationError("--per-side \(perSide): give 4 to 100; fewer than 4 find no difference at all.")
    }
    if out.isEmpty { throw ValidationError("--out is empty; name a directory, such as --out results.") }
  }

  func run() async throws {
    let topology = try HostTopology.read()
    let suite = try SuiteLoading.load(suite, isQuick: quick)
    func makePlan(invocations: Int) throws -> Plan {
      try Plan(
        suite, filters: filter, excludes: exclude, invocations: invocations,
        usableCPUs: topology.allowedCPUs.count)
    }
    let cells = try makePlan(invocations: 1).cells.count
    let alpha = ComparisonOptions().alpha
    let needed = MannWhitney.neededPerSide(alpha: alpha, familySize: cells)
    let design = CalibrationDesign(perSide: perSide ?? max(6, needed), comparisons: comparisons)
    if design.perSide < needed {
      StandardError.write(
        "pagebench: warning: with \(design.perSide) processes a side nothing is significant over \(cells) cells after "
          + "the adjustment; \(needed) would do\n")
    }
    let plan = try makePlan(invocations: design.invocations)
    let execution = SuiteExecution(suitePath: self.suite, plan: plan, topology: topology)
    try execution.check()
    StandardError.write(
      "pagebench: \(plan.cells.count) cells, \(design.invocations) processes each, about "
        + "\(DurationText.words(plan.plannedDuration.most))\n")
    let outcome = try await execution.measure(
      into: resume.map { .resumed($0) } ?? .new(base: out), resumption: resumption)
    try SuiteExecution.checkComplete(outcome, of: plan, resumption: resumption)
    let samples = try outcome.directory.readSamples().samples
    let calibration: Calibration
    do { calibration = try Calibration(samples, design: design, options: ComparisonOptions(metric: metric)) } catch {
      throw CommandFailure(status: .nothing, message: "\(error)")
    }
    StandardOutput.write(calibration.text())
    var record = calibration.record(runID: try outcome.directory.readEnvironment().runID)
    if let older = try outcome.directory.readCalibration() { record = record.completed(by: older) }
    try outcome.directory.writeCalibration(record)
    StandardError.write("pagebench: noise floors are in \(outcome.directory.calibrationPath)\n")
  }

  private func resumption(of directory: RunDirectory) -> String {
    var words = ["pagebench", "calibrate", suite, "--comparisons", "\(comparisons)"]
    if let perSide { words += ["--per-side", "\(perSide)"] }
    words += filter.flatMap { ["--filter", $0] } + exclude.flatMap { ["--exclude", $0] }
    if quick { words.append("--quick") }
    return (words + ["--resume", directory.path]).map(ShellWord.quoted).joined(separator: " ")
  }
}
