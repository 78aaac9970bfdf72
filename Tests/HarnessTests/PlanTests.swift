import Results
import Testing

@testable import Harness

struct PlanTests {
  @Test func `Every second round runs backwards`() throws {
    let plan = try Plan(try Fixture.suite(), usableCPUs: 2)
    let labels = plan.entries.map { "\($0.cell.strategy)\($0.cell.threads)" }
    let forward = ["global1", "coupling1", "global2", "coupling2"]
    #expect(labels == forward + forward.reversed() + forward)
  }

  @Test func `Order counts up, block and invocation are the round`() throws {
    let plan = try Plan(try Fixture.suite(), usableCPUs: 2)
    #expect(plan.entries.map(\.order) == Array(0..<12))
    #expect(plan.entries.map(\.block) == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    #expect(plan.entries.map(\.invocation) == plan.entries.map(\.block))
  }

  @Test func `Over two rounds every cell has the same mean position`() throws {
    let plan = try Plan(try Fixture.suite(), usableCPUs: 2)
    let sums = Dictionary(grouping: plan.entries.filter { $0.block < 2 }, by: \.cell)
      .mapValues { $0.reduce(0) { $0 + $1.order } }
    #expect(Set(sums.values) == [7])
  }

  @Test func `More threads than CPUs is allowed, marked and announced`() throws {
    let plan = try Plan(try Fixture.suite(), usableCPUs: 1)
    #expect(plan.entries.allSatisfy { $0.isOversubscribed == ($0.cell.threads == 2) })
    #expect(plan.warnings.count == 1)
    #expect(plan.warnings.first?.contains("oversubscribed") == true)
  }

  @Test(arguments: [
    (["threads=1"], 2), (["threads=1,2"], 4), (["threads=1", "threads=2"], 4), (["strategy=global", "threads=2"], 1),
    (["workload=map"], 4), ([], 4),
  ])
  func `Filters choose the cells that match`(filters: [String], count: Int) throws {
    let plan = try Plan(try Fixture.suite(), filters: filters, usableCPUs: 2)
    #expect(plan.cells.count == count)
    #expect(plan.entries.count == 3 * count)
  }

  @Test func `A value that holds a comma itself can be chosen`() throws {
    let suite = try Fixture.parse(
      Fixture.header + "\n" + Fixture.matrix + "\nplacement = [\"compact\", \"list:0,1\"]")
    #expect(try Plan(suite, filters: ["placement=list:0,1"], usableCPUs: 2).cells.count == 4)
  }

  @Test(arguments: [
    ("thread=1", "did you mean \"threads\"?"), ("threads=3", "it has 1, 2"), ("threads", "not key=value"),
    ("strategy=globl", "did you mean \"global\"?"),
  ])
  func `A filter that can choose nothing is refused with a suggestion`(filter: String, words: String) throws {
    let suite = try Fixture.suite()
    let fault = try #require(throws: CellFilter.Fault.self) { try Plan(suite, filters: [filter], usableCPUs: 2) }
    #expect(fault.description.contains(words), "\(fault)")
  }

  @Test(arguments: [
    (["threads=1"], 2), (["threads=1,2"], 0), (["threads=1", "strategy=global"], 1), (["lock=ttas"], 0), ([], 4),
  ])
  func `Each exclusion leaves cells out by itself`(excludes: [String], count: Int) throws {
    let suite = try Fixture.suite()
    guard count > 0 else {
      let error = try #require(throws: PlanError.self) { try Plan(suite, excludes: excludes, usableCPUs: 2) }
      #expect(error.description.contains("--exclude \(excludes[0])"))
      return
    }
    #expect(try Plan(suite, excludes: excludes, usableCPUs: 2).cells.count == count)
  }

  @Test func `A bad exclusion is refused in its own name`() throws {
    let suite = try Fixture.suite()
    let fault = try #require(throws: CellFilter.Fault.self) { try Plan(suite, excludes: ["lock"], usableCPUs: 2) }
    #expect(fault.description.hasPrefix("--exclude lock:"))
  }

