import ArgumentParser
import Counters
import Harness
import Reporting
import Results
import Topology

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Shows what this machine can measure: CPUs, nodes, permissions and every counter with its status.",
    discussion: """
      Facts first, then what they mean for measurements, with advice; `run --strict` refuses a machine with a disturbance. \
      Every counter is opened and made to count work whose result is known. Exits 0 when the counters that need no \
      hardware (the preset min) work, else 1.

      Example:
        pagebench doctor
        pagebench doctor --counters
      """)

  @Flag(help: "Only the counters.")
  var counters = false

  func run() async throws {
    let catalogue = try CounterGroupLoading.load()
    if !counters {
      let collector = EnvironmentCollector(topology: try HostTopology.read())
      let record = collector.collect(runID: RunID.generate(), revision: await RevisionReader().read())
      printFacts(record)
      printFindings(EnvironmentJudgement.findings(before: record))
    }
    let report = CounterReport(catalogue, machine: .current())
    StandardOutput.write(report.text())
    printUnits()
    if !report.isUsable(group: "min") { throw ExitStatus.failure }
  }

  private func printFacts(_ record: EnvironmentRecord) {
    var table = TextTable([.init("section"), .init("fact"), .init("value")])
    var previous: String?
    for entry in record.entries {
      if let previous, previous != entry.section { table.appendGap() }
      previous = entry.section
      let value = entry.value.map { entry.unit.isEmpty ? $0 : "\($0) \(entry.unit)" } ?? "(unknown)"
      table.append([entry.section, entry.key, value])
    }
    StandardOutput.write(table.text() + "\n")
  }

  private func printFindings(_ findings: [EnvironmentFinding]) {
    guard !findings.isEmpty else {
      StandardOutput.write("nothing speaks against measuring on this machine now\n\n")
      return
    }
    for grade in [EnvironmentFinding.Grade.disturbance, .remark] {
      for finding in findings where finding.grade == grade {
        StandardOutput.write("\(grade.rawValue) \(finding.name): \(finding.what)\n    \(finding.advice)\n")
      }
    }
    StandardOutput.write("\n")
  }

  /// The units whose events a counter can name, as libpfm finds them.
  private func printUnits() {
    var table = TextTable([.init("unit"), .init("events", .right), .init("what it is")])
    for unit in LinuxPerfEvents.presentUnits() {
      table.append([unit.name, String(unit.eventCount), unit.summary])
    }
    StandardOutput.write("\n" + table.text() + "units by libpfm \(LinuxPerfEvents.libraryVersion)\n")
  }
}
