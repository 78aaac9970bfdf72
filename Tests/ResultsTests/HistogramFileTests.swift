import Testing

@testable import Results

@Suite struct HistogramFileTests {
  private static let runID = "01ARYZ6S41DEADBEEFDEADBEEF"

  private func row(
    invocation: Int = 0, scope: SampleScope = .thread(0), operation: String = "map",
    kind: LatencyHistogram.Kind = .service, bounds: ClosedRange<UInt64>? = 10...10, count: UInt64 = 3,
    dropped: UInt64 = 0
  ) -> HistogramRow {
    HistogramRow(
      runID: Self.runID, caseID: CaseID(of: exampleCell), invocation: invocation, window: 0, scope: scope,
      operation: operation, isOpen: true, kind: kind, expectedInterval: 500, bounds: bounds, count: count,
      dropped: dropped, isSaturated: false)
  }

  /// What samples.csv says of 3 + 2 timed maps.
  private func count(_ value: Double, metric: String = "lat_count.map", scope: SampleScope = .thread(0)) -> Sample {
    var sample = exampleSample(metric: metric, value: value)
    sample.scope = scope
    return sample
  }

  private var example: [HistogramRow] {
    [
      row(), row(bounds: 256...257, count: 2), row(kind: .response, bounds: 90...90, count: 4),
      row(kind: .response, bounds: nil, count: 0, dropped: 1),
    ]
  }

