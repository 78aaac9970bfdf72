import Testing

@testable import Results

@Suite struct CSVCodecTests {
  let seed = SeededGenerator.seedForThisRun()

  /// Pieces that hurt a careless codec, alone and in combination.
  static let pieces = [
    "", "a", "1.5", ",", "\"", "\"\"", "\n", "\r", "\r\n", " ", "\t", "é", "漢字", "👩‍👩‍👧", "\u{FEFF}", "key=value;b=c", "#",
    "'", "\\", "\u{85}", "\u{2028}", "%", "x y",
  ]

  private func randomCell(_ generator: inout SeededGenerator) -> String {
    (0..<Int.random(in: 0...4, using: &generator))
      .map { _ in Self.pieces.randomElement(using: &generator) ?? "" }.joined()
  }

  @Test func readingGivesBackWhatWasWritten() throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      let width = Int.random(in: 1...5, using: &generator)
      let columns = (0..<width).map { "c\($0)" }
      let rows = (0..<Int.random(in: 0...6, using: &generator))
        .map { _ in (0..<width).map { _ in randomCell(&generator) } }
      let bytes = CSVWriter.encode(columns: columns, rows: rows)
      let table = try CSVReader.read(bytes: bytes, path: "fuzz.csv")
      #expect(table.columns == columns, "seed \(seed)")
      // Comparing bytes: Swift's == takes canonically equivalent texts for the same.
      #expect(
        table.rows.map { $0.cells.map { Array($0.utf8) } } == rows.map { $0.map { Array($0.utf8) } }, "seed \(seed)")
      #expect(table.tornTail == nil, "seed \(seed)")
    }
  }

  @Test func everyPrefixOfAFileGivesItsWholeRecordsOrNamesTheCut() throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<25 {
      let rows = (0..<3).map { _ in (0..<3).map { _ in randomCell(&generator) } }
      let bytes = CSVWriter.encode(columns: ["a", "b", "c"], rows: rows)
      let headerLength = 6
      for length in headerLength..<bytes.count {
        let prefix = Array(bytes[..<length])
        do {
          let table = try CSVReader.read(bytes: prefix, path: "cut.csv")
          #expect(table.rows.map(\.cells) == Array(rows.prefix(table.rows.count)), "seed \(seed), \(length) bytes")
          if let torn = table.tornTail {
            #expect(torn.wholeByteCount + torn.tornByteCount == length, "seed \(seed), \(length) bytes")
            #expect(torn.wholeByteCount >= headerLength, "seed \(seed), \(length) bytes")
          }
        } catch {
          // A cut just behind a line break inside quotes looks like a quote that was never closed.
          #expect(error.problem == .unterminatedQuote, "seed \(seed), \(length) bytes")
        }
      }
    }
  }

  // Rules of section 2 of RFC 4180 and of the schema: what is quoted and what is not.
  @Test(arguments: [
    ("plain", "plain"), ("a b", "a b"), ("", ""), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""),
    ("a\nb", "\"a\nb\""), ("a\rb", "\"a\rb\""), (" lead", "\" lead\""), ("trail ", "\"trail \""), ("\tx", "\"\tx\""),
    ("é", "é"),
  ])
  func cellsAreQuotedOnlyWhenTheyMustBe(cell: String, expected: String) {
    #expect(text(CSVWriter.encode(columns: ["a", "b"], rows: [[cell, "z"]])) == "a,b\n\(expected),z\n")
  }

  @Test func theHeaderIsWrittenExactlyOnce() {
    var writer = CSVWriter(columns: ["a", "b"])
    writer.append(["1", "2"])
    #expect(text(writer.drain()) == "a,b\n1,2\n")
    writer.append(["3", "4"])
    #expect(text(writer.drain()) == "3,4\n")
    #expect(writer.drain().isEmpty)
    var continued = CSVWriter(columns: ["a", "b"], header: .alreadyWritten)
    continued.append(["5", "6"])
    #expect(text(continued.drain()) == "5,6\n")
  }

  @Test func bothLineEndsAreRead() throws {
    let table = try CSVReader.read(bytes: Array("a,b\r\n1,\"2\"\r\n3,4\n".utf8), path: "x.csv")
    #expect(table.rows == [CSVRow(line: 2, cells: ["1", "2"]), CSVRow(line: 3, cells: ["3", "4"])])
  }

  @Test func linesAreCountedThroughQuotedBreaks() throws {
    let table = try CSVReader.read(bytes: Array("a\n\"x\ny\"\nz\n".utf8), path: "x.csv")
    #expect(table.rows.map(\.line) == [2, 4])
  }

  @Test func aTornLastRecordIsReportedBesideTheWholeOnes() throws {
    let table = try CSVReader.read(bytes: Array("a,b\n1,2\n3,".utf8), path: "x.csv")
    #expect(table.rows.map(\.cells) == [["1", "2"]])
    #expect(table.tornTail == TornTail(line: 3, wholeByteCount: 8, tornByteCount: 2))
    // A record that looks whole but has no line end may have lost digits.
    let complete = try CSVReader.read(bytes: Array("a,b\n1,2\n3,45".utf8), path: "x.csv")
    #expect(complete.rows.count == 1)
    #expect(complete.tornTail?.tornByteCount == 4)
    let quoted = try CSVReader.read(bytes: Array("a,b\n1,\"half".utf8), path: "x.csv")
    #expect(quoted.tornTail == TornTail(line: 2, wholeByteCount: 4, tornByteCount: 7))
  }

  @Test(arguments: [
    ("a,b\n1\n", 2, ResultsFileError.Problem.raggedRow(expected: 2, found: 1)),
    ("a,b\n1,2\n1,2,3\n", 3, .raggedRow(expected: 2, found: 3)),
    ("a,b\n\n", 2, .raggedRow(expected: 2, found: 1)),
    ("a,b\n1,\"2\n", 2, .unterminatedQuote),
    ("a,b\n1,2\"\n", 2, .bareQuote),
    ("a,b\n1,\"2\"x\n", 2, .textAfterQuote),
    ("a,b\n1\r,2\n", 2, .bareCarriageReturn),
    ("a,a\n1,2\n", 1, .duplicateColumn("a")),
    ("a,b", 1, .tornHeader),
    ("\u{FEFF}a,b\n", 1, .byteOrderMark),
    ("a,b\n1,\0\n", 2, .invalidText),
  ])
  func malformedTextIsRefusedWithItsLine(content: String, line: Int, problem: ResultsFileError.Problem) {
    let error = #expect(throws: ResultsFileError.self) {
      try CSVReader.read(bytes: Array(content.utf8), path: "bad.csv")
    }
    #expect(error?.problem == problem)
    #expect(error?.line == line)
    #expect(error?.description.hasPrefix("bad.csv:\(line): ") == true)
  }

  @Test func textThatIsNotUTF8IsRefused() {
    let error = #expect(throws: ResultsFileError.self) {
      try CSVReader.read(bytes: Array("a\n".utf8) + [0xC3, 0x28, 0x0A], path: "bad.csv")
    }
    #expect(error?.problem == .invalidText)
    #expect(throws: ResultsFileError(path: "bad.csv", problem: .empty)) {
      try CSVReader.read(bytes: [], path: "bad.csv")
    }
  }

  @Test func aMissingFileIsNamed() {
    let error = #expect(throws: ResultsFileError.self) { try CSVReader.read(path: "/nonexistent/samples.csv") }
    #expect(
      error?.description
        == "/nonexistent/samples.csv: cannot be read: No such file or directory (errno 2); check the path")
  }

  @Test func columnsAreFoundByName() throws {
    let table = try CSVReader.read(bytes: Array("a,b,c\n".utf8), path: "x.csv")
    #expect(try table.positions(of: ["c", "a"]) == [2, 0])
    #expect(throws: ResultsFileError(path: "x.csv", line: 1, problem: .missingColumns(["d", "e"]))) {
      try table.positions(of: ["a", "d", "e"])
    }
  }

  @Test(arguments: [
    (0.0, "0"), (1456.0, "1456"), (-3.0, "-3"), (0.1, "0.1"), (1e300, "1e+300"),
    (9_007_199_254_740_992, "9007199254740992"),
    (1.0 / 3, "0.3333333333333333"),
  ])
  func decimalsAreShortAndReadBack(value: Double, expected: String) {
    #expect(DecimalText.format(value) == expected)
    #expect(DecimalText.parse(expected) == value)
  }

  @Test(arguments: ["nan", "inf", "-inf", "0x10", "1_000", "1,5", "", " 1", "1e999", "--1"])
  func whatIsNotADecimalIsRefused(content: String) {
    #expect(DecimalText.parse(content) == nil)
    #expect(DecimalText.format(.nan) == nil && DecimalText.format(.infinity) == nil)
  }
}
