import Testing

@testable import Results

/// Names that files and directories are found by; expected values are published or computed independently.
@Suite struct NameTests {
  let seed = SeededGenerator.seedForThisRun()

  // Vectors of the FNV reference distribution.
  @Test(arguments: [
    ("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8 as UInt64),
  ])
  func hashAgreesWithPublishedVectors(content: String, expected: UInt64) {
    var hash = FNV1a64()
    hash.combine(content)
    #expect(hash.value == expected)
  }

  @Test func caseIdentifierAgreesWithAnIndependentComputation() {
    // Python: FNV-1a over b"\xff".join of the seven columns.
    #expect(CaseID(of: exampleCell).description == "09068eac350cd791")
    #expect(CaseID("09068eac350cd791") == CaseID(of: exampleCell))
    #expect(CaseID("09068EAC350CD791") == nil && CaseID("9068eac350cd791") == nil && CaseID("+9068eac350cd791") == nil)
  }

  @Test func everyPartOfACellChangesItsIdentifier() {
    var cells = [exampleCell]
    func add(_ change: (inout Cell) -> Void) {
      var cell = exampleCell
      change(&cell)
      cells.append(cell)
    }
    add { $0.suite = "full" }
    add { $0.workload = "map" }
    add { $0.strategy = "subtree" }
    add { $0.lock = "mcs" }
    add { $0.format = "sv48" }
    add { $0.threads = 5 }
    add { $0.placement = "scatter" }
    add { $0.memoryPolicy = "bind:0" }
    add { $0.parameters["region"] = "shared" }
    add { $0.parameters["extra"] = "" }
    // Moving a character across a column border must not go unseen.
    add { ($0.suite, $0.workload) = ("quickm", "ap-unmap") }
    #expect(Set(cells.map { CaseID(of: $0) }).count == cells.count)
  }

  @Test func parametersHaveOneCanonicalText() {
    #expect(ParameterText.encode(["b": "1;2", "a": "x=y%", "é": "\n"]) == "a=x%3Dy%25;b=1%3B2;é=%0A")
    #expect(ParameterText.encode([:]).isEmpty)
    #expect(ParameterText.decode("")?.isEmpty == true)
    #expect(exampleCell.parameterText == "format=x86-64;lock=ticket;pages-per-op=16;region=private")
    for bad in ["a", "=1", "a=1;", ";a=1", "a=1;a=2", "a=b=c", "a=%", "a=%G0", "a=%FF"] {
      #expect(ParameterText.decode(bad) == nil, "\(bad)")
    }
  }

  @Test func parametersReadBackAsWritten() {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      var parameters: [String: String] = [:]
      for index in 0..<Int.random(in: 0...4, using: &generator) {
        parameters["\(index)\(CSVCodecTests.pieces.randomElement(using: &generator) ?? "")"] =
          CSVCodecTests.pieces.randomElement(using: &generator)
      }
      #expect(ParameterText.decode(ParameterText.encode(parameters)) == parameters, "seed \(seed)")
    }
  }

  // Python's datetime gives the same.
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
    (1_709_210_096_007, "2024-02-29T12:34:56.007Z"), (4_102_444_800_000, "2100-01-01T00:00:00.000Z"),
    (-1, "1969-12-31T23:59:59.999Z"),
  ])
  func timesReadAsTheCalendarSays(milliseconds: Int64, expected: String) {
    let time = UTCTimestamp(millisecondsSinceEpoch: milliseconds)
    #expect(time.rfc3339 == expected)
    #expect(UTCTimestamp(rfc3339: expected) == time)
  }

  @Test func everyInstantReadsBack() {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let time = UTCTimestamp(
        millisecondsSinceEpoch: Int64.random(in: -62_135_596_800_000...253_402_300_799_999, using: &generator))
      #expect(UTCTimestamp(rfc3339: time.rfc3339) == time, "seed \(seed)")
    }
  }

  @Test(arguments: [
    "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z",
    "2024-01-01 00:00:00Z",
    "2024-01-01T00:00:00", "2024-01-01T00:00:00+01:00", "2024-01-01T00:00:60Z", "2024-01-01T00:00:00.Z", "",
    "2024-01-01T00:00:00.0000Z", "2024-00-01T00:00:00Z",
  ])
  func whatIsNoInstantIsRefused(content: String) { #expect(UTCTimestamp(rfc3339: content) == nil) }

  @Test func runIdentifiersFollowTheULIDSpecification() {
    var generator = SeededGenerator(seed: seed)
    // The example of the ULID specification.
    let run = RunID(at: UTCTimestamp(millisecondsSinceEpoch: 1_469_918_176_385), using: &generator)
    #expect(run.description.hasPrefix("01ARYZ6S41") && run.description.count == 26)
    #expect(run.time.millisecondsSinceEpoch == 1_469_918_176_385)
    #expect(RunID(run.description) == run)
    for bad in [
      "", "01ARYZ6S41", "81ARYZ6S41DEADBEEFDEADBEEF", "01aryz6s41deadbeefdeadbeef", "01ARYZ6S41DEADBEEFDEADBEEU",
    ] {
      #expect(RunID(bad) == nil, "\(bad)")
    }
    let later = RunID(at: UTCTimestamp(millisecondsSinceEpoch: 1_469_918_176_386), using: &generator)
    #expect(run < later)
    #expect(Set((0..<500).map { _ in RunID.generate() }).count == 500)
  }

  @Test func hostIdentifiersAreSlugsWithADigestOfTheFacts() {
    let facts = ["25/1/1", "1", "2", "1", "23"]
    #expect(HostID(hostname: "Build_Box.Example..org", stableFacts: facts).description == "build-box-example-org-67e6")
    #expect(HostID(hostname: "…", stableFacts: facts).description == "host-67e6")
    let changed = HostID(hostname: "host", stableFacts: ["25/1/1", "1", "2", "1", "24"])
    #expect(changed != HostID(hostname: "host", stableFacts: facts))
    #expect(HostID(hostname: "h", stableFacts: ["ab", "c"]) != HostID(hostname: "h", stableFacts: ["a", "bc"]))
  }

  @Test func revisionsSortByHistory() {
    let time = UTCTimestamp(secondsSinceEpoch: 1_709_210_096)
    let hash = "0123456789abcdef0123456789abcdef01234567"
    #expect(
      SourceRevision.commit(time: time, hash: hash, dirtyDigest: nil).description == "20240229T1234Z-0123456789ab")
    #expect(
      SourceRevision.commit(time: time, hash: hash, dirtyDigest: "a1b2c3d4e5").description
        == "20240229T1234Z-0123456789ab+dirty.a1b2c3")
    #expect(SourceRevision.unversioned.description == "unversioned")
  }
}
