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
    #expect(suite.window == WindowSettings(warmUpMilliseconds: 0, lengthMilliseconds: 7, count: 3))
    #expect(suite.invocations == 9)
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
    #expect(quick.window.lengthMilliseconds == 5)
    #expect(quick.window.warmUpMilliseconds == 50)
    #expect(quick.invocations == 2)
    #expect(quick.contentHash != full.contentHash, "a quick run must not be resumed as a full one")
  }

  @Test func `The stem of the path is the suite's name`() throws {
    let suite = try Fixture.parse(Fixture.header + "\n" + Fixture.matrix, file: "some/where/demo.toml")
    #expect(suite.name == "demo")
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
