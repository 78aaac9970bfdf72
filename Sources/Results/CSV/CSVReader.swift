/// One record and where it stood.
public struct CSVRow: Hashable, Sendable {
  /// Physical line on which the record starts, counted from 1 (the header).
  public let line: Int
  public let cells: [String]

  public init(line: Int, cells: [String]) {
    self.line = line
    self.cells = cells
  }
}

/// A whole CSV file: header, whole records, and what was torn off its end.
public struct CSVTable: Sendable {
  /// Where it came from, for messages.
  public let path: String
  public let columns: [String]
  public let rows: [CSVRow]
  /// Set when the file does not end in a newline; the incomplete record is not among `rows`.
  public let tornTail: TornTail?

  /// Positions of `names` in the header; columns that are not asked for are ignored.
  ///
  /// - Throws: ``ResultsFileError/Problem/missingColumns(_:)`` naming every column that is absent.
  public func positions(of names: [String]) throws(ResultsFileError) -> [Int] {
    let found = names.map { columns.firstIndex(of: $0) }
    let missing = zip(names, found).filter { $0.1 == nil }.map(\.0)
    guard missing.isEmpty else {
      throw ResultsFileError(path: path, line: 1, problem: .missingColumns(missing))
    }
    return found.compactMap { $0 }
  }
}

/// Reads RFC 4180 text strictly: what is not clearly right is an error with file and line.
///
/// LF and CRLF are both line ends. One thing differs from the RFC: the last record must end in a newline too, because a
/// file is only whole if its writer got that far; see ``TornTail``.
public enum CSVReader {
  /// - Throws: ``ResultsFileError`` for an unreadable or malformed file, never for a torn last record.
  public static func read(path: String) throws(ResultsFileError) -> CSVTable {
    try read(bytes: FileSystem.contents(of: path), path: path)
  }

  /// - Parameter path: used in messages only.
  public static func read(bytes: [UInt8], path: String) throws(ResultsFileError) -> CSVTable {
    var scanner = CSVScanner(bytes: bytes, path: path)
    let columns = try header(of: bytes, path: path, scanner: &scanner)
    var rows: [CSVRow] = []
    var tornTail: TornTail?
    while let item = try scanner.next() {
      switch item {
      case .torn(let tail): tornTail = tail
      case .record(let row):
        guard row.cells.count == columns.count else {
          throw ResultsFileError(
            path: path, line: row.line, problem: .raggedRow(expected: columns.count, found: row.cells.count))
        }
        rows.append(row)
      }
    }
    return CSVTable(path: path, columns: columns, rows: rows, tornTail: tornTail)
  }

  static func header(
    of bytes: [UInt8], path: String, scanner: inout CSVScanner
  ) throws(ResultsFileError) -> [String] {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw ResultsFileError(path: path, line: 1, problem: .byteOrderMark)
    }
    guard let first = try scanner.next() else { throw ResultsFileError(path: path, problem: .empty) }
    guard case .record(let row) = first else { throw ResultsFileError(path: path, line: 1, problem: .tornHeader) }
    var seen: Set<String> = []
    for name in row.cells where !seen.insert(name).inserted {
      throw ResultsFileError(path: path, line: 1, problem: .duplicateColumn(name))
    }
    return row.cells
  }
}
