import Counters
import Glibc
import Harness
import Reporting
import Results
import Topology

/// What `pagebench doctor` says about the harness's own costs: measured on work that does nothing.
struct OverheadReport {
  private static let window = 100e6

  private let topology: HostTopology
  private let counters: [CounterSpecification]

  /// - Parameter catalogue: counters are read at both ends of a section, so the group `software`, the default, is part of its cost.
  init(_ catalogue: CounterCatalogue, on topology: HostTopology) {
    self.topology = topology
    counters = CounterPlan.prepare(groups: ["software"], of: catalogue).plan.specifications(ofInvocation: 0)
  }

  func text() -> String {
    if Hypervisor.isEmulator { return "overhead: not measured, for no time means anything on an emulated processor\n" }
    let overhead: HarnessOverhead
    do {
      overhead = try HarnessOverhead(on: topology, counters: counters, make: WorkloadMaking.make)
    } catch { return "overhead: not measured: \(error)\n" }
    var table = TextTable([.init("overhead"), .init("cost", .right), .init("share", .right), .init("what it is")])
    table.append([
      "operation", Self.nanoseconds(overhead.perOperation), "", "the loop that visits slots, in every operation's time",
    ])
    table.append([
      "section, seen", Self.nanoseconds(overhead.perSectionSeen), Self.share(overhead.perSectionSeen),
      "between the readings of the clock at the ends of a section",
    ])
    table.append([
      "section", Self.nanoseconds(overhead.perSection), Self.share(overhead.perSection),
      "clocks, counters of the group software and barrier, one worker",
    ])
    table.append([
      "window", Self.nanoseconds(overhead.perWindow), "",
      "between two windows: results, steal, placement; not in any time",
    ])
    let base = Self.base
    do {
      let probe = try recording(below: base)
      let nanoseconds = probe.perInvocation / .nanoseconds(1)
      table.append([
        "recording", Self.nanoseconds(nanoseconds), Self.share(nanoseconds / Self.windows),
        "rows and flushes for a process of five windows, after it has ended; below \(base)",
      ])
    } catch { table.append(["recording", "", "", "not measured: \(error)"]) }
    return table.text()
      + "shares are of a window of 100 ms, as one section; env.csv of every run has its own figures in section harness\n"
  }

  private static let windows = 5.0

  /// Where runs go by default, if that is there: the file system makes the difference.
  private static var base: String {
    // SAFETY: reads NUL-terminated strings.
    unsafe access("results", W_OK | X_OK) == 0 ? "results" : "/tmp"
  }

  private func recording(below base: String) throws -> RecordingProbe {
    let cell = GroundTruthCell.make("empty")
    let report = try TrialRunner(
      TrialSpecification(
        cell: cell, window: WindowSettings(warmUpMilliseconds: 0, lengthMilliseconds: 4, count: Int(Self.windows)),
        counters: counters), topology: topology, make: WorkloadMaking.make
    ).run()
    return try RecordingProbe(report, of: cell, below: base)
  }

  private static func nanoseconds(_ value: Double) -> String { NumberText.quantity(value, unit: "ns") }

  private static func share(_ nanoseconds: Double) -> String {
    "\(NumberText.significant(nanoseconds / window * 100, digits: 2)) %"
  }
}
