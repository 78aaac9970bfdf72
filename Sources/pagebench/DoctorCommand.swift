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
      Every counter is opened and made to count work whose result is known. Workloads with a known answer run as in any \
      suite, for about two seconds: delays, a lock, page faults, context switches, TLB flushes; --no-ground-truth leaves \
      them out. Exits 0 when the counters that need no hardware (the preset min) work and no known count is off, else 1.

      --placement pins a worker to every usable CPU, takes memory as it under every policy, and asks the kernel where \
      each page lies; exits 1 when one is elsewhere.

      Example:
        pagebench doctor
        pagebench doctor --counters
        pagebench doctor --placement
        pagebench doctor --sysfs-root Tests/TopologyTests/Machines/eight-nodes.machine
      """)

  @Flag(help: "Only the counters.")
  var counters = false

  @Flag(help: "Leave out the workloads with a known answer.")
  var noGroundTruth = false

  @Flag(help: "Only whether threads and memory go where policies send them, page by page.")
  var placement = false

  @OptionGroup var machine: MachineOptions

  func validate() throws {
    if counters, placement { throw ValidationError("--counters and --placement each leave out the other; give one.") }
    if machine.sysfsRoot != nil, counters || placement {
      throw ValidationError(
        "--sysfs-root describes another machine; counters and placement can be tried on this one only.")
    }
  }

  func run() async throws {
    let topology = try machine.topology()
    if placement { return try checkPlacement(topology) }
    // First, so that a missing folder is not found after a page of facts; a recorded machine's counters cannot be tried.
    let catalogue = try machine.sysfsRoot == nil ? CounterGroupLoading.load() : nil
    if !counters {
      let collector = EnvironmentCollector(topology: topology, tree: try machine.tree())
      let record = collector.collect(runID: RunID.generate(), revision: await RevisionReader().read())
      // Of a recorded machine only the machine is known: program, load and clocks would be this one's.
      printFacts(machine.sysfsRoot == nil ? record.entries : record.entries.filter { $0.section == "host" })
      StandardOutput.write(PlacementTable.text(topology) + "\n")
      if machine.sysfsRoot == nil { printFindings(EnvironmentJudgement.findings(before: record)) }
    }
    guard let catalogue else { return }
    var countsHold = true
    if !counters {
      StandardOutput.write(OverheadReport(catalogue, on: topology).text() + "\n")
      if !noGroundTruth {
        let truth = try await GroundTruthReport(catalogue, on: topology).run()
        StandardOutput.write(truth.text + "\n")
        countsHold = truth.countsHold
      }
    }
    let report = CounterReport(catalogue, machine: .current())
    StandardOutput.write(report.text())
    printUnits()
    if !countsHold {
      StandardError.write("pagebench: work of a known answer was measured otherwise: see ground truth above\n")
    }
    if !report.isUsable(group: "min") || !countsHold { throw ExitStatus.failure }
  }

  private func checkPlacement(_ topology: HostTopology) throws {
    let (text, failures) = try PlacementCheck(on: topology).run()
    StandardOutput.write(text)
    guard failures > 0 else { return }
    StandardError.write("pagebench: \(failures) polic\(failures == 1 ? "y does" : "ies do") not hold on this machine\n")
    throw ExitStatus.failure
  }

  private func printFacts(_ entries: [EnvironmentRecord.Entry]) {
    var table = TextTable([.init("section"), .init("fact"), .init("value")])
    var previous: String?
    for entry in entries {
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
