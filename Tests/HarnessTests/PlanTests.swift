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
    #expect(plan.warnings == ["suite demo, line 11: this [[exclude]] row matches no cell of the matrix"])
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
