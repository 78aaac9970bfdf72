import Counters
import Harness
import Reporting
import Results
import Topology

/// What `pagebench doctor` says about measurements whose answer is known: workloads in processes of their own, as `run` measures them,
/// and what was measured beside what it had to be.
///
/// Times are taken from the window with the least time per operation, since every disturbance adds to it; counts and bounds have to hold in
/// every window. What is off is measured again, up to three times in all.
struct GroundTruthReport {
  private struct Check {
    let what: String
    let cell: Cell
    var window = GroundTruthReport.windowsOfTimes
  }

  private struct Finding {
    let comparison: KnownValueComparison
    let attempts: Int
  }

  private static let attemptLimit = 3
  /// Short, so that one of them is left alone by timers and other programs.
  private static let windowsOfTimes = WindowSettings(warmUpMilliseconds: 10, lengthMilliseconds: 2, count: 20)
  private static let windowsOfCounts = WindowSettings(warmUpMilliseconds: 10, lengthMilliseconds: 20, count: 3)

  private let topology: HostTopology
  private let counters: CounterPlan
  private let process = TrialProcess()

  /// - Parameter catalogue: where the counters of known counts stand.
  init(_ catalogue: CounterCatalogue, on topology: HostTopology) {
    self.topology = topology
    counters = CounterPlan.prepare(groups: ["software", "kernel"], of: catalogue).plan
  }

  private var checks: [Check] {
    let delays = [10, 100, 1000, 10_000].map { delay in
      Check(
        what: "delay of \(NumberText.quantity(Double(delay), unit: "ns"))",
        cell: GroundTruthCell.make("calibrated-delay", parameters: ["delay-ns": String(delay)]))
    }
    let lock = ["critical-ns": "1000", "parallel-ns": "1000"]
    var checks =
      delays + [Check(what: "lock, 1 thread", cell: GroundTruthCell.make("calibrated-lock", parameters: lock))]
    let threads = min(8, topology.allowedCPUs.count)
    if threads > 1 {
      checks.append(
        Check(
          what: "lock, \(threads) threads",
          cell: GroundTruthCell.make("calibrated-lock", threads: threads, parameters: lock)
        ))
    }
    return checks + [
      Check(
        what: "page faults", cell: GroundTruthCell.make("known-faults", parameters: ["pages-per-op": "16"]),
        window: Self.windowsOfCounts),
      Check(what: "context switches", cell: GroundTruthCell.make("known-switches"), window: Self.windowsOfCounts),
      Check(what: "TLB flushes", cell: GroundTruthCell.make("known-flushes"), window: Self.windowsOfCounts),
    ]
  }

  /// Measures everything.
  ///
  /// - Returns: the section's text, and whether all counts are what they have to be; times on a busy machine may be off.
  func run() async throws -> (text: String, countsHold: Bool) {
    if Hypervisor.isEmulator {
      return ("ground truth: skipped, for no time means anything on an emulated processor\n", true)
    }
    var table = TextTable([
      .init("ground truth"), .init("workload"), .init("metric"), .init("expected", .right), .init("measured", .right),
      .init("error", .right), .init("attempts", .right), .init("verdict"),
    ])
    var notes: [String] = []
    var countsHold = true
    for check in checks {
      let finding: Finding
      do { finding = try await measure(check) } catch let failure as Failure {
        notes.append("\(check.what): \(failure.reason)")
        table.append([check.what, check.cell.workload, "", "", "", "", "", "failed [\(notes.count)]"])
        countsHold = false
        continue
      }
      let comparison = finding.comparison
      var verdict = comparison.holds.map { $0 ? "holds" : "off" } ?? "not measured"
      if comparison.holds == false, comparison.known.tolerance == 0 { countsHold = false }
      if let remark = Self.remark(comparison) {
        let note = "\(check.what): \(remark)"
        notes.append(note)
        verdict += " [\(notes.count)]"
      }
      table.append(
        [check.what, check.cell.workload] + Self.cells(comparison) + [String(finding.attempts), verdict])
    }
    return (table.text() + notes.enumerated().map { "[\($0 + 1)] \($1)\n" }.joined(), countsHold)
  }

  private struct Failure: Error { let reason: String }

  private func measure(_ check: Check) async throws -> Finding {
    for attempt in 1... {
      let specification = TrialSpecification(
        cell: check.cell, window: check.window,
        counters: counters.counters.map(\.specification).filter { Self.needed.contains($0.name) })
      switch try await process.measure(specification, timeout: specification.timeLimit) {
      case .failed(let failure): throw Failure(reason: failure.reason)
      case .measured(let report):
        if let violation = report.windows.flatMap(\.violations).first { throw Failure(reason: violation) }
        guard let comparison = Self.verdict(report) else { throw Failure(reason: "no operation was completed") }
        if comparison.holds != false || attempt == Self.attemptLimit {
          return Finding(comparison: comparison, attempts: attempt)
        }
      }
    }
    preconditionFailure("attempts end")
  }

  /// Counters with a known count.
  private static let needed: Set = ["page-faults", "context-switches", "tlb-flush-events"]

  private static func verdict(_ report: TrialReport) -> KnownValueComparison? {
    let all = report.windows.flatMap(KnownValueComparison.all)
    guard let first = all.first else { return nil }
    if first.known.metric == MetricName.timePerOperation {
      return all.min { $0.measured ?? .infinity < $1.measured ?? .infinity }
    }
    // The first that does not hold stands for all.
    return all.first { $0.holds == false } ?? all.first { $0.holds == nil } ?? first
  }

  private static func cells(_ comparison: KnownValueComparison) -> [String] {
    let sign =
      switch comparison.known.relation {
      case .equal: ""
      case .atMost: "<= "
      case .atLeast: ">= "
      }
    func text(_ value: Double) -> String {
      comparison.known.tolerance == 0 ? String(Int(value)) : NumberText.quantity(value, unit: comparison.known.unit)
    }
    let error = comparison.error.map { error in
      "\(error < 0 ? "-" : "+")\(NumberText.fixed(abs(error) * 100, decimals: 2)) %"
    }
    return [
      comparison.known.metric, sign + text(comparison.known.value), comparison.measured.map(text) ?? "",
      error ?? "",
    ]
  }

  /// Why there is no verdict, or what to do about a bad one.
  private static func remark(_ comparison: KnownValueComparison) -> String? {
    guard let holds = comparison.holds else {
      return "\(comparison.status.rawValue): \(comparison.reason ?? "no reason is known")"
    }
    if holds { return nil }
    return comparison.known.tolerance == 0
      ? "the counter and the kernel disagree; do not believe \(comparison.known.metric) on this machine"
      : "the clock and the arithmetic disagree: the CPU changes its frequency or is shared; end other work, fix the "
        + "frequency, and try again"
  }
}
