import Statistics

/// When a cell that runs to a precision target is looked at, and what a look decides.
///
/// Looking after every invocation and stopping as soon as the interval is narrow enough would favour accidents: a series
/// that happens to agree with itself early. Here the looks are fixed before the run, and each of the K looks uses an
/// interval of level 1 − 0.05/K. By Bonferroni's inequality all K intervals hold the median together in 95 % of
/// experiments, so the one at which a cell stops does too, whatever made it stop there. The price is an interval that
/// is wider at each look than a single one would be.
///
/// The decision looks at a cell's own spread only, never at a difference between cells or at a p-value, so comparing
/// cells afterwards is not biased towards either side.
public struct PrecisionSchedule: Hashable, Sendable {
  /// Half as many again from look to look, rounded to even numbers, so that ABBA rounds are complete.
  private static let pattern = [8, 12, 18, 26, 40, 60, 90, 134, 200, 300, 450, 676, 1000]

  /// The fewest invocations at which a look can stop, and so the least limit.
  public static let firstLook = 8
  /// The most invocations where a suite does not say.
  public static let standardLimit = 40
  /// Probability that an interval at which a cell stops misses the median.
  public static let alpha = 0.05

  /// Numbers of invocations after which cells are judged; the last one ends every cell.
  public let looks: [Int]

  /// - Parameter limit: the most invocations.
  public init(limit: Int) {
    var looks = Array(Self.pattern.prefix { $0 < limit }) + [limit]
    // With many looks, the level of each is above what the first values can give; a look that cannot stop is none.
    while looks.count > 1, Self.widestLevel(looks[0]) < Self.level(looks.count) { looks.removeFirst() }
    self.looks = looks
  }

  /// Level of the widest interval that so many values have, which is their range.
  private static func widestLevel(_ count: Int) -> Double {
    1 - 2 / Double(sign: .plus, exponent: count, significand: 1)
  }

  private static func level(_ looks: Int) -> Double { 1 - alpha / Double(looks) }

  /// Level of the interval at every look.
  public var level: Double { Self.level(looks.count) }

  /// Half-width of the median's interval, relative to the median.
  ///
  /// - Returns: nil when there are too few values for an interval of the level.
  func relativeHalfWidth(_ values: [Double]) -> Double? {
    guard let median = OrderStatistics.median(values), median > 0,
      let interval = OrderStatistics.medianInterval(values, level: level)
    else { return nil }
    return (interval.upper - interval.lower) / 2 / median
  }
}
