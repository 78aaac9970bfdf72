/// The incomplete last record of a file that does not end in a newline.
///
/// A run that is killed or whose disk fills up can leave one. Every record before it is whole and usable, so readers
/// return those and report this beside them; nobody has to guess whether half a row happens to look like a whole one.
public struct TornTail: Hashable, Sendable, CustomStringConvertible {
  /// Line on which the incomplete record starts, counted from 1.
  public let line: Int
  /// Bytes of whole records before it: the length to truncate the file to.
  public let wholeByteCount: Int
  /// Bytes of the incomplete record.
  public let tornByteCount: Int

  public init(line: Int, wholeByteCount: Int, tornByteCount: Int) {
    self.line = line
    self.wholeByteCount = wholeByteCount
    self.tornByteCount = tornByteCount
  }

  public var description: String {
    "the last record, on line \(line), is torn: \(tornByteCount) bytes without a line end; it was left out"
  }
}
