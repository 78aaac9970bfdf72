import Statistics

/// When a series of windows counts as settled: no drift, and little scatter.
///
/// Both limits must hold over the last ``windowLimit`` values. Drift is the Theil–Sen slope times the number of values,
/// relative to their median: how far the series moved from its first to its last value, by a line that one odd window
/// in four cannot bend. Scatter is the coefficient of variation.
public struct SteadyState: Hashable, Codable, Sendable {
  /// 2 % of drift, the change below which `compare` calls two runs equivalent; 5 % of scatter.
  public static let standard = SteadyState(maxDrift: 0.02, maxVariation: 0.05)

  /// Values that are judged; earlier ones may still be part of the warm-up.
  static let windowLimit = 5
  /// Fewer values say nothing about a trend.
  static let leastWindows = 3

  /// Largest drift over the judged values, as a fraction of their median.
  public var maxDrift: Double
  /// Largest coefficient of variation.
  public var maxVariation: Double

  public init(maxDrift: Double, maxVariation: Double) {
    self.maxDrift = maxDrift
    self.maxVariation = maxVariation
  }

  /// Whether the series has settled; nil when it is too short to tell or holds a value that is not positive.
  func holds(_ series: [Double]) -> Bool? {
    let last = Array(series.suffix(Self.windowLimit))
    guard last.count >= Self.leastWindows, last.allSatisfy({ $0 > 0 }),
      let slope = TheilSen.slope(last), let median = OrderStatistics.median(last),
      let variation = OrderStatistics.coefficientOfVariation(last)
    else { return nil }
    return (slope * Double(last.count)).magnitude <= maxDrift * median && variation <= maxVariation
  }
}
