import Results
import Testing

@testable import Harness

struct SuiteTests {
  @Test func `A suite's settings and axes are read as written`() throws {
    let suite = try Fixture.parse(
      Fixture.header + """

        counters = ["hardware"]
        counters-at-once = 3
        statistic = "minimum"

        [matrix]
        workload = ["map", "unmap"]
        strategy = "global"
        lock = ["ttas", "ticket"]
        threads = [1, 4]
        placement = ["compact", "list:0,1"]
        mempolicy = "interleave:0"
        pages-per-op = [1, 16]
        region = "shared"

        [window]
        warmup-ms = 0
        length-ms = 7
        count = 3

        [repetition]
        invocations = 9
        """)
    #expect(suite.name == "demo")
    #expect(suite.counters == ["hardware"])
    #expect(suite.countersAtOnce == 3)
    #expect(suite.statistic == .minimum)
    #expect(suite.matrix.parameters == ["pages-per-op": ["1", "16"], "region": ["shared"]])
    #expect(suite.matrix.placements == ["compact", "list:0,1"])
    #expect(suite.settings.window == WindowSettings(warmUpMilliseconds: 0, lengthMilliseconds: 7, count: 3))
    #expect(suite.settings.repetition == .fixed(9))
    // 2 workloads, 2 locks, 2 thread counts, 2 placements, 2 pages per operation.
    #expect(suite.matrix.cells(suite: "demo").count == 32)
  }

  @Test func `Every cell of the product appears once`() throws {
    let suite = try Fixture.suite()
    let cells = suite.matrix.cells(suite: suite.name)
    #expect(Set(cells).count == cells.count)
    #expect(cells.count == 4)
    #expect(Set(cells.map(CaseID.init)).count == 4)
  }

  @Test func `Strategies of otherwise equal cells are neighbours`() throws {
    let cells = try Fixture.suite().matrix.cells(suite: "demo")
    #expect(cells.map(\.strategy) == ["global", "coupling", "global", "coupling"])
    #expect(cells.map(\.threads) == [1, 1, 2, 2])
  }

  @Test func `Quick settings replace key by key what they name`() throws {
    let source =
      Fixture.header + "\n" + Fixture.matrix + """

        [window]
        warmup-ms = 50
        length-ms = 500
        [quick.matrix]
        threads = 1
        [quick.window]
        length-ms = 5
        [quick.repetition]
        invocations = 2
        """
    let full = try Fixture.parse(source)
    let quick = try Fixture.parse(source, isQuick: true)
    #expect(full.matrix.threads == [1, 2])
    #expect(quick.matrix.threads == [1])
    #expect(quick.matrix.strategies == full.matrix.strategies)
    #expect(quick.settings.window.lengthMilliseconds == 5)
    #expect(quick.settings.window.warmUpMilliseconds == 50)
    #expect(quick.settings.repetition == .fixed(2))
    #expect(quick.contentHash != full.contentHash, "a quick run must not be resumed as a full one")
  }

  @Test func `The stem of the path is the suite's name`() throws {
    let suite = try Fixture.parse(Fixture.header + "\n" + Fixture.matrix, file: "some/where/demo.toml")
    #expect(suite.name == "demo")
  }
}

struct SuiteCellTests {
  private func suite(_ rows: String, isQuick: Bool = false) throws -> Suite {
    try Fixture.parse(Fixture.header + "\n" + Fixture.matrix + "\n" + rows, isQuick: isQuick)
  }

  private func cells(_ rows: String) throws -> (labels: [String], warnings: [String]) {
    var warnings: [String] = []
    let cells = try suite(rows).cells { warnings.append($0) }
    return (cells.map { "\($0.workload) \($0.strategy) \($0.lock) \($0.threads)" }, warnings)
  }

  private let product = ["map global ttas 1", "map coupling ttas 1", "map global ttas 2", "map coupling ttas 2"]

