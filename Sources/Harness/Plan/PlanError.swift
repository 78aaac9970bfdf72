public import Results

/// Why a suite cannot be run as asked.
public enum PlanError: Error, Hashable, Sendable, CustomStringConvertible {
  public struct ImpossibleCell: Hashable, Sendable {
    public let cell: Cell
    public let reason: String
  }

  /// No cell is left.
  case nothingToDo(suite: String, why: String)
  /// Not even one shortest invocation of each cell fits into the time.
  case budgetTooSmall(budget: Duration, least: Duration)
  /// The matrix asks for combinations that this build does not have.
  case impossibleCells([ImpossibleCell])

  public var description: String {
    switch self {
    case .nothingToDo(let suite, let why):
      return "suite \(suite): nothing to do: \(why)"
    case .budgetTooSmall(let budget, let least):
      return
        "--budget \(DurationText.words(budget)): one process of each cell takes \(DurationText.words(least)); allow more "
        + "time, or choose fewer cells with --filter and --exclude"
    case .impossibleCells(let cells):
      // The first few tell the pattern; a matrix can hold thousands.
      let shown = cells.prefix(5).map { "  \(CellLabel.full($0.cell)): \($0.reason)" }
      let rest = cells.count > shown.count ? ["  and \(cells.count - shown.count) more"] : []
      return
        ([
          "\(cells.count) cell\(cells.count == 1 ? "" : "s") cannot be run; "
            + "change the values, or leave such cells out with [[exclude]] rows:"
        ]
        + shown + rest).joined(separator: "\n")
    }
  }
}
