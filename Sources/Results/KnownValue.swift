/// What a metric of a window has to be, known from how the work was made and not from measuring it.
///
/// A workload with a known answer hands these over after every window; the harness holds what it measured against them. That
/// is a test of the harness, of its counters and of the machine, not of the workload.
public struct KnownValue: Hashable, Codable, Sendable {
  public enum Relation: String, CaseIterable, Codable, Sendable {
    /// The metric is this.
    case equal
    /// The metric cannot be more than this.
    case atMost = "at_most"
    /// The metric cannot be less than this.
    case atLeast = "at_least"
  }

  /// The metric's name in scope `all`: `time_per_op`, `throughput`, `fairness`, or `ctr.` and a counter's name.
  public let metric: String
  public let relation: Relation
  /// Greater than 0, in `unit`.
  public let value: Double
  /// The metric's own unit.
  public let unit: String
  /// By how much a measurement may miss, as a fraction of `value`: 0 for counts, which are exact.
  public let tolerance: Double

  /// - Precondition: `value` is positive and finite, `tolerance` not negative.
  public init(metric: String, _ relation: Relation, _ value: Double, unit: String, tolerance: Double) {
    precondition(value > 0 && value.isFinite, "\(metric): an error relative to \(value) says nothing")
    precondition(tolerance >= 0, "\(metric): a negative tolerance holds for nothing")
    self.metric = metric
    self.relation = relation
    self.value = value
    self.unit = unit
    self.tolerance = tolerance
  }

  /// How far a measurement lies from what it has to be, as a fraction of it; negative when it is less. Of a bound: how far from
  /// the bound, on either side.
  public func error(of measured: Double) -> Double { (measured - value) / value }

  /// Whether a measurement is what it has to be, within the tolerance.
  public func holds(for measured: Double) -> Bool {
    let error = error(of: measured)
    return switch relation {
    case .equal: abs(error) <= tolerance
    case .atMost: error <= tolerance
    case .atLeast: error >= -tolerance
    }
  }
}
