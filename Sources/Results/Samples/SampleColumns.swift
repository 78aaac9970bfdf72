/// Where each column of ``SampleSchema`` stands in one particular file.
///
/// Readers select by name, so columns that a newer minor version appended are ignored and order does not matter.
public struct SampleColumns: Sendable {
  /// The file, for messages.
  public let path: String
  private let positions: [SampleSchema.Column: Int]

  /// - Throws: `missingColumns` naming every column of the schema that the header lacks.
  public init(of table: CSVTable) throws(ResultsFileError) {
    let found = try table.positions(of: SampleSchema.columnNames)
    path = table.path
    positions = Dictionary(uniqueKeysWithValues: zip(SampleSchema.Column.allCases, found))
  }

  func text(_ column: SampleSchema.Column, of row: CSVRow) -> String {
    guard let position = positions[column] else { preconditionFailure("every column was found at creation") }
    return row.cells[position]
  }
}

/// Typed access to the cells of one row, with errors that name the place.
struct SampleCells {
  let row: CSVRow
  let columns: SampleColumns

  func text(_ column: SampleSchema.Column) -> String { columns.text(column, of: row) }

  func error(_ column: SampleSchema.Column, _ expected: String) -> ResultsFileError {
    ResultsFileError(
      path: columns.path, line: row.line, column: column.rawValue,
      problem: .badValue(found: text(column), expected: expected))
  }

  func nonEmpty(_ column: SampleSchema.Column, _ expected: String) throws(ResultsFileError) -> String {
    let cell = text(column)
    guard !cell.isEmpty else { throw error(column, expected) }
    return cell
  }

  func integer(_ column: SampleSchema.Column, atLeast minimum: Int) throws(ResultsFileError) -> Int {
    let cell = text(column)
    guard let value = Int(cell), value >= minimum, !cell.hasPrefix("+") else {
      throw error(column, "an integer of at least \(minimum)")
    }
    return value
  }

  func unsigned(_ column: SampleSchema.Column) throws(ResultsFileError) -> UInt64? {
    let cell = text(column)
    if cell.isEmpty { return nil }
    guard let value = UInt64(cell), !cell.hasPrefix("+") else { throw error(column, "an unsigned integer or empty") }
    return value
  }

  func decimal(_ column: SampleSchema.Column) throws(ResultsFileError) -> Double? {
    let cell = text(column)
    if cell.isEmpty { return nil }
    guard let value = DecimalText.parse(cell) else { throw error(column, "a decimal number or empty") }
    return value
  }

  func timestamp(_ column: SampleSchema.Column) throws(ResultsFileError) -> UTCTimestamp? {
    let cell = text(column)
    if cell.isEmpty { return nil }
    guard let value = UTCTimestamp(rfc3339: cell) else {
      throw error(column, "a UTC time such as 2026-03-01T12:00:00.000Z")
    }
    return value
  }
}