  @Test func `A cell with fewer invocations is in the first rounds only`() throws {
    let suite = try Fixture.parse(
      Fixture.header + "\n" + Fixture.matrix
        + "\n[repetition]\ninvocations = 3\n[[override]]\nthreads = 2\nrepetition = { invocations = 1 }")
    let plan = try Plan(suite, usableCPUs: 2)
    #expect(plan.rounds == 3)
    #expect(plan.entries.map(\.cell.threads) == [1, 1, 2, 2, 1, 1, 1, 1])
    #expect(plan.entries.map(\.block) == [0, 0, 0, 0, 1, 1, 2, 2])
    #expect(plan.entries.map(\.order) == Array(0..<8))
  }

  @Test func `The planned time counts every process with its own windows`() throws {
    let suite = try Fixture.parse(
      Fixture.header + "\n" + Fixture.matrix + """

        [window]
        warmup-ms = 20
        length-ms = 100
        count = 4
        [repetition]
        precision = 0.01
        max-invocations = 20
        [[override]]
        threads = 2
        window = { length-ms = 200 }
        repetition = { invocations = 2 }
        """)
    // 80 ms beside warm-up and windows: 2 cells at 500 ms from 8 to 20 times, 2 cells at 900 ms twice.
    let (least, most) = try Plan(suite, usableCPUs: 2).plannedDuration
    #expect(least == .milliseconds(2 * 8 * 500 + 2 * 2 * 900))
    #expect(most == .milliseconds(2 * 20 * 500 + 2 * 2 * 900))
  }

  @Test func `Plans with other settings have other hashes`() throws {
    func hash(_ rows: String) throws -> String {
      let suite = try Fixture.parse(Fixture.header + "\n" + Fixture.matrix + rows)
      return try Plan(suite, usableCPUs: 2).contentHash
    }
    let override = "\n[[override]]\nthreads = 2\nwindow = { count = 7 }"
    #expect(try hash("") == hash("\n[window]\ncount = 5"))
    #expect(try hash("") != hash(override))
  }

  @Test func `Excluded cells are not planned, and a row without effect is announced`() throws {
    let suite = try Fixture.parse(
      Fixture.header + "\n" + Fixture.matrix + """

        [[exclude]]
        strategy = "coupling"
        threads = [2]
        [[exclude]]
        workload = "unmap"
        """)
    let plan = try Plan(suite, usableCPUs: 2)
    #expect(plan.cells.count == 3)
    #expect(plan.warnings == ["suite demo, line 11: this [[exclude]] row matches no cell"])
  }

  @Test func `A plan without cells says why`() throws {
    let suite = try Fixture.parse(
      Fixture.header + "\n" + Fixture.matrix + "\n[[exclude]]\nworkload = \"map\"")
    #expect(throws: PlanError.self) { try Plan(suite, usableCPUs: 2) }
  }

  @Test func `Impossible cells are reported together before anything runs`() throws {
    struct Impossible: Error, CustomStringConvertible { var description: String { "no such lock" } }
    let plan = try Plan(try Fixture.suite(), usableCPUs: 2)
    let error = try #require(throws: PlanError.self) {
      try plan.checkPossible { cell throws in if cell.strategy == "coupling" { throw Impossible() } }
    }
    guard case .impossibleCells(let cells) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(cells.map(\.cell.threads) == [1, 2])
    #expect(error.description.contains("no such lock"))
    #expect(error.description.contains("[[exclude]]"))
  }

  @Test func `Plans with other cells have other hashes`() throws {
    let suite = try Fixture.suite()
    let all = try Plan(suite, usableCPUs: 2)
    #expect(try Plan(suite, usableCPUs: 1).contentHash == all.contentHash)
    #expect(try Plan(suite, filters: ["threads=1"], usableCPUs: 2).contentHash != all.contentHash)
  }
}
