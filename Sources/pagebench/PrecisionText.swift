import Harness
import Reporting

/// What became of a precision target.
enum PrecisionText {
  static func summary(_ outcome: PrecisionOutcome) -> String {
    let counts = outcome.cells.map(\.invocations)
    let range = counts.min() == counts.max() ? "\(counts.max() ?? 0)" : "\(counts.min() ?? 0) to \(counts.max() ?? 0)"
    let reached =
      "\(outcome.reachedCount) of \(outcome.cells.count) cells reached their precision, with \(range) processes per cell"
    let others = outcome.cells.filter { !$0.isReached }
    guard let widest = others.max(by: { $0.halfWidth ?? .infinity < $1.halfWidth ?? .infinity }) else { return reached }
    let width = widest.halfWidth.map { "\(NumberText.significant(100 * $0, digits: 2)) %" } ?? "no interval"
    return "\(reached); widest: \(width) (\(CellLabel.full(widest.cell)))"
  }
}
