public import Results

/// How precise a run with a precision target became.
public struct PrecisionOutcome: Hashable, Sendable {
  public struct Cell: Hashable, Sendable {
    public let cell: Results.Cell
    /// Relative half-width that was wanted.
    public let target: Double
    /// Invocations that yielded a value.
    public let invocations: Int
    /// Relative half-width at the end, of an interval as the looks use it; nil when there were too few values for one.
    public let halfWidth: Double?

    public var isReached: Bool { halfWidth.map { $0 <= target } ?? false }
  }

  /// By label.
  public let cells: [Cell]

  public var reachedCount: Int { cells.count(where: \.isReached) }
}
