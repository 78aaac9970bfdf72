import Testing

@testable import Results

@Suite struct SampleTests {
  let seed = SeededGenerator.seedForThisRun()

  @Test func theColumnsAreThoseOfTheSchemaInOrder() {
    let expected = """
      schema run_id variant suite case strategy threads placement mempolicy params case_id bench_version block order \
      invocation window started_utc window_ns n_ops scope metric value unit better status enabled_ns running_ns source \
      event cpus flags note guarantee
      """
    #expect(SampleSchema.columnNames == expected.split(separator: " ").map(String.init))
    #expect(SampleSchema.columnNames.count == 33)
    #expect(SampleSchema.name.description == "pagebench.samples/1")
  }

  @Test func aRowReadsAsWritten() {
    let row =
      "pagebench.samples/1,01ARYZ6S41DEADBEEFDEADBEEF,,quick,map-unmap,global-lock,4,compact,local,"
      + "format=x86-64;lock=ticket;pages-per-op=16;region=private,09068eac350cd791,1,0,3,3,0,"
      + "2024-02-29T12:34:56.000Z,100000000,8000000,all,time_per_op,12.5,ns/op,lower,ok,,,clock,,0-3,,,\n"
    let lines = text(SampleFile.encode([exampleSample(invocation: 3)])).split(separator: "\n")
    #expect(lines.count == 2)
    #expect(String(lines[1]) + "\n" == row)
  }

  @Test func randomSamplesReadBackAsWritten() throws {
    var generator = SeededGenerator(seed: seed)
    let samples = (0..<300).map { _ in randomSample(&generator) }
    let file = try SampleFile.read(bytes: SampleFile.encode(samples), path: "samples.csv")
    #expect(file.tornTail == nil)
    for (read, written) in zip(file.samples, samples) { #expect(read == written, "seed \(seed)") }
    #expect(file.samples.count == samples.count)
  }

  @Test func columnsMayStandInAnyOrderAmongUnknownOnes() throws {
    let sample = exampleSample()
    let columns = SampleSchema.columnNames.reversed() + ["from_the_future"]
    let bytes = CSVWriter.encode(columns: columns, rows: [sample.csvCells.reversed() + ["?"]])
    #expect(try SampleFile.read(bytes: bytes, path: "samples.csv").samples == [sample])
  }

  @Test func aMissingColumnIsNamed() {
    let columns = SampleSchema.columnNames.filter { $0 != "better" && $0 != "note" }
    let bytes = CSVWriter.encode(columns: columns, rows: [])
    #expect(throws: ResultsFileError(path: "s.csv", line: 1, problem: .missingColumns(["better", "note"]))) {
      try SampleFile.read(bytes: bytes, path: "s.csv")
    }
  }

