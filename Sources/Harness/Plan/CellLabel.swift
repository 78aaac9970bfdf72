public import Results

/// A cell in one line, `key=value` as in suites and filters.
public enum CellLabel {
  /// Everything but the suite.
  public static func full(_ cell: Cell) -> String { label(cell, leavingOut: ["suite"]) }

  /// Without keys whose value is the same in all of `cells`: what tells this cell from the others.
  static func short(_ cell: Cell, among cells: [Cell]) -> String {
    let constant = cell.identityKeys.filter { key in
      cells.allSatisfy { $0.identity(key) == cell.identity(key) }
    }
    let text = label(cell, leavingOut: Set(constant).union(["suite"]))
    return text.isEmpty ? cell.workload : text
  }

  private static func label(_ cell: Cell, leavingOut keys: Set<String>) -> String {
    cell.identityKeys.filter { !keys.contains($0) }
      .compactMap { key in cell.identity(key).map { "\(key)=\($0)" } }
      .joined(separator: " ")
  }
}
