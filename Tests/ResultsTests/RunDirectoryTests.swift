import Glibc
import Testing

@testable import Results

@Suite struct RunDirectoryTests {
  private let host = HostID(hostname: "box", stableFacts: ["x"])
  private let revision = SourceRevision.commit(
    time: UTCTimestamp(secondsSinceEpoch: 1_709_210_096), hash: "0123456789abcdef", dirtyDigest: nil)

  private func makeRun(in base: String, at milliseconds: Int64 = 1000) throws -> RunDirectory {
    var generator = SeededGenerator(seed: 1)
    let run = RunID(at: UTCTimestamp(millisecondsSinceEpoch: milliseconds), using: &generator)
    return try RunDirectory.create(base: base, suite: "quick", host: host, revision: revision, runID: run)
  }

  @Test func layoutIsSuiteHostRevisionRun() throws {
    let temporary = TemporaryDirectory()
    let run = try makeRun(in: "\(temporary.path)/results")
    let parts = run.path.dropFirst(temporary.path.count).split(separator: "/")
    #expect(parts.dropLast() == ["results", "quick", Substring(host.description), "20240229T1234Z-0123456789ab"])
    #expect(RunID(String(parts[4])) != nil)
    let error = #expect(throws: RunDirectoryError.self) { try makeRun(in: "\(temporary.path)/results") }
    #expect(error?.description.contains("it exists already") == true)
  }

