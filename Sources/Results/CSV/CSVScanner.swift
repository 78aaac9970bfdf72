/// Splits RFC 4180 text into records, strictly, without looking at their width.
///
/// Verification wants to see every ragged row of a file, reading wants to stop at the first: both build on this.
struct CSVScanner {
  enum Item {
    case record(CSVRow)
    case torn(TornTail)
  }

  private enum CellEnd { case comma, record, tornFile }

  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  private var line = 1

  init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// The next record, the torn tail, or nil at the end. After a torn tail or an error there is nothing more to read.
  mutating func next() throws(ResultsFileError) -> Item? {
    guard position < bytes.count else { return nil }
    let start = position
    let startLine = line
    var cells: [String] = []
    while true {
      let (cell, end) = try nextCell()
      if let cell { cells.append(cell) }
      switch end {
      case .comma: continue
      case .record: return .record(CSVRow(line: startLine, cells: cells))
      case .tornFile:
        position = bytes.count
        return .torn(TornTail(line: startLine, wholeByteCount: start, tornByteCount: bytes.count - start))
      }
    }
  }

  private mutating func nextCell() throws(ResultsFileError) -> (String?, CellEnd) {
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return try quotedCell() }
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") { throw error(.bareQuote) }
      if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { break }
      position += 1
    }
    let text = bytes[start..<position]
    let textLine = line
    let end = try endOfCell(otherwise: .bareCarriageReturn)
    return end == .tornFile ? (nil, end) : (try decode(text, line: textLine), end)
  }

  private mutating func quotedCell() throws(ResultsFileError) -> (String?, CellEnd) {
    let openingLine = line
    var text: [UInt8] = []
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte != UInt8(ascii: "\"") {
        if byte == UInt8(ascii: "\n") { line += 1 }
        text.append(byte)
      } else if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
        text.append(byte)
        position += 1
      } else {
        let end = try endOfCell(otherwise: .textAfterQuote)
        return end == .tornFile ? (nil, end) : (try decode(text[...], line: openingLine), end)
      }
    }
    // A writer that was cut off leaves no line end; one that finished its last line left a quote open on purpose.
    if bytes.last == UInt8(ascii: "\n") { throw error(.unterminatedQuote, line: openingLine) }
    return (nil, .tornFile)
  }

  /// Consumes the separator after a cell.
  private mutating func endOfCell(otherwise problem: ResultsFileError.Problem) throws(ResultsFileError) -> CellEnd {
    guard position < bytes.count else { return .tornFile }
    let byte = bytes[position]
    if byte == UInt8(ascii: ",") {
      position += 1
      return .comma
    }
    if byte == UInt8(ascii: "\r") {
      guard position + 1 < bytes.count else { return .tornFile }
      guard bytes[position + 1] == UInt8(ascii: "\n") else { throw error(.bareCarriageReturn) }
      position += 1
    } else if byte != UInt8(ascii: "\n") {
      throw error(problem)
    }
    position += 1
    line += 1
    return .record
  }

  private func decode(_ text: ArraySlice<UInt8>, line: Int) throws(ResultsFileError) -> String {
    guard !text.contains(0), let string = String(validating: text, as: UTF8.self) else {
      throw error(.invalidText, line: line)
    }
    return string
  }

  private func error(_ problem: ResultsFileError.Problem, line: Int? = nil) -> ResultsFileError {
    ResultsFileError(path: path, line: line ?? self.line, problem: problem)
  }
}