  @Test func rowsAreReadAsTheyWereWritten() throws {
    var closed = row(scope: .thread(12), operation: "query")
    closed.isOpen = false
    closed.expectedInterval = nil
    closed.isSaturated = true
    let rows = example + [closed]
    let file = try HistogramFile.read(bytes: HistogramFile.encode(rows), path: "hist.csv")
    #expect(file.rows == rows)
    #expect(file.tornTail == nil)
    #expect(
      text(HistogramFile.encode([row()])) == """
        schema,run_id,case_id,variant,invocation,window,scope,op,mode,kind,expected_interval_ns,lo_ns,hi_ns,count,dropped,saturated
        pagebench.hist/1,01ARYZ6S41DEADBEEFDEADBEEF,\(CaseID(of: exampleCell)),,0,0,thread:0,map,open,service,500,10,10,3,0,0

        """)
  }

  @Test func theLogCutsATornRecordOffAndGoesOn() throws {
    let temporary = TemporaryDirectory()
    let directory = RunDirectory(path: temporary.path)
    do {
      var log = try HistogramLog(directory)
      try log.append([row()])
      #expect(log.repairedTail == nil)
    }
    let path = directory.path(of: .histogram)
    writeFile(path, text(readFile(path)) + "pagebench.hist/1,01AR")
    do {
      var log = try HistogramLog(directory)
      #expect(log.repairedTail?.tornByteCount == 21)
      try log.append([row(invocation: 1)])
    }
    let file = try #require(try directory.readHistograms())
    #expect(file.rows == [row(), row(invocation: 1)] && file.tornTail == nil)
    writeFile(path, "other,header\n")
    #expect(throws: RunDirectoryError.foreignHistograms(path: path)) { _ = try HistogramLog(directory) }
  }

  /// A run whose samples count five timed maps of thread 0.
  private func verify(
    _ rows: [HistogramRow]?, samples: [Sample]? = nil, tail: String = ""
  ) -> VerificationReport {
    let temporary = TemporaryDirectory()
    var record = EnvironmentRecord(runID: Self.runID)
    record.set("host", "model", "x")
    writeFile("\(temporary.path)/env.csv", text(record.csvBytes()))
    writeFile("\(temporary.path)/samples.csv", text(SampleFile.encode(samples ?? [exampleSample(), count(5)])))
    if let rows { writeFile("\(temporary.path)/hist.csv", text(HistogramFile.encode(rows)) + tail) }
    return ResultsVerifier.verify(temporary.path)
  }

  private var sound: [HistogramRow] {
    [row(), row(bounds: 256...257, count: 2), row(kind: .response, bounds: 90...90, count: 4, dropped: 1)]
  }

  @Test func histogramsThatHoldWhatWasTimedHaveNoFindings() {
    let report = verify(sound)
    #expect(report.findings.isEmpty, "\(report.findings)")
    #expect(report.histogramRowCount == 3 && report.rowCount == 2)
    // The only operation of a workload has no name of its own in samples.csv.
    #expect(verify(sound, samples: [exampleSample(), count(5, metric: "lat_count")]).findings.isEmpty)
    // A run that timed nothing needs no such file.
    #expect(verify(nil, samples: [exampleSample()]).findings.isEmpty)
  }

  @Test func aHistogramOfAnotherSizeIsAFinding() {
    let report = verify(sound, samples: [exampleSample(), count(6)])
    #expect(report.findings.map(\.kind) == [.value, .value])
    #expect(report.findings.first?.what.contains("holds 5 latencies, and samples.csv says 6") == true)
    #expect(verify([sound[0], sound[2]]).findings.map(\.line) == [2])
  }

  @Test func histogramsWithoutSamplesAndSamplesWithoutHistogramsAreFindings() {
    let stranger = row(scope: .thread(1), count: 5)
    #expect(verify(sound + [stranger]).findings.map(\.line) == [5])
    let missing = verify(sound, samples: [exampleSample(), count(5), count(7, scope: .thread(1))])
    #expect(missing.findings.map(\.kind) == [.value] && missing.hasErrors)
    #expect(verify(nil).hasErrors, "samples that count timed operations, and no file")
    // The histograms of a process are written before its samples: a run that is killed in between can go on.
    let cutOff = verify(sound + [row(invocation: 1)])
    #expect(cutOff.findings.map(\.kind) == [.unfinished] && !cutOff.hasErrors)
  }

  @Test func bucketsOutOfOrderOrOfTwoMindsAreFindings() {
    #expect(verify([sound[1], sound[0], sound[2]]).findings.map(\.kind) == [.duplicate])
    #expect(verify(sound + [row(kind: .response, bounds: 95...95, count: 0)]).findings.map(\.kind) == [.value])
    var closed = sound
    closed[0].isOpen = false
    #expect(verify(closed).findings.map(\.line) == [2])
  }

  @Test func aTornTailIsAWarning() {
    let report = verify(sound, tail: "pagebench.hist/1,01A")
    #expect(report.findings.map(\.kind) == [.torn] && !report.hasErrors)
    #expect(report.findings.first?.line == 5)
  }

  @Test(arguments: [
    ("pagebench.hist/1", "pagebench.hist/2", VerificationFinding.Kind.schema), ("service", "sometimes", .value),
    ("open", "ajar", .value), (",10,10,", ",10,9,", .value), (",10,10,", ",ten,10,", .value),
    (",10,10,", ",10,", .width),
    ("thread:0", "socket:0", .value),
  ])
  func oneBadCellIsFound(old: String, new: String, kind: VerificationFinding.Kind) {
    let temporary = TemporaryDirectory()
    var record = EnvironmentRecord(runID: Self.runID)
    record.set("host", "model", "x")
    writeFile("\(temporary.path)/env.csv", text(record.csvBytes()))
    writeFile("\(temporary.path)/samples.csv", text(SampleFile.encode([exampleSample(), count(3)])))
    let content = text(HistogramFile.encode([row()])).split(separator: "\n", omittingEmptySubsequences: false)
    let bad = [String(content[0]), String(content[1].replacing(old, with: new)), ""].joined(separator: "\n")
    writeFile("\(temporary.path)/hist.csv", bad)
    let report = ResultsVerifier.verify(temporary.path)
    #expect(report.findings.first?.kind == kind, "\(report.findings)")
    #expect(report.findings.first?.line == 2 && report.hasErrors)
  }
}
