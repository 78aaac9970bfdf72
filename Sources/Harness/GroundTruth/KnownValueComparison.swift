import Counters
public import Results

/// What was measured in a window beside what it had to be.
public struct KnownValueComparison: Hashable, Sendable {
  public let known: KnownValue
  /// In the known value's unit; nil when it was not measured.
  public let measured: Double?
  /// How far the measurement may be trusted, and why there is none.
  public let status: MeasurementStatus
  public let reason: String?

  /// nil when nothing was measured.
  public var error: Double? { measured.map(known.error) }
  /// nil when nothing was measured.
  public var holds: Bool? { measured.map(known.holds) }

  /// First part of the names of its rows: `truth` of what the metric is, `bound` of what limits it.
  var rowName: String { known.relation == .equal ? "truth" : "bound" }

  /// - Parameter sums: counters of all workers together.
  init(_ known: KnownValue, workers: [WorkerResult], sums: [CounterReading], _ flags: [SampleFlag]) {
    let metrics = WindowMetrics(workers: workers)
    let found: (value: Double?, status: MeasurementStatus, reason: String?)
    switch known.metric {
    case MetricName.timePerOperation: found = Self.ofWork(metrics.timePerOperation)
    case MetricName.throughput where flags.contains(.oversubscribed):
      found = (nil, .notCounted, "more workers than CPUs: they took turns, and their times overlap in part")
    case MetricName.throughput: found = Self.ofWork(metrics.throughput)
    case "fairness": found = Self.ofWork(metrics.fairness)
    default:
      let reading = sums.first { "ctr.\($0.name)" == known.metric }
      found = (
        reading?.scaledValue, reading?.recordedStatus ?? .notCounted,
        reading == nil ? "nobody counts it: name its group in counters" : reading?.note
      )
    }
    self.known = known
    (measured, status, reason) = found
  }

  /// All that a window of a report is known to be.
  public static func all(of window: WindowResult) -> [KnownValueComparison] {
    let sums = CounterReading.sum(of: window.workers.map(\.counters))
    let flags = window.flags.map { SampleFlag(rawValue: $0) }
    return window.knownValues.map { KnownValueComparison($0, workers: window.workers, sums: sums, flags) }
  }

  private static func ofWork(_ value: Double?) -> (Double?, MeasurementStatus, String?) {
    value == nil ? (nil, .notCounted, "no operation was completed in the window") : (value, .ok, nil)
  }
}
