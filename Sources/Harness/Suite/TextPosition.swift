/// A place in a text file as editors count: lines and columns from 1, a column being one Unicode scalar.
public struct TextPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let line: Int
  public let column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// `12:7`.
  public var description: String { "\(line):\(column)" }

  public static func < (left: TextPosition, right: TextPosition) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}
