import Counters
import Glibc
import Results
import Testing

@testable import Harness

struct CounterGroupErrorTests {
  /// The text of `demo.toml`, and the line, the fault and the suggestion that it must give.
  struct Case: CustomTestStringConvertible {
    let name: String
    let source: String
    let line: Int?
    let what: String
    let suggestion: String
    var testDescription: String { name }
  }

  private static let header = "name = \"demo\"\nsummary = \"s\"\n"
  private static let event = "[[event]]\nname = \"a\"\nsummary = \"s\"\nany = \"perf::CYCLES\"\n"
  private static func derived(_ rest: String) -> String {
    header + event + "[[derived]]\nname = \"d\"\nsummary = \"s\"\n" + rest
  }

  static let cases: [Case] = [
    Case(
      name: "unknown root key", source: header + "includes = \"software\"\n" + event, line: 3,
      what: "the counter group has no key \"includes\"", suggestion: "did you mean \"include\"?"),
    Case(
      name: "unknown processor",
      source: header + event + event.replacing("\"a\"", with: "\"b\"") + "skylake-xp = \"X\"\n", line: 11,
      what: "[[event]] has no key \"skylake-xp\"", suggestion: "did you mean \"skylake-sp\"?"),
    Case(
      name: "no event", source: header + "[[event]]\nname = \"a\"\nsummary = \"s\"\n", line: 3,
      what: "[[event]] has no event", suggestion: "any ="),
    Case(
      name: "number for an event", source: header + event + "zen4 = 7\n", line: 7, what: "zen4 is 7",
      suggestion: "strings in quotation marks"),
    Case(
      name: "illegal name", source: header + event.replacing("\"a\"", with: "\"a b\""), line: 4,
      what: "\"a b\" cannot be a name", suggestion: "letters"),
    Case(
      name: "reserved name", source: header + event.replacing("\"a\"", with: "\"operations\""), line: 4,
      what: "\"operations\" cannot be a name", suggestion: "taken"),
    Case(
      name: "unknown unit", source: header + event + "unit = \"cycles\"\n", line: 7, what: "unit has no \"cycles\"",
      suggestion: "1, ns, By"),
    Case(
      name: "unknown self-test", source: header + event + "self-test = \"tbl\"\n", line: 7,
      what: "self-test has no \"tbl\"", suggestion: "did you mean \"tlb\"?"),
    Case(
      name: "unknown direction", source: header + event + "better = \"lowest\"\n", line: 7,
      what: "better has no \"lowest\"", suggestion: "did you mean \"lower\"?"),
    Case(
      name: "missing summary", source: header + "[[event]]\nname = \"a\"\nany = \"perf::CYCLES\"\n", line: 3,
      what: "[[event]] does not set summary", suggestion: "what is counted"),
    Case(
      name: "event as a table", source: header + "[event]\nname = \"a\"\n", line: 3, what: "event is a table",
      suggestion: "two brackets"),
    Case(
      name: "nothing in it", source: header, line: nil, what: "neither events nor includes", suggestion: "[[event]]"),
    Case(
      name: "name of another file", source: header.replacing("demo", with: "other") + event, line: 1,
      what: "name is \"other\", but the file is called \"demo\"", suggestion: "rename"),
    Case(
      name: "missing unit", source: derived("any = \"a / operations\"\n"), line: 7, what: "does not set unit",
      suggestion: "unit ="),
    Case(
      name: "nonsense for a unit", source: derived("unit = \"walks\"\nany = \"a\"\n"), line: 10,
      what: "\"walks\" is no unit", suggestion: "1/op"),
    Case(
      name: "no formula", source: derived("unit = \"1\"\n"), line: 7, what: "[[derived]] has no formula",
      suggestion: "any ="),
    Case(
      name: "wrong formula", source: derived("unit = \"1\"\nany = \"a / \"\n"), line: 11, what: "ends too early",
      suggestion: "parentheses"),
    Case(
      name: "two formulas", source: derived("unit = \"1\"\nzen4 = [\"a\", \"2 * a\"]\n"), line: 11,
      what: "zen4 has 2 formulas", suggestion: "write one"),
    Case(
      name: "unknown operand", source: derived("unit = \"1/op\"\nany = \"a / operation\"\n"), line: 11,
      what: "uses \"operation\"", suggestion: "did you mean \"operations\"?"),
    Case(
      name: "wrong unit", source: derived("unit = \"1\"\nzen4 = \"a\"\nany = \"a / operations\"\n"), line: 12,
      what: "its formula gives 1/op", suggestion: "unit = \"1/op\""),
    Case(
      name: "unknown include", source: header + "include = [\"softwear\"]\n" + event, line: 3,
      what: "there is no group \"softwear\"", suggestion: "did you mean \"software\"?"),
    Case(
      name: "name taken in another file", source: header + event.replacing("\"a\"", with: "\"task-clock\""), line: 4,
      what: "\"task-clock\" is taken in the group software", suggestion: "include software"),
    Case(name: "syntax", source: "name = \"demo\"\nsummary = \n", line: 2, what: "not valid TOML", suggestion: ""),
  ]

