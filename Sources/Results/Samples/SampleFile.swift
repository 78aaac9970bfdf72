/// All whole samples of one `samples.csv`.
public struct SampleFile: Sendable {
  public let path: String
  public let samples: [Sample]
  /// Set when the last record is incomplete; it is not among `samples`.
  public let tornTail: TornTail?

  /// Reads a samples file of any name.
  ///
  /// - Throws: ``ResultsFileError`` when the file cannot be read, is malformed, or has a schema this build does not read.
  public static func read(path: String) throws(ResultsFileError) -> SampleFile {
    try read(bytes: FileSystem.contents(of: path), path: path)
  }

  /// - Parameter path: used in messages only.
  public static func read(bytes: [UInt8], path: String) throws(ResultsFileError) -> SampleFile {
    let table = try CSVReader.read(bytes: bytes, path: path)
    // A newer schema may lack columns of ours; "newer" is the better message, so look at it first.
    if let first = table.rows.first, let position = table.columns.firstIndex(of: SampleSchema.Column.schema.rawValue) {
      try SampleSchema.name.checkReads(first.cells[position], path: path, line: first.line)
    }
    let columns = try SampleColumns(of: table)
    var samples: [Sample] = []
    samples.reserveCapacity(table.rows.count)
    for row in table.rows { samples.append(try Sample(row, columns: columns)) }
    return SampleFile(path: path, samples: samples, tornTail: table.tornTail)
  }

  /// Encodes samples as a whole file, header included.
  public static func encode(_ samples: [Sample]) -> [UInt8] {
    CSVWriter.encode(columns: SampleSchema.columnNames, rows: samples.map(\.csvCells))
  }
}