  @Test func aNewerSchemaIsRefusedEvenWhenColumnsDiffer() {
    let bytes = CSVWriter.encode(columns: ["schema", "other"], rows: [["pagebench.samples/2", ""]])
    let error = #expect(throws: ResultsFileError.self) { try SampleFile.read(bytes: bytes, path: "s.csv") }
    #expect(
      error?.description
        == "s.csv:2: column `schema`: the schema is `pagebench.samples/2`, newer than `pagebench.samples/1`, the newest "
        + "this build reads; use the pagebench that wrote it, or a newer one")
  }

  @Test(arguments: [
    ("schema", "other.samples/1"), ("schema", ""), ("run_id", ""), ("case", ""), ("threads", "0"), ("threads", "+4"),
    ("threads", "4.0"), ("params", "noequals"), ("params", "a=1;a=2"), ("params", "a=%4"), ("case_id", "xyz"),
    ("case_id", "0123456789ABCDEF"), ("window", "-2"), ("started_utc", "yesterday"),
    ("started_utc", "2024-02-30T00:00:00Z"),
    ("window_ns", "-1"), ("n_ops", "1e6"), ("value", "nan"), ("value", "1,5"), ("better", "up"), ("scope", ""),
    ("metric", ""), ("status", ""), ("enabled_ns", "x"),
  ])
  func aBadCellIsNamedWithFileLineAndColumn(column: String, content: String) throws {
    var cells = exampleSample().csvCells
    let position = try #require(SampleSchema.columnNames.firstIndex(of: column))
    cells[position] = content
    let bytes = CSVWriter.encode(columns: SampleSchema.columnNames, rows: [exampleSample().csvCells, cells])
    let error = #expect(throws: ResultsFileError.self) { try SampleFile.read(bytes: bytes, path: "s.csv") }
    #expect(error?.path == "s.csv" && error?.line == 3 && error?.column == column)
  }

  @Test func anUnknownStatusIsNotUsable() throws {
    var cells = exampleSample().csvCells
    cells[24] = "half_counted"
    let bytes = CSVWriter.encode(columns: SampleSchema.columnNames, rows: [cells])
    let sample = try #require(try SampleFile.read(bytes: bytes, path: "s.csv").samples.first)
    #expect(sample.status == .error && sample.usableValue == nil)
    #expect(sample.note == "unknown status `half_counted`")
  }

  @Test func aTornTailIsReported() throws {
    let bytes = SampleFile.encode([exampleSample(window: 0), exampleSample(window: 1)])
    let file = try SampleFile.read(bytes: Array(bytes.dropLast(5)), path: "s.csv")
    #expect(file.samples == [exampleSample(window: 0)])
    #expect(file.tornTail?.line == 3)
  }

  @Test func identityIsFoundByKeyName() {
    var sample = exampleSample()
    let expected = [
      "suite": "quick", "workload": "map-unmap", "case": "map-unmap", "strategy": "global-lock", "lock": "ticket",
      "format": "x86-64", "threads": "4", "placement": "compact", "mempolicy": "local", "pages-per-op": "16",
      "region": "private",
    ]
    for (key, value) in expected { #expect(sample.identity(key) == value) }
    #expect(sample.identity("nonsense") == nil && sample.identity("variant") == nil)
    sample.variant = "head"
    #expect(sample.identity("variant") == "head")
    #expect(
      exampleCell.identityKeys == [
        "suite", "workload", "strategy", "lock", "format", "threads", "placement", "mempolicy", "pages-per-op",
        "region",
      ])
  }

  @Test func filtersJoinSameKeysByOrAndOthersByAnd() throws {
    #expect(IdentityFilter().matches(exampleCell))
    #expect(try IdentityFilter(["strategy=global-lock", "strategy=other", "threads=4"]).matches(exampleCell))
    #expect(try !IdentityFilter(["strategy=global-lock", "threads=5"]).matches(exampleCell))
    #expect(try IdentityFilter(["nonsense="]).matches(exampleSample()))
    #expect(try IdentityFilter(["placement=list:0-3,8"]).keys == ["placement"])
    #expect(throws: IdentityFilter.ParseError.notAPair("=x")) { try IdentityFilter(["=x"]) }
    #expect(throws: IdentityFilter.ParseError.notAPair("x")) { try IdentityFilter(["x"]) }
  }

  @Test func aReadingWithoutACountIsNeverZero() {
    let missing = CounterReading(name: "cycles", value: nil, status: .noPermission, source: "perf")
    #expect(missing.recordedValue == nil && missing.recordedStatus == .noPermission)
    let refused = CounterReading(name: "cycles", value: 0, status: .implausible, source: "perf")
    #expect(refused.recordedValue == nil && refused.recordedStatus == .implausible)
    let contradictory = CounterReading(name: "cycles", value: nil, status: .ok, source: "perf")
    #expect(contradictory.recordedStatus == .error)
    #expect(CounterReading(name: "cycles", value: 7, status: .scaled, source: "perf").recordedValue == 7)
  }

  private func randomSample(_ generator: inout SeededGenerator) -> Sample {
    func word() -> String { CSVCodecTests.pieces.randomElement(using: &generator) ?? "" }
    func maybe(_ value: UInt64) -> UInt64? { Bool.random(using: &generator) ? value : nil }
    let status = MeasurementStatus.allCases.randomElement(using: &generator) ?? .ok
    let cell = Cell(
      suite: word(), workload: "w" + word(), strategy: word(), lock: word(), format: word(),
      threads: Int.random(in: 1...256, using: &generator), placement: word(), memoryPolicy: word(),
      parameters: ["k" + word(): word(), "j" + word(): word()])
    return Sample(
      runID: "r" + word(), variant: word(), cell: cell, benchVersion: 1, block: 2, order: 3,
      invocation: Int.random(in: 0...9, using: &generator), window: Int.random(in: -1...9, using: &generator),
      startedUTC: Bool.random(using: &generator)
        ? UTCTimestamp(millisecondsSinceEpoch: Int64.random(in: 0...4_000_000_000_000, using: &generator)) : nil,
      windowNanoseconds: maybe(.max), operations: maybe(12), scope: .thread(3), metric: "m" + word(),
      value: status.isUsable ? Double.random(in: -1e12...1e12, using: &generator) : nil, unit: word(),
      better: MetricDirection.allCases.randomElement(using: &generator) ?? .none, status: status,
      enabledNanoseconds: maybe(5), runningNanoseconds: maybe(4), source: .perf,
      event: Bool.random(using: &generator) ? "e" + word() : nil, cpus: word(),
      flags: Bool.random(using: &generator) ? [.preempted, .steal] : [], note: word())
  }
}
