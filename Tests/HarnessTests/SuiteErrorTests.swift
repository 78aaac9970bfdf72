import Testing

@testable import Harness

struct SuiteErrorTests {
  /// A suite text, and the place, the fault and the suggestion that it must give.
  struct Case: CustomTestStringConvertible {
    let name: String
    let source: String
    let place: String?
    let what: String
    let suggestion: String
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "unknown root key", source: "name = \"demo\"\nquestoin = \"x\"\nquestion = \"x\"\n" + Fixture.matrix,
      place: "2:1", what: "no key \"questoin\"", suggestion: "did you mean \"question\"?"),
    Case(
      name: "unknown matrix key", source: Fixture.header + "\n" + Fixture.matrix + "\nthread = 1", place: "8:1",
      what: "[matrix] has no key \"thread\"", suggestion: "did you mean \"threads\"?"),
    Case(
      name: "unknown strategy",
      source: Fixture.header + "\n[matrix]\nworkload = \"map\"\nstrategy = \"copling\"\nlock = \"ttas\"\nthreads = 1",
      place: "5:12", what: "there is no strategy \"copling\"", suggestion: "did you mean \"coupling\"?"),
    Case(
      name: "unknown value in an array over several lines",
      source: Fixture.header
        + "\n[matrix]\nworkload = \"map\"\nstrategy = [\n  \"global\",  # fine\n  \"coupled\",\n]\n"
        + "lock = \"ttas\"\nthreads = 1",
      place: "7:3", what: "there is no strategy \"coupled\"", suggestion: "did you mean \"coupling\"?"),
    Case(
      name: "value like no other", source: Fixture.header + "\n" + Fixture.matrix + "\nregion = \"everywhere\"",
      place: "8:10",
      what: "there is no region \"everywhere\"", suggestion: "there are private, adjacent, shared"),
    Case(
      name: "zero threads", source: Fixture.header + "\n" + Fixture.matrix.replacing("[1, 2]", with: "[1, 0]"),
      place: "7:15",
      what: "threads is 0", suggestion: "at least 1"),
    Case(
      name: "negative threads", source: Fixture.header + "\n" + Fixture.matrix.replacing("[1, 2]", with: "-3"),
      place: "7:11",
      what: "threads is -3", suggestion: "at least 1"),
    Case(
      name: "more threads than Linux has CPUs",
      source: Fixture.header + "\n" + Fixture.matrix.replacing("[1, 2]", with: "[1, 100000]"), place: "7:15",
      what: "threads is 100000", suggestion: "at most 8192"),
    Case(
      name: "a window longer than anybody's life",
      source: Fixture.header + "\n" + Fixture.matrix + "\n[window]\nlength-ms = 9223372036854775807", place: "9:13",
      what: "length-ms is 9223372036854775807", suggestion: "at most 1000000000"),
    Case(
      name: "threads as a string", source: Fixture.header + "\n" + Fixture.matrix.replacing("[1, 2]", with: "\"2\""),
      place: "7:11", what: "threads is the string \"2\"", suggestion: "without quotation marks"),
    Case(
      name: "wrong type", source: "name = \"demo\"\nquestion = 7\n" + Fixture.matrix, place: "2:12",
      what: "question is an integer", suggestion: "a string"),
    Case(
      name: "value written twice", source: Fixture.header + "\n" + Fixture.matrix.replacing("[1, 2]", with: "[2, 2]"),
      place: "7:15", what: "threads lists \"2\" twice", suggestion: "once"),
    Case(
      name: "empty axis", source: Fixture.header + "\n" + Fixture.matrix.replacing("[1, 2]", with: "[]"), place: "7:11",
      what: "threads is an empty array", suggestion: "at least one value"),
    Case(
      name: "bad placement", source: Fixture.header + "\n" + Fixture.matrix + "\nplacement = \"spread\"", place: "8:13",
      what: "placement \"spread\" is not legal", suggestion: "scatter"),
    Case(
      name: "bad exclude value",
      source: Fixture.header + "\n" + Fixture.matrix
        + "\n[[exclude]]\nworkload = \"map\"\n[[exclude]]\nlock = \"tickte\"",
      place: "11:8", what: "there is no lock \"tickte\"", suggestion: "did you mean \"ticket\"?"),
    Case(
      name: "window length of zero", source: Fixture.header + "\n" + Fixture.matrix + "\n[window]\nlength-ms = 0",
      place: "9:13",
      what: "length-ms is 0", suggestion: "at least 1"),
    Case(
      name: "unknown counter group",
      source: Fixture.header + "\ncounters = [\"software\", \"hardwear\"]\n" + Fixture.matrix,
      place: "3:25", what: "counters has no \"hardwear\"", suggestion: "did you mean \"hardware\"?"),
    Case(
      name: "no counter at once", source: Fixture.header + "\ncounters-at-once = 0\n" + Fixture.matrix, place: "3:20",
      what: "counters-at-once is 0", suggestion: "at least 1"),
    Case(
      name: "missing question", source: "name = \"demo\"\n" + Fixture.matrix, place: nil,
      what: "does not set question", suggestion: "what the suite answers"),
    Case(
      name: "missing lock", source: Fixture.header + "\n" + Fixture.matrix.replacing("lock = \"ttas\"\n", with: ""),
      place: "3:1",
      what: "[matrix] does not set lock", suggestion: "lock ="),
    Case(
      name: "name of another file", source: Fixture.header.replacing("demo", with: "other") + "\n" + Fixture.matrix,
      place: "1:8",
      what: "name is \"other\", but the file is called \"demo\"", suggestion: "rename the file"),
    Case(
      name: "fault in quick settings that are not used",
      source: Fixture.header + "\n" + Fixture.matrix + "\n[quick.window]\nwarmup = 5",
      place: "9:1", what: "[quick.window] has no key \"warmup\"", suggestion: "did you mean \"warmup-ms\"?"),
    Case(
      name: "table written with dots", source: Fixture.header + "\nwindow.count = 0\n" + Fixture.matrix, place: "3:16",
      what: "count is 0", suggestion: "at least 1"),
    Case(
      name: "table written inline", source: Fixture.header + "\nwindow = { length = 5 }\n" + Fixture.matrix,
      place: "3:12",
      what: "[window] has no key \"length\"", suggestion: "did you mean \"length-ms\"?"),
    Case(
      name: "the second of two rows written inline",
      source: Fixture.header + "\nexclude = [{ threads = 1 }, { threads = \"x\" }]\n" + Fixture.matrix, place: "3:41",
      what: "threads is the string \"x\"", suggestion: "without quotation marks"),
    Case(
      name: "bad include value", source: Fixture.header + "\n" + Fixture.matrix + "\n[[include]]\n threads = [4, 0]",
      place: "9:16", what: "threads is 0", suggestion: "at least 1"),
    Case(
      name: "include without keys", source: Fixture.header + "\n" + Fixture.matrix + "\n[[include]]", place: "8:1",
      what: "[[include]] names no key", suggestion: "name at least one key"),
    Case(
      name: "override without settings",
      source: Fixture.header + "\n" + Fixture.matrix + "\n[[override]]\nthreads = 2", place: "8:1",
      what: "[[override]] changes nothing", suggestion: "window ="),
    Case(
      name: "override of every cell",
      source: Fixture.header + "\n" + Fixture.matrix + "\n[[override]]\nwindow.count = 2", place: "8:1",
      what: "[[override]] names no key", suggestion: "name at least one key"),
    Case(
      name: "unknown key in the second override's table",
      source: Fixture.header + "\n" + Fixture.matrix
        + "\n[[override]]\nthreads = 1\n[override.window]\ncount = 1\n[[override]]\nthreads = 2\n"
        + "[override.window]\n\"cuont\" = 1",
      place: "15:1", what: "[override.window] has no key \"cuont\"", suggestion: "did you mean \"count\"?"),
    Case(
      name: "both kinds of repetition",
      source: Fixture.header + "\n" + Fixture.matrix + "\n[repetition]\ninvocations = 5\nprecision = 0.02",
      place: "10:1", what: "sets both invocations and precision", suggestion: "for a fixed number"),
    Case(
      name: "too few invocations for a precision",
      source: Fixture.header + "\n" + Fixture.matrix + "\n[repetition]\nprecision = 0.02\nmax-invocations = 7",
      place: "10:19", what: "max-invocations is 7", suggestion: "at least 8"),
    Case(
      name: "precision in percent",
      source: Fixture.header + "\n" + Fixture.matrix + "\n[repetition]\nprecision = 2", place: "9:13",
      what: "precision is 2.0", suggestion: "such as 0.02 for 2 %"),
    Case(
      name: "most without a target",
      source: Fixture.header + "\n" + Fixture.matrix + "\n[repetition]\nmax-invocations = 20", place: "9:1",
      what: "max-invocations without precision", suggestion: "precision = 0.02"),
    Case(
      name: "precision of a minimum",
      source: Fixture.header + "\nstatistic = \"minimum\"\n" + Fixture.matrix + "\n[repetition]\nprecision = 0.1",
      place: "10:1", what: "precision is about the median", suggestion: "invocations"),
    Case(
      name: "warm-up beyond its limit",
      source: Fixture.header + "\n" + Fixture.matrix + "\n[window]\nwarmup-ms = 9\nmax-warmup-ms = 8", place: "10:17",
      what: "max-warmup-ms is 8, less than the warmup-ms of 9", suggestion: "at least 9"),
    Case(
      name: "syntax", source: "name = \"demo\"\nquestion = \n", place: "2:12", what: "not valid TOML", suggestion: ""),
  ]

  @Test(arguments: cases)
  func `A fault is reported with its place and what to write instead`(_ testCase: Case) throws {
    let errors = try #require(throws: SuiteErrors.self) { try Fixture.parse(testCase.source) }
    #expect(errors.all.count == 1, "\(errors)")
    let error = try #require(errors.all.first)
    #expect(error.file == "demo.toml")
    #expect(error.position?.description == testCase.place)
    #expect(error.what.contains(testCase.what), "\(error)")
    #expect((error.suggestion ?? "").contains(testCase.suggestion), "\(error)")
  }

  @Test func `All faults of a file are reported at once, in line order`() throws {
    let source =
      "nme = \"demo\"\nquestion = \"x\"\n[matrix]\nworkload = \"mpa\"\nstrategy = \"global\"\nlock = \"x\"\nthreads = 0"
    let errors = try #require(throws: SuiteErrors.self) { try Fixture.parse(source) }
    #expect(errors.all.map { $0.position?.line } == [nil, 1, 4, 6, 7])
  }

  @Test func `A message starts with file, line and column as editors read them`() {
    let error = SuiteError(
      file: "a/b.toml", position: TextPosition(line: 12, column: 7), what: "threads is 0",
      suggestion: "write 1")
    #expect(error.description == "a/b.toml:12:7: threads is 0; write 1")
  }
}
