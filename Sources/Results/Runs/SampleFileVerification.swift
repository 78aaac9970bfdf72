/// Verification of one samples file: walks every record, and goes on after each finding as far as that makes sense.
struct SampleFileVerification {
  private struct RowKey: Hashable {
    let run: String
    let variant: String
    let caseID: CaseID
    let invocation: Int
    let window: Int
    let scope: SampleScope
    let metric: String
  }

  private struct FindingKey: Hashable {
    let kind: VerificationFinding.Kind
    let column: String?
  }

  let path: String
  let environment: EnvironmentRecord?
  private(set) var rowCount = 0
  private(set) var findings: [VerificationFinding] = []
  /// What the rows say of timed operations, for the histograms beside them: each thread's count by metric.
  private(set) var latencyCounts: [HistogramFileVerification.Place: [String: UInt64]] = [:]
  private(set) var invocations: Set<HistogramFileVerification.Invocation> = []

  private var columns: SampleColumns?
  private var seen: [RowKey: Int] = [:]
  private var cases: [CaseID: [String]] = [:]
  private var counts: [FindingKey: Int] = [:]

  init(path: String, environment: EnvironmentRecord?) {
    self.path = path
    self.environment = environment
  }

  /// - Throws: the error after which nothing more can be read.
  mutating func run() throws(ResultsFileError) {
    let bytes = try FileSystem.contents(of: path)
    var scanner = CSVScanner(bytes: bytes, path: path)
    let header = try CSVReader.header(of: bytes, path: path, scanner: &scanner)
    let schemaPosition = header.firstIndex(of: SampleSchema.Column.schema.rawValue)
    while let item = try scanner.next() {
      switch item {
      case .torn(let tail):
        add(
          VerificationFinding(
            kind: .torn, path: path, line: tail.line, column: nil,
            what: "the last record is incomplete: \(tail.tornByteCount) bytes without a line end",
            remedy: "resume the run with --resume, which cuts it off and measures the rest"))
      case .record(let row):
        rowCount += 1
        guard row.cells.count == header.count else {
          add(row.line, .raggedRow(expected: header.count, found: row.cells.count))
          continue
        }
        if columns == nil {
          if let schemaPosition {
            try SampleSchema.name.checkReads(row.cells[schemaPosition], path: path, line: row.line)
          }
          columns = try Self.columns(of: header, path: path)
        }
        if let columns { check(row, columns: columns) }
      }
    }
    if columns == nil { _ = try Self.columns(of: header, path: path) }
    if rowCount == 0 {
      // A run's journal is made when everything else is there, so the run began and was cut off before its first rows.
      let journal = FileSystem.join(FileSystem.parent(of: path), RunFile.journal.rawValue)
      let hasBegun =
        FileSystem.lastComponent(of: path) == RunFile.samples.rawValue && FileSystem.kind(of: journal) != nil
      add(
        VerificationFinding(
          kind: hasBegun ? .unfinished : .empty, path: path, line: nil, column: nil,
          what: "the file has a header but no rows",
          remedy: "run the suite again or resume the run"))
    }
  }

  /// Findings beyond the listing limit, one line per kind and column.
  var unlisted: [VerificationFinding] {
    counts.filter { $0.value > ResultsVerifier.listedPerKind }
      .sorted { ($0.key.kind.rawValue, $0.key.column ?? "") < ($1.key.kind.rawValue, $1.key.column ?? "") }
      .map { key, count in
        VerificationFinding(
          kind: key.kind, path: path, line: nil, column: key.column,
          what:
            "\(count - ResultsVerifier.listedPerKind) more findings like the \(ResultsVerifier.listedPerKind) listed",
          remedy: "mend those and verify again")
      }
  }

  mutating func add(_ finding: VerificationFinding) {
    let count = counts[FindingKey(kind: finding.kind, column: finding.column), default: 0] + 1
    counts[FindingKey(kind: finding.kind, column: finding.column)] = count
    if count <= ResultsVerifier.listedPerKind { findings.append(finding) }
  }

  private mutating func add(
    _ line: Int, _ problem: ResultsFileError.Problem, _ column: SampleSchema.Column? = nil,
    kind: VerificationFinding.Kind? = nil
  ) {
    let error = ResultsFileError(path: path, line: line, column: column?.rawValue, problem: problem)
    add(VerificationFinding(error, kind: kind))
  }

  private static func columns(of header: [String], path: String) throws(ResultsFileError) -> SampleColumns {
    try SampleColumns(of: CSVTable(path: path, columns: header, rows: [], tornTail: nil))
  }

