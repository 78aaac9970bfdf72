/// A line through points that are mostly right: the median of the slopes between all pairs.
///
/// Stands as long as fewer than 29 % of the points are wrong, where least squares fall to a single one. Theil 1950,
/// Sen 1968.
public enum TheilSen {
  /// Change of the value per step of a series taken at equal distances.
  ///
  /// - Returns: nil for fewer than two values.
  /// - Complexity: O(n² log n) time, O(n²) memory.
  public static func slope(_ values: [Double]) -> Double? {
    var slopes: [Double] = []
    for second in values.indices.dropFirst() {
      for first in 0..<second { slopes.append((values[second] - values[first]) / Double(second - first)) }
    }
    return OrderStatistics.median(slopes)
  }
}
