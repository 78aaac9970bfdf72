public import ArgumentParser
public import Reporting
import Results

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares two runs, or the values of one key inside one run, with a verdict per case.",
    discussion: """
      BASE and HEAD are run directories or samples files. Without HEAD, --col names the key whose values are compared.

      ratio is head over base, with its interval; p adj is the Mann-Whitney test's p, adjusted by Holm for all rows; \
      MDE is the smallest change that so many invocations with this spread would find in four of five experiments. \
      A row is regressed or improved when p adj is below 5 % and the whole interval lies beyond 2 %, or beyond the \
      machine's noise floor for the case where that is higher: see pagebench calibrate. With --col, tables \
      say slower and faster, or worse and better; csv and json say regressed and improved in either case.

      Example:
        pagebench compare RUN --col strategy --base global --row workload
        pagebench compare before/samples.csv after/samples.csv --gate
      """)

  @Argument(help: "The run or samples file to compare with.", completion: .file())
  var base: String

  @Argument(help: "The run or samples file that is new.", completion: .file())
  var head: String?

  @Option(help: ArgumentHelp("Group rows by the values of this key.", valueName: "key"))
  var row: String?

  @Option(help: ArgumentHelp("Compare the values of this key inside BASE.", valueName: "key"))
  var col: String?

  @Option(
    name: [.customLong("base"), .customLong("base-value")],
    help: ArgumentHelp("The value of --col that the others are compared with.", valueName: "value"))
  var baseValue: String?

  @Option(help: ArgumentHelp("The metric to compare.", valueName: "name"))
  var metric = MetricName.timePerOperation

  @Option(help: "What stands for a case: median (with test and interval) or minimum (ratio only).")
  var statistic = CaseStatistic.median

  @Option(help: "How to print it.")
  var format = ComparisonFormat.text

  @Flag(
    inversion: .prefixedNo,
    help: "Believe no change below the machine's noise floors, which `pagebench calibrate` stores beside the runs.")
  var calibration = true

  @Flag(help: "Exit 4 when a case regressed.")
  var gate = false

  @Flag(help: "With --gate, exit 5 when a case is inconclusive.")
  var strict = false

  func validate() throws {
    if head != nil, col != nil {
      throw ValidationError("--col compares inside one run; leave HEAD out, or leave --col out to compare two runs.")
    }
    if head == nil, col == nil {
      throw ValidationError(
        "Give HEAD to compare two runs, or --col KEY to compare inside one, such as --col strategy.")
    }
    if baseValue != nil, col == nil { throw ValidationError("--base is the base value of --col KEY; give both.") }
    if strict, !gate { throw ValidationError("--strict sharpens --gate; give both.") }
    if gate, statistic == .minimum {
      throw ValidationError("--gate needs a test, and a minimum has none; leave --statistic minimum out.")
    }
  }

  func run() throws {
    let options = ComparisonOptions(
      metric: metric, statistic: statistic, calibration: calibration ? try storedCalibration() : nil, rowKey: row)
    let comparison = try comparison(options)
    StandardOutput.write(comparison.formatted(format))
    if comparison.comparedCount == 0 { throw ExitStatus.nothing }
    guard gate else { return }
    if comparison.count(of: .regressed) > 0 { throw ExitStatus.regressed }
    if strict, comparison.count(of: .inconclusive) > 0 { throw ExitStatus.inconclusive }
  }

  private func comparison(_ options: ComparisonOptions) throws -> Comparison {
    let baseSamples = try read(base)
    do {
      if let col { return try Comparison(of: baseSamples, over: col, base: baseValue, options: options) }
      guard let head else { throw ExitStatus.usage }
      let headSamples = try read(head)
      reportEnvironments(head: head)
      return try Comparison(
        base: baseSamples, head: headSamples, baseName: base, headName: head, options: options)
    } catch let error as ComparisonError {
      throw CommandFailure(status: .nothing, message: "\(error)")
    }
  }

  /// The noise floors stored beside either run; nil where there are none.
  private func storedCalibration() throws -> CalibrationRecord? {
    var record: CalibrationRecord?
    for path in [head, base].compactMap({ $0 }) {
      // A samples file by itself belongs to no machine.
      guard let run = try? RunDirectory.open(path) else { continue }
      do {
        guard let found = try run.readCalibration() else { continue }
        record = record?.completed(by: found) ?? found
      } catch { throw CommandFailure(status: .failure, message: "\(error)") }
    }
    return record
  }

  /// Whole samples of a run or file; a torn last record is left out with a warning.
  private func read(_ path: String) throws -> [Sample] {
    do {
      let file = try path.hasSuffix(".csv") ? SampleFile.read(path: path) : RunDirectory.open(path).readSamples()
      if let torn = file.tornTail { StandardError.write("pagebench: warning: \(file.path): \(torn)\n") }
      return file.samples
    } catch {
      throw CommandFailure(status: .failure, message: "\(error)")
    }
  }

  /// Says in what the machines of two runs differ; files without an environment beside them say nothing.
  private func reportEnvironments(head: String) {
    guard let baseRecord = try? RunDirectory.open(base).readEnvironment(),
      let headRecord = try? RunDirectory.open(head).readEnvironment()
    else { return }
    let differences = baseRecord.differences(from: headRecord, sections: ["host", "kernel", "power", "build"])
    for difference in differences {
      StandardError.write(
        "pagebench: warning: \(difference.section).\(difference.key) differs: base \(difference.first ?? "unknown"), "
          + "head \(difference.second ?? "unknown")\n")
    }
  }
}

extension CaseStatistic: ExpressibleByArgument {}
extension ComparisonFormat: ExpressibleByArgument {}
