import Testing

@testable import Harness

struct SuiteErrorTests {
  /// A suite text, and the line, the fault and the suggestion that it must give.
  struct Case: CustomTestStringConvertible {
    let name: String
    let source: String
    let line: Int?
    let what: String
    let suggestion: String
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "unknown root key", source: "name = \"demo\"\nquestoin = \"x\"\nquestion = \"x\"\n" + Fixture.matrix,
      line: 2, what: "no key \"questoin\"", suggestion: "did you mean \"question\"?"),
    Case(
      name: "unknown matrix key", source: Fixture.header + "\n" + Fixture.matrix + "\nthread = 1", line: 8,
      what: "[matrix] has no key \"thread\"", suggestion: "did you mean \"threads\"?"),
    Case(
      name: "unknown strategy",
      source: Fixture.header + "\n[matrix]\nworkload = \"map\"\nstrategy = \"copling\"\nlock = \"ttas\"\nthreads = 1",
      line: 5, what: "there is no strategy \"copling\"", suggestion: "did you mean \"coupling\"?"),
    Case(
      name: "unknown value in an array over several lines",
      source: Fixture.header
        + "\n[matrix]\nworkload = \"map\"\nstrategy = [\n  \"global\",  # fine\n  \"coupled\",\n]\n"
        + "lock = \"ttas\"\nthreads = 1",
      line: 7, what: "there is no strategy \"coupled\"", suggestion: "did you mean \"coupling\"?"),
    Case(
      name: "value like no other", source: Fixture.header + "\n" + Fixture.matrix + "\nregion = \"everywhere\"",
      line: 8,
      what: "there is no region \"everywhere\"", suggestion: "there are private, adjacent, shared"),
    Case(
      name: "zero threads", source: Fixture.header + "\n" + Fixture.matrix.replacing("[1, 2]", with: "[1, 0]"), line: 7,
      what: "threads is 0", suggestion: "at least 1"),
    Case(
      name: "negative threads", source: Fixture.header + "\n" + Fixture.matrix.replacing("[1, 2]", with: "-3"), line: 7,
      what: "threads is -3", suggestion: "at least 1"),
    Case(
      name: "more threads than Linux has CPUs",
      source: Fixture.header + "\n" + Fixture.matrix.replacing("[1, 2]", with: "[1, 100000]"), line: 7,
      what: "threads is 100000", suggestion: "at most 8192"),
    Case(
      name: "a window longer than anybody's life",
      source: Fixture.header + "\n" + Fixture.matrix + "\n[window]\nlength-ms = 9223372036854775807", line: 9,
      what: "length-ms is 9223372036854775807", suggestion: "at most 1000000000"),
    Case(
      name: "threads as a string", source: Fixture.header + "\n" + Fixture.matrix.replacing("[1, 2]", with: "\"2\""),
      line: 7, what: "threads is the string \"2\"", suggestion: "without quotation marks"),
    Case(
      name: "wrong type", source: "name = \"demo\"\nquestion = 7\n" + Fixture.matrix, line: 2,
      what: "question is an integer", suggestion: "a string"),
    Case(
      name: "value written twice", source: Fixture.header + "\n" + Fixture.matrix.replacing("[1, 2]", with: "[2, 2]"),
      line: 7, what: "threads lists \"2\" twice", suggestion: "once"),
    Case(
      name: "empty axis", source: Fixture.header + "\n" + Fixture.matrix.replacing("[1, 2]", with: "[]"), line: 7,
      what: "threads is an empty array", suggestion: "at least one value"),
    Case(
      name: "bad placement", source: Fixture.header + "\n" + Fixture.matrix + "\nplacement = \"spread\"", line: 8,
      what: "placement \"spread\" is not legal", suggestion: "scatter"),
    Case(
      name: "bad exclude value",
      source: Fixture.header + "\n" + Fixture.matrix
        + "\n[[exclude]]\nworkload = \"map\"\n[[exclude]]\nlock = \"tickte\"",
      line: 11, what: "there is no lock \"tickte\"", suggestion: "did you mean \"ticket\"?"),
    Case(
      name: "window length of zero", source: Fixture.header + "\n" + Fixture.matrix + "\n[window]\nlength-ms = 0",
      line: 9,
      what: "length-ms is 0", suggestion: "at least 1"),
    Case(
      name: "unknown counter group",
      source: Fixture.header + "\ncounters = [\"software\", \"hardwear\"]\n" + Fixture.matrix,
      line: 3, what: "counters has no \"hardwear\"", suggestion: "did you mean \"hardware\"?"),
    Case(
      name: "no counter at once", source: Fixture.header + "\ncounters-at-once = 0\n" + Fixture.matrix, line: 3,
      what: "counters-at-once is 0", suggestion: "at least 1"),
    Case(
      name: "missing question", source: "name = \"demo\"\n" + Fixture.matrix, line: nil,
      what: "does not set question", suggestion: "what the suite answers"),
    Case(
      name: "missing lock", source: Fixture.header + "\n" + Fixture.matrix.replacing("lock = \"ttas\"\n", with: ""),
      line: 3,
      what: "[matrix] does not set lock", suggestion: "lock ="),
    Case(
      name: "name of another file", source: Fixture.header.replacing("demo", with: "other") + "\n" + Fixture.matrix,
      line: 1,
      what: "name is \"other\", but the file is called \"demo\"", suggestion: "rename the file"),
    Case(
      name: "fault in quick settings that are not used",
      source: Fixture.header + "\n" + Fixture.matrix + "\n[quick.window]\nwarmup = 5",
      line: 9, what: "[quick.window] has no key \"warmup\"", suggestion: "did you mean \"warmup-ms\"?"),
    Case(
      name: "table written with dots", source: Fixture.header + "\nwindow.count = 0\n" + Fixture.matrix, line: 3,
      what: "count is 0", suggestion: "at least 1"),
    Case(
      name: "table written inline", source: Fixture.header + "\nwindow = { length = 5 }\n" + Fixture.matrix, line: 3,
      what: "[window] has no key \"length\"", suggestion: "did you mean \"length-ms\"?"),
    Case(name: "syntax", source: "name = \"demo\"\nquestion = \n", line: 2, what: "not valid TOML", suggestion: ""),
  ]

  @Test(arguments: cases)
  func `A fault is reported with its line and what to write instead`(_ testCase: Case) throws {
    let errors = try #require(throws: SuiteErrors.self) { try Fixture.parse(testCase.source) }
    #expect(errors.all.count == 1, "\(errors)")
    let error = try #require(errors.all.first)
    #expect(error.file == "demo.toml")
    #expect(error.line == testCase.line)
    #expect(error.what.contains(testCase.what), "\(error)")
    #expect((error.suggestion ?? "").contains(testCase.suggestion), "\(error)")
  }

  @Test func `All faults of a file are reported at once, in line order`() throws {
    let source =
      "nme = \"demo\"\nquestion = \"x\"\n[matrix]\nworkload = \"mpa\"\nstrategy = \"global\"\nlock = \"x\"\nthreads = 0"
    let errors = try #require(throws: SuiteErrors.self) { try Fixture.parse(source) }
    #expect(errors.all.map(\.line) == [nil, 1, 4, 6, 7])
  }

  @Test func `A message starts with file and line as editors read them`() {
    let error = SuiteError(file: "a/b.toml", line: 12, what: "threads is 0", suggestion: "write 1")
    #expect(error.description == "a/b.toml:12: threads is 0; write 1")
  }
}
