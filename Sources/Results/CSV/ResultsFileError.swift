import Glibc

/// Something wrong with the content of a results file: which file, which line, which column, and what to do.
public struct ResultsFileError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Problem: Hashable, Sendable {
    /// The file could not be opened or read; `errno` is the kernel's reason.
    case unreadable(errno: Int32)
    /// No bytes at all, so not even a header.
    case empty
    /// The file ends inside its header line.
    case tornHeader
    case byteOrderMark
    case duplicateColumn(String)
    case missingColumns([String])
    case raggedRow(expected: Int, found: Int)
    /// A quoted cell that never closes, in a file that was otherwise written to its end.
    case unterminatedQuote
    /// A quotation mark inside a cell that does not start with one.
    case bareQuote
    case textAfterQuote
    case bareCarriageReturn
    /// Not UTF-8, or holds NUL bytes.
    case invalidText
    /// The `schema` cell names another kind of file, or none.
    case foreignSchema(found: String, expected: String)
    /// The `schema` cell has a higher major version than this build reads.
    case newerSchema(found: String, expected: String)
    /// A cell that cannot be what its column says.
    case badValue(found: String, expected: String)
    /// Two records that must agree do not.
    case inconsistent(String)
  }

  public let path: String
  /// Physical line, counted from 1 (the header); nil when the problem is the whole file's.
  public let line: Int?
  public let column: String?
  public let problem: Problem

  public init(path: String, line: Int? = nil, column: String? = nil, problem: Problem) {
    self.path = path
    self.line = line
    self.column = column
    self.problem = problem
  }

  /// `path:line: column: what is wrong; what to do`.
  public var description: String {
    var place = path
    if let line { place += ":\(line)" }
    if let column { place += ": column `\(column)`" }
    return "\(place): \(what); \(remedy)"
  }

  /// What is wrong, without the place.
  public var what: String {
    switch problem {
    case .unreadable(let code): "cannot be read: \(FileSystemError.reason(of: code))"
    case .empty: "the file is empty"
    case .tornHeader: "the file ends inside its header line"
    case .byteOrderMark: "the file starts with a byte order mark"
    case .duplicateColumn(let name): "the header names column `\(name)` twice"
    case .missingColumns(let names): "the header lacks \(names.map { "`\($0)`" }.joined(separator: ", "))"
    case .raggedRow(let expected, let found): "the row has \(found) cells where the header has \(expected)"
    case .unterminatedQuote: "a quoted cell opens here and never closes"
    case .bareQuote: "a quotation mark stands inside an unquoted cell"
    case .textAfterQuote: "text follows the closing quotation mark of a cell"
    case .bareCarriageReturn: "a carriage return stands outside quotes and not at a line end"
    case .invalidText: "a cell is not UTF-8 text"
    case .foreignSchema(let found, let expected):
      found.isEmpty ? "the schema is not named, expected `\(expected)`" : "the schema is `\(found)`, not `\(expected)`"
    case .newerSchema(let found, let expected):
      "the schema is `\(found)`, newer than `\(expected)`, the newest this build reads"
    case .badValue(let found, let expected):
      found.isEmpty ? "the cell is empty, expected \(expected)" : "`\(found)` is not \(expected)"
    case .inconsistent(let text): text
    }
  }

  /// What the reader of the message can do about it.
  public var remedy: String {
    switch problem {
    case .unreadable(let code):
      code == ENOENT ? "check the path" : "check that the path is a file and that you may read it"
    case .empty, .tornHeader: "the run was cut off before its first batch: run the suite again"
    case .byteOrderMark: "save the file as UTF-8 without a byte order mark"
    case .duplicateColumn, .missingColumns: "restore the header line from another file of the same schema"
    case .raggedRow, .unterminatedQuote, .bareQuote, .textAfterQuote, .bareCarriageReturn:
      "the file was edited or damaged: restore it, or remove the row"
    case .invalidText: "the file was damaged or saved in another encoding: restore it"
    case .foreignSchema: "give a file of that schema"
    case .newerSchema: "use the pagebench that wrote it, or a newer one"
    case .badValue, .inconsistent: "restore the row from the original file, or remove it"
    }
  }
}
