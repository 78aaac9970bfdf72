/// A schema cell: `name/major`, for example `pagebench.samples/1`.
///
/// A new trailing column or a new enumerated value keeps the major version; renaming, retyping or a change of unit
/// raises it. Readers take every major up to their own and refuse newer ones.
public struct SchemaName: Hashable, Sendable, CustomStringConvertible {
  public let name: String
  public let major: Int

  public init(name: String, major: Int) {
    self.name = name
    self.major = major
  }

  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, let major = Int(parts[1]), major >= 1 else { return nil }
    self.init(name: String(parts[0]), major: major)
  }

  public var description: String { "\(name)/\(major)" }

  /// Checks that a file written as `found` can be read by a reader of this schema.
  ///
  /// - Throws: `foreignSchema` for another name, `newerSchema` for a higher major version.
  public func checkReads(_ found: String, path: String, line: Int) throws(ResultsFileError) {
    guard let other = SchemaName(found), other.name == name else {
      throw ResultsFileError(
        path: path, line: line, column: "schema", problem: .foreignSchema(found: found, expected: description))
    }
    guard other.major <= major else {
      throw ResultsFileError(
        path: path, line: line, column: "schema", problem: .newerSchema(found: found, expected: description))
    }
  }
}