  @Test func whatCannotBeCreatedIsNamedWithReasonAndRemedy() throws {
    let temporary = TemporaryDirectory()
    writeFile("\(temporary.path)/file", "")
    let error = #expect(throws: RunDirectoryError.self) { try makeRun(in: "\(temporary.path)/file") }
    #expect(
      error?.description
        == "cannot create \(temporary.path)/file: Not a directory (errno 20); a file stands where a directory is "
        + "needed, or choose another place with --out")
    #expect(throws: RunDirectoryError.badName(what: "suite name", name: "../x")) {
      try RunDirectory.create(
        base: temporary.path, suite: "../x", host: host, revision: revision, runID: .generate())
    }
  }

  @Test(.enabled(if: geteuid() != 0, "root may write anywhere"))
  func aDirectoryWithoutPermissionIsNamed() throws {
    let temporary = TemporaryDirectory()
    // SAFETY: the path is bridged to a NUL-terminated buffer for the call's duration.
    unsafe chmod(temporary.path, 0o500)
    let error = #expect(throws: RunDirectoryError.self) { try makeRun(in: temporary.path) }
    #expect(error?.description.contains("Permission denied (errno 13); make it writable for this user") == true)
  }

  @Test func aRunIsFoundByDirectoryOrFile() throws {
    let temporary = TemporaryDirectory()
    let run = try makeRun(in: temporary.path)
    #expect(throws: RunDirectoryError.self) { try RunDirectory.open(run.path) }
    do {
      var log = try SampleLog(run)
      try log.append([exampleSample()])
    }
    #expect(try RunDirectory.open(run.path) == run)
    #expect(try RunDirectory.open(run.path(of: .samples)) == run)
    #expect(try run.readSamples().samples == [exampleSample()])
  }

  @Test func whatIsNoRunIsRefusedWithAHint() throws {
    let temporary = TemporaryDirectory()
    func message(_ path: String) -> String? {
      #expect(throws: RunDirectoryError.self) { try RunDirectory.open(path) }?.description
    }
    #expect(message("\(temporary.path)/none")?.contains("there is nothing there; check the path") == true)
    #expect(message(temporary.path)?.contains("it holds no samples.csv, nor does any directory below it") == true)
    writeFile("\(temporary.path)/other.csv", "a\n")
    #expect(message("\(temporary.path)/other.csv")?.contains("give a run directory or its samples.csv") == true)
    for time in [1000, 3000, 2000] as [Int64] {
      let run = try makeRun(in: temporary.path, at: time)
      writeFile(run.path(of: .samples), text(SampleFile.encode([])))
    }
    let newest = RunDirectory.runs(below: temporary.path).map(\.path).max()
    #expect(RunDirectory.runs(below: temporary.path).count == 3)
    #expect(message(temporary.path)?.hasSuffix("the newest run below it is \(newest ?? "?")") == true)
  }

  @Test func batchesAreAppendedUnderOneHeader() throws {
    let temporary = TemporaryDirectory()
    let run = try makeRun(in: temporary.path)
    let samples = (0..<6).map { exampleSample(invocation: $0) }
    do {
      var log = try SampleLog(run)
      try log.append(Array(samples[..<2]))
      try log.append([])
      try log.append(Array(samples[2..<3]))
      #expect(log.repairedTail == nil)
    }
    do {
      var log = try SampleLog(run)
      try log.append(Array(samples[3...]))
    }
    #expect(readFile(run.path(of: .samples)) == SampleFile.encode(samples))
  }

  @Test func aNewLogHasItsHeaderAtOnce() throws {
    let temporary = TemporaryDirectory()
    let run = try makeRun(in: temporary.path)
    _ = try SampleLog(run)
    #expect(readFile(run.path(of: .samples)) == SampleFile.encode([]))
  }

  @Test func aTornTailIsCutOffBeforeAppending() throws {
    let temporary = TemporaryDirectory()
    let run = try makeRun(in: temporary.path)
    let (first, second) = (exampleSample(window: 0), exampleSample(window: 1))
    let whole = text(SampleFile.encode([first]))
    writeFile(run.path(of: .samples), whole + "pagebench.samples/1,01AR")
    do {
      var log = try SampleLog(run)
      #expect(log.repairedTail == TornTail(line: 3, wholeByteCount: whole.utf8.count, tornByteCount: 24))
      try log.append([second])
    }
    #expect(readFile(run.path(of: .samples)) == SampleFile.encode([first, second]))
    writeFile(run.path(of: .samples), "schema,run")
    do {
      var log = try SampleLog(run)
      #expect(log.repairedTail?.wholeByteCount == 0)
      try log.append([second])
    }
    #expect(readFile(run.path(of: .samples)) == SampleFile.encode([second]))
  }

  @Test func onlyOneLogWritesAtATime() throws {
    let temporary = TemporaryDirectory()
    let run = try makeRun(in: temporary.path)
    let log = try SampleLog(run)
    #expect(throws: RunDirectoryError.busy(path: log.path)) { _ = try SampleLog(run) }
  }

  @Test func aLogNeverAppendsToAForeignFile() throws {
    let temporary = TemporaryDirectory()
    let run = try makeRun(in: temporary.path)
    writeFile(run.path(of: .samples), "a,b\n1,2\n")
    #expect(throws: RunDirectoryError.foreignSamples(path: run.path(of: .samples))) { _ = try SampleLog(run) }
    writeFile(run.path(of: .samples), "a,b\n1\n2,3\n")
    #expect(throws: RunDirectoryError.self) { _ = try SampleLog(run) }
    #expect(text(readFile(run.path(of: .samples))) == "a,b\n1\n2,3\n")
  }

  @Test func environmentsReadBackInOrder() throws {
    let temporary = TemporaryDirectory()
    let run = try makeRun(in: temporary.path)
    var record = EnvironmentRecord(runID: "01ARYZ6S41DEADBEEFDEADBEEF")
    record.set("host", "model", "EPYC, \"Milan\"")
    record.set("power", "governor", nil)
    record.set("load", "steal", "3", unit: "ticks")
    record.set("host", "model", "EPYC\n9004")
    try run.writeEnvironment(record)
    #expect(
      text(readFile(run.path(of: .environment)))
        == "schema,run_id,section,key,value,unit\n"
        + "pagebench.env/1,01ARYZ6S41DEADBEEFDEADBEEF,host,model,\"EPYC\n9004\",\n"
        + "pagebench.env/1,01ARYZ6S41DEADBEEFDEADBEEF,power,governor,,\n"
        + "pagebench.env/1,01ARYZ6S41DEADBEEFDEADBEEF,load,steal,3,ticks\n")
    let read = try run.readEnvironment()
    #expect(read == record)
    #expect(read["load", "steal"] == "3" && read["power", "governor"] == nil)
    // Nothing temporary is left beside it.
    #expect(try FileSystem.entries(of: run.path) == ["env.csv"])
    try run.writeEnvironment(EnvironmentRecord(runID: "x"))
    #expect(throws: RunDirectoryError.self) { try run.readEnvironment() }
  }

  @Test(arguments: [
    ("pagebench.env/1,r,host,a,1,\npagebench.env/1,s,host,b,1,\n", "run_id"),
    ("pagebench.env/1,r,host,a,1,\npagebench.env/1,r,host,a,2,\n", "key"),
    ("pagebench.env/2,r,host,a,1,\n", "schema"), ("pagebench.samples/1,r,host,a,1,\n", "schema"),
    ("pagebench.env/1,,host,a,1,\n", "run_id"), ("pagebench.env/1,r,host,,1,\n", "key"),
  ])
  func contradictoryEnvironmentsAreRefused(rows: String, column: String) {
    let content = "schema,run_id,section,key,value,unit\n" + rows
    let error = #expect(throws: ResultsFileError.self) {
      try EnvironmentRecord.read(bytes: Array(content.utf8), path: "env.csv")
    }
    #expect(error?.column == column)
  }

  @Test func differingFactsAreListed() {
    var (first, second) = (EnvironmentRecord(runID: "a"), EnvironmentRecord(runID: "b"))
    first.set("host", "model", "A")
    first.set("host", "cores", "2")
    first.set("load", "avg", "1")
    second.set("host", "model", "B")
    second.set("host", "cores", "2")
    second.set("kernel", "release", "6.1")
    let found = first.differences(from: second)
    #expect(found.map { "\($0.section).\($0.key)" } == ["host.model", "load.avg", "kernel.release"])
    #expect(found[0].first == "A" && found[0].second == "B" && found[2].first == nil)
    #expect(first.differences(from: second, sections: ["host"]).count == 1)
  }
}
