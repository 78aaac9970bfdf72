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
      Every counter is opened and made to count work whose result is known. Exits 0 when the counters that need no \
      hardware work, else 1.

      Example:
        pagebench doctor
        pagebench doctor --counters
      """)

  @Flag(help: "Only the counters.")
  var counters = false

  func run() async throws {
    if !counters {
      let collector = EnvironmentCollector(topology: try HostTopology.read())
      let record = collector.collect(runID: RunID.generate(), revision: await RevisionReader().read())
      printFacts(record)
    }
    let diagnoses = CounterProbe().diagnose()
    printCounters(diagnoses)
    printUnits()
    let needed = Set(CounterCatalogue.software.counters.map(\.name))
    if diagnoses.contains(where: { needed.contains($0.name) && !$0.status.isUsable }) { throw ExitStatus.failure }
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

  private func printCounters(_ diagnoses: [CounterDiagnosis]) {
    var table = TextTable([
      .init("counter"), .init("event"), .init("type:config"), .init("source"), .init("status"), .init("self-test"),
    ])
    for diagnosis in diagnoses {
      let encoding = diagnosis.type.flatMap { type in
        diagnosis.config.map { "\(type):0x\(String($0, radix: 16))" }
      }
      let count = diagnosis.selfTestCount.map { "\($0), wanted \(diagnosis.expectation)" }
      table.append([
        diagnosis.name, diagnosis.qualifiedEvent ?? diagnosis.requestedEvent, encoding ?? "", diagnosis.source,
        diagnosis.status.rawValue, count ?? "",
      ])
    }
    StandardOutput.write(table.text())
    let remarks = Self.remarks(diagnoses)
    if !remarks.isEmpty { StandardOutput.write("\n" + remarks.map { "\($0)\n" }.joined()) }
  }

  /// The units whose events a counter can name, as libpfm finds them.
  private func printUnits() {
    var table = TextTable([.init("unit"), .init("events", .right), .init("counters", .right), .init("what it is")])
    for unit in LinuxPerfEvents.presentUnits() {
      let counters = unit.counterCount > 0 ? String(unit.counterCount) : ""
      table.append([unit.name, String(unit.eventCount), counters, unit.summary])
    }
    StandardOutput.write("\n" + table.text() + "units by libpfm \(LinuxPerfEvents.libraryVersion)\n")
  }

  /// Reason and remedy, once for all counters that share them.
  private static func remarks(_ diagnoses: [CounterDiagnosis]) -> [String] {
    var texts: [String] = []
    var names: [String: [String]] = [:]
    for diagnosis in diagnoses {
      guard let reason = diagnosis.reason else { continue }
      let text = reason + (diagnosis.remedy.map { "; \($0)" } ?? "")
      if names[text] == nil { texts.append(text) }
      names[text, default: []].append(diagnosis.name)
    }
    return texts.map { "\((names[$0] ?? []).joined(separator: ", ")): \($0)" }
  }
}
