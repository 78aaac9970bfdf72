/// All whole rows of one `hist.csv`.
public struct HistogramFile: Sendable {
  public let path: String
  public let rows: [HistogramRow]
  /// Physical line of each row.
  let lines: [Int]
  /// Set when the last record is incomplete; it is not among `rows`.
  public let tornTail: TornTail?

  /// - Throws: ``ResultsFileError`` when the file cannot be read, is malformed, or has a schema this build does not read.
  public static func read(path: String) throws(ResultsFileError) -> HistogramFile {
    try read(bytes: FileSystem.contents(of: path), path: path)
  }

  /// - Parameter path: used in messages only.
  public static func read(bytes: [UInt8], path: String) throws(ResultsFileError) -> HistogramFile {
    let table = try CSVReader.read(bytes: bytes, path: path)
    if let first = table.rows.first,
      let position = table.columns.firstIndex(of: HistogramSchema.Column.schema.rawValue)
    {
      try HistogramSchema.name.checkReads(first.cells[position], path: path, line: first.line)
    }
    let positions = Dictionary(
      uniqueKeysWithValues: zip(HistogramSchema.Column.allCases, try table.positions(of: HistogramSchema.columnNames)))
    var rows: [HistogramRow] = []
    rows.reserveCapacity(table.rows.count)
    for row in table.rows { rows.append(try HistogramRow(row, positions: positions, path: path)) }
    return HistogramFile(path: path, rows: rows, lines: table.rows.map(\.line), tornTail: table.tornTail)
  }

  /// Encodes rows as a whole file, header included.
  public static func encode(_ rows: [HistogramRow]) -> [UInt8] {
    CSVWriter.encode(columns: HistogramSchema.columnNames, rows: rows.map(\.csvCells))
  }
}

extension HistogramRow {
  /// Decodes one row.
  ///
  /// - Parameter positions: where each column of the schema stands.
  /// - Throws: ``ResultsFileError`` naming file, line and column of the first cell that cannot be what its column says.
  fileprivate init(_ row: CSVRow, positions: [HistogramSchema.Column: Int], path: String) throws(ResultsFileError) {
    let cells = Cells(row: row, positions: positions, path: path)
    try HistogramSchema.name.checkReads(cells.text(.schema), path: path, line: row.line)
    guard let caseID = CaseID(cells.text(.caseID)) else { throw cells.error(.caseID, "16 lower-case hex digits") }
    guard let kind = LatencyHistogram.Kind(rawValue: cells.text(.kind)) else {
      throw cells.error(.kind, "`service` or `response`")
    }
    let mode = cells.text(.mode)
    guard mode == "open" || mode == "closed" else { throw cells.error(.mode, "`closed` or `open`") }
    let saturated = cells.text(.saturated)
    guard saturated == "0" || saturated == "1" else { throw cells.error(.saturated, "0 or 1") }
    let low = try cells.optional(.low)
    let high = try cells.optional(.high)
    var bounds: ClosedRange<UInt64>?
    switch (low, high) {
    case (nil, nil): break
    case (let low?, let high?) where low <= high: bounds = low...high
    default: throw cells.error(.high, "a bound of at least lo_ns, or empty with it")
    }
    guard !cells.text(.runID).isEmpty else { throw cells.error(.runID, "a run identifier") }
    guard !cells.text(.operation).isEmpty else { throw cells.error(.operation, "the name of an operation") }
    self.init(
      runID: cells.text(.runID), caseID: caseID, variant: cells.text(.variant),
      invocation: try cells.index(.invocation), window: try cells.index(.window),
      scope: SampleScope(rawValue: cells.text(.scope)), operation: cells.text(.operation), isOpen: mode == "open",
      kind: kind, expectedInterval: try cells.optional(.expectedInterval), bounds: bounds,
      count: try cells.number(.count), dropped: try cells.number(.dropped), isSaturated: saturated == "1")
  }

  private struct Cells {
    let row: CSVRow
    let positions: [HistogramSchema.Column: Int]
    let path: String

    func text(_ column: HistogramSchema.Column) -> String {
      guard let position = positions[column] else { preconditionFailure("every column was found at the start") }
      return row.cells[position]
    }

    func error(_ column: HistogramSchema.Column, _ expected: String) -> ResultsFileError {
      ResultsFileError(
        path: path, line: row.line, column: column.rawValue,
        problem: .badValue(found: text(column), expected: expected))
    }

    func number(_ column: HistogramSchema.Column) throws(ResultsFileError) -> UInt64 {
      guard let value = UInt64(text(column)), !text(column).hasPrefix("+") else {
        throw error(column, "an unsigned integer")
      }
      return value
    }

    func optional(_ column: HistogramSchema.Column) throws(ResultsFileError) -> UInt64? {
      text(column).isEmpty ? nil : try number(column)
    }

    func index(_ column: HistogramSchema.Column) throws(ResultsFileError) -> Int {
      guard let value = Int(exactly: try number(column)) else { throw error(column, "a number of this size") }
      return value
    }
  }
}
