import Testing

@testable import Results

@Suite struct ResultsVerifierTests {
  private static let runID = "01ARYZ6S41DEADBEEFDEADBEEF"

  /// A run of two samples whose second row's cells are changed.
  private func verify(changing changes: [String: String] = [:], tail: String = "") -> VerificationReport {
    let temporary = TemporaryDirectory()
    writeEnvironment(temporary.path)
    let columns = SampleSchema.columnNames
    var cells = exampleSample(window: 1).csvCells
    for (column, content) in changes { cells[columns.firstIndex(of: column) ?? 0] = content }
    let bytes = CSVWriter.encode(columns: columns, rows: [exampleSample(window: 0).csvCells, cells])
    writeFile("\(temporary.path)/samples.csv", text(bytes) + tail)
    return ResultsVerifier.verify(temporary.path)
  }

  private func writeEnvironment(_ directory: String, runID: String = runID) {
    var record = EnvironmentRecord(runID: runID)
    record.set("host", "model", "x")
    writeFile("\(directory)/env.csv", text(record.csvBytes()))
  }

  @Test func aSoundRunHasNoFindings() {
    let report = verify()
    #expect(report.findings.isEmpty && !report.hasErrors)
    #expect(report.rowCount == 2 && report.sampleFileCount == 1)
  }

  @Test(arguments: [
    ("schema", "pagebench.samples/2", VerificationFinding.Kind.schema), ("schema", "x", .schema),
    ("threads", "four", .value), ("status", "half", .value), ("better", "up", .value), ("scope", "socket:1", .value),
    ("scope", "thread:x", .value), ("source", "guess", .value), ("flags", "a;;b", .value),
    ("flags", "Bad Flag", .value),
    ("value", "", .status), ("status", "no_slot", .status), ("status", "scaled", .status), ("enabled_ns", "7", .status),
    ("case_id", "0000000000000000", .caseID), ("strategy", "other", .caseID),
    ("window", "0", .duplicate), ("run_id", "01ARYZ6S41DEADBEEFDEADBEE0", .environment),
    ("params", "lock=ticket;format=x86-64;pages-per-op=16;region=private", .value),
  ])
  func oneBadCellIsOneFinding(column: String, content: String, kind: VerificationFinding.Kind) {
    let report = verify(changing: [column: content])
    #expect(report.findings.map(\.kind) == [kind], "\(report.findings)")
    #expect(report.findings.first?.line == 3 && report.hasErrors)
    #expect(report.findings.first?.description.contains("/samples.csv:3: ") == true)
  }

  @Test func runningLongerThanEnabledIsAFinding() {
    #expect(verify(changing: ["enabled_ns": "5", "running_ns": "6"]).findings.map(\.kind) == [.status])
    #expect(verify(changing: ["enabled_ns": "6", "running_ns": "5", "status": "scaled"]).findings.isEmpty)
    #expect(verify(changing: ["value": "", "status": "no_permission"]).findings.isEmpty)
  }

  @Test func aTornTailIsAWarningOfItsOwn() {
    let report = verify(tail: "pagebench.samples/1,01A")
    #expect(report.findings.map(\.kind) == [.torn])
    #expect(report.findings.first?.severity == .warning && report.findings.first?.line == 4)
    #expect(!report.hasErrors && report.rowCount == 2)
  }

  @Test func raggedRowsDoNotHideWhatFollows() {
    let report = verify(changing: ["threads": "0"], tail: "short,row\nanother\n")
    #expect(report.findings.map(\.kind) == [.value, .width, .width])
    #expect(report.findings.map(\.line) == [3, 4, 5])
  }

  @Test func missingColumnsAndForeignEnvironmentsAreFound() {
    let temporary = TemporaryDirectory()
    let columns = SampleSchema.columnNames.filter { $0 != "status" }
    writeFile("\(temporary.path)/samples.csv", text(CSVWriter.encode(columns: columns, rows: [])))
    let kinds = ResultsVerifier.verify(temporary.path).findings.map(\.kind)
    #expect(kinds == [.environment, .schema])
    writeFile("\(temporary.path)/env.csv", "a,b\n1,2\n")
    #expect(ResultsVerifier.verify("\(temporary.path)/samples.csv").findings.map(\.kind) == [.environment, .schema])
  }

  @Test func aFileOfAnotherNameStandsAlone() {
    let temporary = TemporaryDirectory()
    writeFile("\(temporary.path)/merged.csv", text(SampleFile.encode([exampleSample()])))
    #expect(ResultsVerifier.verify("\(temporary.path)/merged.csv").findings.isEmpty)
  }

  @Test func aTreeIsWalkedAndAnEmptyOneIsAFinding() throws {
    let temporary = TemporaryDirectory()
    #expect(ResultsVerifier.verify(temporary.path).findings.map(\.kind) == [.empty])
    #expect(ResultsVerifier.verify("\(temporary.path)/none").findings.map(\.kind) == [.file])
    for (name, runID) in [("a", Self.runID), ("b", "other")] {
      let directory = "\(temporary.path)/deep/\(name)"
      try FileSystem.makeDirectories(directory, advice: "")
      writeEnvironment(directory, runID: runID)
      writeFile("\(directory)/samples.csv", text(SampleFile.encode([exampleSample()])))
    }
    let report = ResultsVerifier.verify(temporary.path)
    #expect(report.sampleFileCount == 2 && report.rowCount == 2)
    #expect(report.findings.map(\.kind) == [.environment])
    #expect(report.findings.first?.path.hasSuffix("/deep/b/samples.csv") == true)
  }

  @Test func manyFindingsOfOneKindAreCountedNotListed() {
    let temporary = TemporaryDirectory()
    writeEnvironment(temporary.path)
    let samples = (0..<25).map { _ in exampleSample() }
    writeFile("\(temporary.path)/samples.csv", text(SampleFile.encode(samples)))
    let findings = ResultsVerifier.verify(temporary.path).findings
    #expect(findings.count == ResultsVerifier.listedPerKind + 1)
    #expect(findings.last?.what.hasPrefix("14 more findings") == true)
  }

  @Test func aHeaderWithoutRowsIsEmpty() {
    let temporary = TemporaryDirectory()
    writeEnvironment(temporary.path)
    writeFile("\(temporary.path)/samples.csv", text(SampleFile.encode([])))
    #expect(ResultsVerifier.verify(temporary.path).findings.map(\.kind) == [.empty])
  }
}
