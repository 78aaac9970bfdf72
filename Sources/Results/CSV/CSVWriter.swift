/// Encodes records as RFC 4180 text: UTF-8, LF line ends, header exactly once, every record as wide as the header.
///
/// A cell is quoted when it holds a comma, a quotation mark, CR or LF, or starts or ends with a blank. The writer only
/// collects bytes; ``drain()`` hands them over in whole records, so whoever writes them can do it in one call.
public struct CSVWriter: Sendable {
  /// Whether the first bytes handed over are the header line.
  public enum Header: Sendable {
    case write
    /// The file has its header already, from an earlier session.
    case alreadyWritten
  }

  public let columns: [String]
  private var pending: [UInt8] = []

  /// - Precondition: `columns` is not empty and names no column twice.
  public init(columns: [String], header: Header = .write) {
    precondition(!columns.isEmpty, "a CSV file needs at least one column")
    precondition(Set(columns).count == columns.count, "a CSV header must not name a column twice")
    self.columns = columns
    if header == .write { Self.appendRecord(columns, to: &pending) }
  }

  /// Adds one record.
  ///
  /// - Precondition: one cell per column.
  public mutating func append(_ cells: [String]) {
    precondition(cells.count == columns.count, "a record must have \(columns.count) cells, not \(cells.count)")
    Self.appendRecord(cells, to: &pending)
  }

  /// Whole records collected since the last call, including the header when it is due.
  public mutating func drain() -> [UInt8] {
    defer { pending = [] }
    return pending
  }

  /// Encodes a whole file at once.
  public static func encode(columns: [String], rows: [[String]]) -> [UInt8] {
    var writer = CSVWriter(columns: columns)
    for row in rows { writer.append(row) }
    return writer.drain()
  }

  private static func appendRecord(_ cells: [String], to bytes: inout [UInt8]) {
    // A lone empty cell would be an empty line, which a reader could take for none.
    if cells.count == 1, cells[0].isEmpty {
      bytes += [UInt8(ascii: "\""), UInt8(ascii: "\""), UInt8(ascii: "\n")]
      return
    }
    for (index, cell) in cells.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      appendCell(cell, to: &bytes)
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  private static func appendCell(_ cell: String, to bytes: inout [UInt8]) {
    guard needsQuotes(cell) else {
      bytes += cell.utf8
      return
    }
    bytes.append(UInt8(ascii: "\""))
    for byte in cell.utf8 {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func needsQuotes(_ cell: String) -> Bool {
    let bytes = cell.utf8
    guard let first = bytes.first, let last = bytes.last else { return false }
    if isBlank(first) || isBlank(last) { return true }
    return bytes.contains { byte in
      byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
        || byte == UInt8(ascii: "\r")
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
