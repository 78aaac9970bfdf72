import Glibc
import Results
import Testing
import Topology

@testable import Harness

/// What the harness says about its own costs. Sleeps last at least as long as they are told, so these bounds hold on any machine.
struct HarnessOverheadTests {
  /// Each section takes 300 µs that no clock sees, and each report a known number of operations.
  private static func workload(of cell: Cell) -> ErasedWorkload {
    ErasedWorkload(
      setUp: { _ in },
      run: { worker, window in
        while window.begin(worker) {
          if cell.workload == "empty" { usleep(1000) }
          window.end(worker, cell.workload == "empty" ? 10 : 1)
          usleep(300)
        }
      },
      check: { [] }, residencySample: { _ in [] }, memory: { nil })
  }

  @Test func `A section costs what passes between sections, too`() throws {
    let overhead = try HarnessOverhead(
      on: try HostTopology.read(), counters: [], make: { cell, _, _ in Self.workload(of: cell) })
    // Ten operations in 1 ms.
    #expect(overhead.perOperation >= 100_000)
    #expect(overhead.perSection >= 300_000)
    #expect(overhead.perSectionSeen > 0 && overhead.perWindow > 0)
    var record = EnvironmentRecord(runID: "x")
    overhead.add(to: &record)
    #expect(
      record.entries.map { [$0.section, $0.key, $0.unit] } == [
        ["harness", "overhead_per_op", "ns/op"], ["harness", "overhead_per_section", "ns"],
        ["harness", "overhead_per_section_seen", "ns"], ["harness", "overhead_per_window", "ns"],
      ])
  }

  @Test func `Work without an operation has no cost that could be told`() throws {
    let idle = ErasedWorkload(
      setUp: { _ in }, run: { worker, window in while window.begin(worker) { window.end(worker, 0) } }, check: { [] },
      residencySample: { _ in [] }, memory: { nil })
    #expect(throws: HarnessOverhead.Unmeasured.self) {
      try HarnessOverhead(on: try HostTopology.read(), counters: [], make: { _, _, _ in idle })
    }
  }

  @Test func `Recording is a share of the windows' time`() {
    var cost = RecordingCost()
    var record = EnvironmentRecord(runID: "x")
    cost.add(to: &record)
    // Nothing was recorded: no number, and no zero.
    #expect(record.entries.isEmpty)
    cost.add(.milliseconds(3), windows: .milliseconds(100))
    cost.add(.milliseconds(1), windows: .milliseconds(100))
    cost.add(to: &record)
    // 4 ms of 200 ms; 2 ms for each of two.
    #expect(record["harness", "recording_share"] == "0.02")
    #expect(record["harness", "recording_per_invocation"] == "2000000")
  }

  @Test func `Recording is tried out in a directory that is gone afterwards`() throws {
    let directory = try TemporaryDirectory()
    let window = WindowResult(
      window: 0, startedMilliseconds: 0, workers: [Fixture.worker(operations: 100, active: 10_200)], flags: [],
      violations: [], memory: nil)
    let probe = try RecordingProbe(
      TrialReport(windows: [window], warnings: []), of: GroundTruthCell.make("empty"), below: directory.path)
    // Throughput and time per operation, and the worker's own.
    #expect(probe.rowCount == 3)
    #expect(probe.perInvocation > .zero)
    #expect(TextFile.names(inDirectory: directory.path).allSatisfy { [".", ".."].contains($0) })
    #expect(throws: (any Error).self) {
      try RecordingProbe(
        TrialReport(windows: [window], warnings: []), of: GroundTruthCell.make("empty"), below: "/proc/self")
    }
  }
}
