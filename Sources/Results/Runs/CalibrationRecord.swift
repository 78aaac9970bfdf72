/// How much a machine's noise alone makes comparisons differ: the content of `calibration.csv`, one row per case of a suite.
///
/// The file stands beside the runs of its suite and host, `results/<suite>/<host>/calibration.csv`, where `compare` finds it.
public struct CalibrationRecord: Hashable, Sendable {
  public static let schema = SchemaName(name: "pagebench.calibration", major: 1)
  public static let fileName = "calibration.csv"
  public static let columnNames = [
    "schema", "run_id", "suite", "case", "strategy", "threads", "placement", "mempolicy", "params", "case_id",
    "bench_version", "metric", "comparisons", "per_side", "alpha", "false_flags", "noise_floor",
  ]

  /// One case compared with itself several times.
  public struct Case: Hashable, Sendable {
    /// The run whose samples it was computed from.
    public let runID: String
    public let caseID: CaseID
    /// Columns `suite` to `params`, as in samples.
    public let identity: [String]
    public let benchVersion: Int
    public let metric: String
    /// Comparisons of the case with itself.
    public let comparisons: Int
    /// Invocations on each side of a comparison.
    public let perSide: Int
    public let alpha: Double
    /// Comparisons whose p-value was below `alpha`, before any adjustment.
    public let falseFlags: Int
    /// Relative change that 95 % of the comparisons stayed within, as a fraction of at least 0.
    public let noiseFloor: Double

    public init(
      runID: String, caseID: CaseID, identity: [String], benchVersion: Int, metric: String, comparisons: Int,
      perSide: Int, alpha: Double, falseFlags: Int, noiseFloor: Double
    ) {
      precondition(identity.count == 7, "a case is named by seven columns")
      self.runID = runID
      self.caseID = caseID
      self.identity = identity
      self.benchVersion = benchVersion
      self.metric = metric
      self.comparisons = comparisons
      self.perSide = perSide
      self.alpha = alpha
      self.falseFlags = falseFlags
      self.noiseFloor = noiseFloor
    }
  }

  public let cases: [Case]

  public init(cases: [Case]) { self.cases = cases }

  /// This record with the cases of an older one that it does not have itself.
  public func completed(by older: CalibrationRecord) -> CalibrationRecord {
    let own = Set(cases.map { [$0.caseID.description, $0.metric] })
    return CalibrationRecord(
      cases: cases + older.cases.filter { !own.contains([$0.caseID.description, $0.metric]) })
  }

  /// The noise floor of a case in a metric; nil where it was not calibrated, or for another version of the benchmark.
  public func noiseFloor(of caseID: CaseID, metric: String, benchVersions: Set<Int>) -> Double? {
    cases.first { $0.caseID == caseID && $0.metric == metric && benchVersions == [$0.benchVersion] }?.noiseFloor
  }

  public func csvBytes() -> [UInt8] {
    func number(_ value: Double) -> String { DecimalText.format(value) ?? "" }
    return CSVWriter.encode(
      columns: Self.columnNames,
      rows: cases.map { row in
        [Self.schema.description, row.runID] + row.identity + [
          row.caseID.description, String(row.benchVersion), row.metric, String(row.comparisons), String(row.perSide),
          number(row.alpha), String(row.falseFlags), number(row.noiseFloor),
        ]
      })
  }

  /// - Throws: ``ResultsFileError`` when the file cannot be read or a cell is not what its column says.
  public static func read(path: String) throws(ResultsFileError) -> CalibrationRecord {
    try read(bytes: FileSystem.contents(of: path), path: path)
  }

  /// - Parameter path: used in messages only.
  public static func read(bytes: [UInt8], path: String) throws(ResultsFileError) -> CalibrationRecord {
    let table = try CSVReader.read(bytes: bytes, path: path)
    let positions = try table.positions(of: columnNames)
    if let torn = table.tornTail {
      throw ResultsFileError(path: path, line: torn.line, problem: .inconsistent("the last record is torn"))
    }
    var cases: [Case] = []
    for row in table.rows {
      let cells = positions.map { row.cells[$0] }
      func value<T>(_ column: Int, _ expected: String, _ parse: (String) -> T?) throws(ResultsFileError) -> T {
        if let value = parse(cells[column]) { return value }
        throw ResultsFileError(
          path: path, line: row.line, column: columnNames[column],
          problem: .badValue(found: cells[column], expected: expected))
      }
      func count(_ column: Int) throws(ResultsFileError) -> Int {
        try value(column, "a whole number of at least 0") { text in Int(text).flatMap { $0 >= 0 ? $0 : nil } }
      }
      func fraction(_ column: Int) throws(ResultsFileError) -> Double {
        try value(column, "a fraction of at least 0") { text in DecimalText.parse(text).flatMap { $0 >= 0 ? $0 : nil } }
      }
      try schema.checkReads(cells[0], path: path, line: row.line)
      cases.append(
        Case(
          runID: cells[1], caseID: try value(9, "16 hexadecimal digits") { CaseID($0) }, identity: Array(cells[2...8]),
          benchVersion: try count(10), metric: cells[11], comparisons: try count(12), perSide: try count(13),
          alpha: try fraction(14), falseFlags: try count(15), noiseFloor: try fraction(16)))
    }
    return CalibrationRecord(cases: cases)
  }

}

extension RunDirectory {
  /// `results/<suite>/<host>`: what belongs to all runs of the suite on one machine.
  public var hostDirectory: String {
    let path = FileSystem.parent(of: FileSystem.parent(of: path))
    return path.isEmpty ? "." : path
  }

  public var calibrationPath: String { FileSystem.join(hostDirectory, CalibrationRecord.fileName) }

  /// The calibration of this run's suite and host.
  ///
  /// - Returns: nil when there is none.
  /// - Throws: ``ResultsFileError`` for a file that cannot be read.
  public func readCalibration() throws(ResultsFileError) -> CalibrationRecord? {
    guard FileSystem.kind(of: calibrationPath) == .file else { return nil }
    return try CalibrationRecord.read(path: calibrationPath)
  }

  /// Replaces the calibration whole: a reader sees the old file or the new one.
  public func writeCalibration(_ record: CalibrationRecord) throws(FileSystemError) {
    try FileSystem.replace(calibrationPath, with: record.csvBytes(), advice: Self.advice)
  }
}
