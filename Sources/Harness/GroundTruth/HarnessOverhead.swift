public import Counters
import Results
public import Topology

/// What the harness itself costs here and now, on work that does nothing, by one worker with a run's counters.
///
/// | cost | how it is measured |
/// |---|---|
/// | per operation | `empty`: the loop that visits slots, with nothing done there; in the number of every workload that has the loop |
/// | per section | `empty-sections`: a window's wall time over its sections, so barrier, clocks and counters at both ends; a steady workload has one section per window |
/// | per section, seen | the same, as far as it lies between the two readings of the wall clock, and so in the section's time |
/// | per window | between windows: gathering results, placement and steal checks; outside all measured time |
///
/// Each is the least of a few windows.
public struct HarnessOverhead: Hashable, Sendable {
  /// Nanoseconds.
  public let perOperation: Double
  public let perSection: Double
  public let perSectionSeen: Double
  public let perWindow: Double

  static let section = "harness"

  /// Takes about 30 ms.
  ///
  /// - Parameter counters: what workers open.
  /// - Throws: ``TrialError``, or what `make` throws; and ``Unmeasured`` when no window saw any work.
  public init(on topology: HostTopology, counters: [CounterSpecification], make: @escaping WorkloadMaker) throws {
    let settings = WindowSettings(warmUpMilliseconds: 0, lengthMilliseconds: 4, count: 3)
    func report(_ workload: String) throws -> TrialReport {
      let cell = GroundTruthCell.make(workload)
      return try TrialRunner(
        TrialSpecification(cell: cell, window: settings, counters: counters), topology: topology, make: make
      ).run()
    }
    func times(_ report: TrialReport) -> [Double] {
      report.windows.compactMap { WindowMetrics(workers: $0.workers).timePerOperation }
    }
    let empty = try report(GroundTruthCell.empty)
    let sections = try report(GroundTruthCell.emptySections)
    let lengths = sections.windows.compactMap { window -> Double? in
      guard let elapsed = window.elapsedNanoseconds, let count = window.workers.first?.sections, count > 0 else {
        return nil
      }
      return Double(elapsed) / Double(count)
    }
    guard let perOperation = times(empty).min(), let seen = times(sections).min(), let perSection = lengths.min(),
      let perWindow = [empty, sections].compactMap(\.harnessNanoseconds).min()
    else { throw Unmeasured() }
    self.perOperation = perOperation
    self.perSection = perSection
    perSectionSeen = seen
    self.perWindow = Double(perWindow) / Double(settings.count)
  }

  public struct Unmeasured: Error, CustomStringConvertible {
    public var description: String { "no operation was completed in some milliseconds: the machine stood still" }
  }

  func add(to record: inout EnvironmentRecord) {
    for (key, value, unit) in [
      ("overhead_per_op", perOperation, "ns/op"), ("overhead_per_section", perSection, "ns"),
      ("overhead_per_section_seen", perSectionSeen, "ns"), ("overhead_per_window", perWindow, "ns"),
    ] {
      record.set(Self.section, key, String(value), unit: unit)
    }
  }
}