  @Test(arguments: cases)
  func `A fault is reported with its line and what to write instead`(_ testCase: Case) throws {
    let software = CounterGroupSource(
      file: "a/software.toml",
      text: """
        name = "software"
        summary = "s"
        [[event]]
        name = "task-clock"
        summary = "s"
        any = "perf::TASK-CLOCK"
        """)
    let errors = try #require(throws: SuiteErrors.self) {
      try CounterGroupReader.catalogue(of: [software, CounterGroupSource(file: "a/demo.toml", text: testCase.source)])
    }
    #expect(errors.all.count == 1, "\(errors)")
    let error = try #require(errors.all.first)
    #expect(error.file == "a/demo.toml")
    #expect(error.position?.line == testCase.line, "\(error)")
    #expect(error.what.contains(testCase.what), "\(error)")
    #expect((error.suggestion ?? "").contains(testCase.suggestion), "\(error)")
  }

  @Test func `A whole file is read as it is written`() throws {
    let text = """
      name = "demo"
      summary = "what it is"

      [[event]]
      name = "walks"
      summary = "page walks"
      unit = "ns"
      better = "none"
      self-test = "tlb"
      zen4 = ["A", "B"]
      skylake-sp = "C"
      any = "perf::CYCLES"

      [[event]]
      name = "cycles"
      summary = "cycles"
      any = "perf::CYCLES"

      [[derived]]
      name = "share"
      summary = "share"
      unit = "%"
      better = "lower"
      zen4 = "100 * cycles / cycles"
      any = "cycles"
      """
    let catalogue = try CounterGroupReader.catalogue(of: [CounterGroupSource(file: "demo.toml", text: text)])
    let group = try #require(catalogue.group("demo"))
    #expect(group.summary == "what it is" && group.includes.isEmpty && !group.isPreset)
    #expect(group.counters.map(\.name) == ["walks", "cycles"])
    let walks = group.counters[0]
    #expect(walks.unit == "ns" && walks.better == .none && walks.exercise == .tlb && walks.summary == "page walks")
    // Processors in the order of their generations, what holds for all of them last.
    #expect(walks.aliases.map(\.event) == ["C", "A", "B", "perf::CYCLES"])
    #expect(walks.aliases.map(\.model) == [.skylakeSP, .zen4, .zen4, nil])
    #expect(group.counters[1].unit == "1" && group.counters[1].better == .lower && group.counters[1].exercise == nil)
    #expect(group.derived[0].formula(for: .zen4)?.description == "100 * cycles / cycles")
    #expect(group.derived[0].formula(for: nil)?.description == "cycles")
    #expect(group.derived[0].unit == "%" && group.derived[0].better == .lower)
  }
}

struct CounterGroupFolderTests {
  private func folder(_ base: TemporaryDirectory, _ path: String) throws -> String {
    var made = base.path
    for part in path.split(separator: "/") {
      made += "/\(part)"
      // SAFETY: mkdir reads a NUL-terminated string.
      unsafe _ = mkdir(made, 0o755)
    }
    try base.write(made + "/x.toml", "")
    return made
  }

  @Test func `Groups lie beside the suite, else where the program's clone has them`() throws {
    let base = try TemporaryDirectory()
    let clone = try folder(base, "clone/benchmarks/counters")
    let program = base.path + "/clone/.build/release/pagebench"
    func find(_ suite: String?, named: String? = nil) throws -> String {
      try CounterGroupFolder.find(named: named, suite: suite, executable: program)
    }
    // Whoever tests from the clone finds benchmarks/counters below the current directory first.
    let standard = try find(nil)
    #expect(standard == clone || standard == CounterGroupFolder.standardPath)
    let own = try folder(base, "suites/counters")
    #expect(try find(base.path + "/suites/demo.toml") == own)
    #expect(try find(base.path + "/other/demo.toml") == standard)
    #expect(try find(base.path + "/suites/demo.toml", named: clone) == clone)
  }

  @Test func `A folder that the user names is not passed over`() throws {
    let base = try TemporaryDirectory()
    let own = try folder(base, "suites/counters")
    for missing in [base.path, base.path + "/nowhere"] {
      let error = try #require(throws: CounterGroupFolderError.self) {
        try CounterGroupFolder.find(named: missing, suite: own + "/../demo.toml", executable: nil)
      }
      #expect(error.description.hasPrefix(missing) && error.description.contains("benchmarks/counters"))
    }
  }

  @Test func `Nowhere is an error that says where was looked`() {
    let error = CounterGroupFolderError(named: nil, places: ["a/counters", "b"])
    #expect(error.description.contains("looked in a/counters, b; run from a clone"))
  }
}