  private mutating func check(_ row: CSVRow, columns: SampleColumns) {
    let sample: Sample
    do { sample = try Sample(row, columns: columns) } catch {
      add(VerificationFinding(error))
      return
    }
    checkVocabulary(row, sample, columns)
    checkStatus(row, sample, columns)
    checkIdentity(row, sample, columns)
    if let environment, environment.runID != sample.runID {
      add(
        row.line, .inconsistent("the row is of run `\(sample.runID)`, its env.csv of `\(environment.runID)`"), .runID,
        kind: .environment)
    }
    noteLatency(sample)
    let key = RowKey(
      run: sample.runID, variant: sample.variant, caseID: sample.caseID, invocation: sample.invocation,
      window: sample.window, scope: sample.scope, metric: sample.metric)
    if let first = seen.updateValue(row.line, forKey: key) {
      add(row.line, .inconsistent("the same measurement stands on line \(first)"), kind: .duplicate)
    }
  }

  private mutating func noteLatency(_ sample: Sample) {
    invocations.insert(
      .init(
        runID: sample.runID, caseID: sample.caseID, variant: sample.variant, number: sample.invocation))
    guard sample.scope.isThread, sample.metric.hasPrefix(MetricName.latencyCount),
      let count = sample.value.flatMap({ UInt64(exactly: $0) })
    else { return }
    let place = HistogramFileVerification.Place(
      runID: sample.runID, caseID: sample.caseID, variant: sample.variant, invocation: sample.invocation,
      window: sample.window, scope: sample.scope)
    latencyCounts[place, default: [:]][sample.metric] = count
  }

  private mutating func checkVocabulary(_ row: CSVRow, _ sample: Sample, _ columns: SampleColumns) {
    let statusText = columns.text(.status, of: row)
    if MeasurementStatus(rawValue: statusText) == nil {
      add(row.line, .badValue(found: statusText, expected: "a status of this schema"), .status)
    }
    if !sample.scope.isKnown {
      add(
        row.line,
        .badValue(found: sample.scope.rawValue, expected: "`all`, `thread:<n>`, `cpu:<n>` or `node:<n>`"), .scope)
    }
    if !MeasurementSource.known.contains(sample.source) {
      add(
        row.line, .badValue(found: sample.source.rawValue, expected: "a source of this schema"),
        .source)
    }
    let flags = columns.text(.flags, of: row)
    if !flags.isEmpty,
      !flags.split(separator: ";", omittingEmptySubsequences: false)
        .allSatisfy({ SampleFlag(rawValue: String($0)).isWellFormed })
    {
      add(row.line, .badValue(found: flags, expected: "lower-case words separated by `;`"), .flags)
    }
  }

  private mutating func checkStatus(_ row: CSVRow, _ sample: Sample, _ columns: SampleColumns) {
    guard MeasurementStatus(rawValue: columns.text(.status, of: row)) != nil else { return }
    if sample.status.isUsable, sample.value == nil {
      add(
        row.line, .inconsistent("the status is `\(sample.status.rawValue)` but there is no value"), .value,
        kind: .status)
    }
    if !sample.status.isUsable, sample.value != nil {
      add(
        row.line, .inconsistent("there is a value but the status is `\(sample.status.rawValue)`"), .value, kind: .status
      )
    }
    switch (sample.enabledNanoseconds, sample.runningNanoseconds) {
    case (nil, nil):
      if sample.status == .scaled {
        add(
          row.line, .inconsistent("a scaled value needs its enabled and running time"), .enabledNanoseconds,
          kind: .status)
      }
    case (let enabled?, let running?):
      if running > enabled {
        add(row.line, .inconsistent("the event ran longer than it was enabled"), .runningNanoseconds, kind: .status)
      }
    default:
      add(row.line, .inconsistent("enabled and running time go together"), .enabledNanoseconds, kind: .status)
    }
  }

  private mutating func checkIdentity(_ row: CSVRow, _ sample: Sample, _ columns: SampleColumns) {
    let expected = CaseID(of: sample.cell)
    if sample.caseID != expected {
      add(
        row.line, .inconsistent("`\(sample.caseID)` does not belong to columns 4 to 10, which give `\(expected)`"),
        .caseID, kind: .caseID)
      return
    }
    let text = columns.text(.parameters, of: row)
    if text != sample.cell.parameterText {
      add(
        row.line, .inconsistent("`\(text)` is not in canonical form, which is `\(sample.cell.parameterText)`"),
        .parameters)
    }
    let identity = sample.cell.identityColumns
    if let other = cases.updateValue(identity, forKey: sample.caseID), other != identity {
      add(row.line, .inconsistent("another case in this file has the same identifier"), .caseID, kind: .caseID)
    }
  }
}