  @Test func `An include row is the matrix with the row's keys in place of its own`() throws {
    let (labels, warnings) = try cells("[[include]]\nthreads = [8, 9]\nlock = \"ticket\"")
    #expect(
      labels == product + [
        "map global ticket 8", "map coupling ticket 8", "map global ticket 9", "map coupling ticket 9",
      ])
    #expect(warnings.isEmpty)
  }

  @Test func `An included cell that is there already is not measured twice`() throws {
    let (labels, warnings) = try cells("[[include]]\nthreads = [2, 3]\n[[include]]\nthreads = 3")
    #expect(labels == product + ["map global ttas 3", "map coupling ttas 3"])
    #expect(warnings == ["suite demo, line 10: every cell of this [[include]] row is there already"])
  }

  @Test func `Excludes apply to included cells too`() throws {
    let (labels, _) = try cells("[[include]]\nthreads = 3\n[[exclude]]\nthreads = 3\nstrategy = \"global\"")
    #expect(labels == product + ["map coupling ttas 3"])
  }

  @Test func `An included parameter is in the included cells only`() throws {
    let included = try suite("[[include]]\nregion = \"shared\"\nstrategy = \"global\"\nthreads = 2").cells()
    #expect(included.map { $0.parameters["region"] } == [nil, nil, nil, nil, "shared"])
  }

  @Test func `Seeds are a parameter like others: each is a case of its own`() throws {
    let suite = try suite("seed = [3, 5]")
    #expect(suite.cells().count == 8)
    #expect(Set(suite.cells().map(CaseID.init)).count == 8)
  }

  @Test func `An override changes the cells it matches, a later one wins, and other cells keep the suite's settings`()
    throws
  {
    let suite = try suite(
      """
      [window]
      length-ms = 10
      count = 4
      [[override]]
      threads = 2
      window = { length-ms = 50 }
      repetition = { invocations = 9 }
      [[override]]
      threads = [2, 3]
      strategy = "global"
      [override.window]
      length-ms = 70
      """)
    let settings = suite.cells().map { suite.settings(of: $0) }
    #expect(settings.map(\.window.lengthMilliseconds) == [10, 10, 70, 50])
    #expect(settings.map(\.window.count) == [4, 4, 4, 4])
    #expect(settings.map(\.repetition) == [.fixed(5), .fixed(5), .fixed(9), .fixed(9)])
  }

  @Test func `Quick settings have the last word over overrides`() throws {
    let rows = """
      [[override]]
      threads = 2
      window = { length-ms = 500, count = 9 }
      [quick.window]
      length-ms = 1
      """
    let (full, quick) = (try suite(rows), try suite(rows, isQuick: true))
    #expect(full.cells().map { full.settings(of: $0).window.lengthMilliseconds } == [200, 200, 500, 500])
    #expect(quick.cells().map { quick.settings(of: $0).window.lengthMilliseconds } == [1, 1, 1, 1])
    #expect(quick.cells().map { quick.settings(of: $0).window.count } == [5, 5, 9, 9])
  }

  @Test func `A fixed number of processes replaces a precision target and the other way round`() throws {
    let suite = try suite(
      """
      [repetition]
      precision = 0.02
      max-invocations = 30
      [[override]]
      threads = 2
      repetition = { invocations = 3 }
      [[override]]
      strategy = "coupling"
      repetition = { precision = 0.1 }
      """)
    #expect(
      suite.cells().map { suite.settings(of: $0).repetition } == [
        .precision(target: 0.02, limit: 30), .precision(target: 0.1, limit: 30), .fixed(3),
        .precision(target: 0.1, limit: 40),
      ])
  }

  @Test func `A row that matches nothing is announced with its line`() throws {
    let (_, warnings) = try cells("[[override]]\nthreads = 7\nwindow = { count = 1 }")
    #expect(warnings == ["suite demo, line 8: this [[override]] row matches no cell"])
  }
}

struct NearestWordTests {
  @Test(arguments: [
    ("kitten", "sitting", 3), ("", "abc", 3), ("abc", "abc", 0), ("ticket", "tikcet", 1), ("flaw", "lawn", 2),
  ])
  func `Edit distances agree with those worked out by hand`(first: String, second: String, distance: Int) {
    #expect(NearestWord.editDistance(first, second) == distance)
    #expect(NearestWord.editDistance(second, first) == distance)
  }

  @Test func `A word unlike all others has no neighbour`() {
    #expect(NearestWord.suggestion(for: "zebra", among: ["global", "coupling"]) == nil)
  }
}
