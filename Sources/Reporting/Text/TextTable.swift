/// A table for a terminal or a Markdown page: columns as wide as their widest cell, numbers to the right, no blanks at
/// line ends. Widths count characters, so accents and symbols are right; characters of double width are not known.
public struct TextTable: Sendable {
  public enum Alignment: Sendable { case left, right }

  public struct Column: Sendable {
    public let title: String
    public let alignment: Alignment

    public init(_ title: String, _ alignment: Alignment = .left) {
      self.title = title
      self.alignment = alignment
    }
  }

  private enum Line {
    case cells([String])
    case gap
  }

  private let columns: [Column]
  private var lines: [Line] = []

  /// - Precondition: at least one column.
  public init(_ columns: [Column]) {
    precondition(!columns.isEmpty, "a table needs at least one column")
    self.columns = columns
  }

  /// - Precondition: one cell per column. Line breaks inside cells become blanks.
  public mutating func append(_ cells: [String]) {
    precondition(cells.count == columns.count, "a table row must have \(columns.count) cells, not \(cells.count)")
    lines.append(.cells(cells.map { String($0.map { $0.isNewline ? " " : $0 }) }))
  }

  /// Starts a new group of rows: an empty line in text, nothing in Markdown.
  public mutating func appendGap() { lines.append(.gap) }

  /// Lines ended by a newline each.
  public func text() -> String {
    let widths = columns.indices.map { index in
      lines.reduce(columns[index].title.count) { width, line in
        if case .cells(let cells) = line { max(width, cells[index].count) } else { width }
      }
    }
    var result = Self.line(columns.map(\.title), columns, widths)
    result += Self.line(widths.map { String(repeating: "-", count: $0) }, columns, widths)
    for line in lines {
      switch line {
      case .cells(let cells): result += Self.line(cells, columns, widths)
      case .gap: result += "\n"
      }
    }
    return result
  }

  /// A table in GitHub's Markdown; vertical bars inside cells are escaped.
  public func markdown() -> String {
    func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    var result = row(columns.map { Self.escape($0.title) })
    result += row(columns.map { $0.alignment == .right ? "---:" : "---" })
    for case .cells(let cells) in lines { result += row(cells.map(Self.escape)) }
    return result
  }

  private static func escape(_ cell: String) -> String {
    String(cell.flatMap { $0 == "|" ? ["\\", "|"] : [$0] })
  }

  private static func line(_ cells: [String], _ columns: [Column], _ widths: [Int]) -> String {
    var result = ""
    for (index, cell) in cells.enumerated() {
      if index > 0 { result += "  " }
      let padding = String(repeating: " ", count: widths[index] - cell.count)
      result += columns[index].alignment == .right ? padding + cell : cell + padding
    }
    while result.last == " " { result.removeLast() }
    return result + "\n"
  }
}
