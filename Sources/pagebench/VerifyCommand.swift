import ArgumentParser
import Results

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks results files against the schema.",
    discussion: """
      Findings go to standard output, one per line. Exits 1 when the data cannot be used as it stands; a torn last \
      record is a warning, for everything before it is whole.

      Example:
        pagebench verify results/
      """)

  @Argument(help: "A run directory, a directory above runs, or a samples file.", completion: .file())
  var path: String

  func run() throws {
    let report = ResultsVerifier.verify(path)
    for finding in report.findings { StandardOutput.write("\(finding)\n") }
    func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
    StandardOutput.write(
      "\(count(report.rowCount, "row"))"
        + (report.histogramRowCount > 0 ? " and \(count(report.histogramRowCount, "histogram row"))" : "")
        + " in \(count(report.sampleFileCount, "file")), "
        + "\(count(report.findings.count, "finding"))\n")
    if report.hasErrors { throw ExitStatus.failure }
  }
}
