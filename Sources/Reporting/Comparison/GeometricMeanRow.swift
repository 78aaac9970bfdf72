/// Geometric mean of the ratios of one group of rows against one head.
public struct GeometricMeanRow: Hashable, Sendable {
  /// Value of the row key; nil when rows are not grouped.
  public let rowValue: String?
  public let headName: String
  /// nil when no row of the group has a ratio.
  public let ratio: Double?
  /// Rows that entered.
  public let usedCount: Int
  /// Rows without a ratio: only on one side, incomparable, without data, or not positive.
  public let excludedCount: Int
}
