import Addressing
import Formats
import PageTables
import PagingTestSupport
import Testing

/// Random operations through cursors mean the same as in a sorted list of leaves, for every strategy, lock and format.
@Suite struct OracleTests {
  private func compare<C: Configuration>(_: C.Type, steps: Int, named name: String) throws {
    let seed = testSeed(name)
    var comparison = OracleComparison<C> { try makePool(C.self) }
    try comparison.run(seed: seed, steps: testSteps(steps))
    if let report = comparison.report { Issue.record(Comment(rawValue: report)) }
  }

  @Test func none() throws { try compare(Unlocked.self, steps: 1_000_000, named: "none") }
  @Test func globalTTAS() throws { try compare(GlobalTTAS.self, steps: 800_000, named: "global, ttas") }
  @Test func globalTicket() throws { try compare(GlobalTicket.self, steps: 300_000, named: "global, ticket") }
  @Test func couplingTTAS() throws { try compare(CouplingTTAS.self, steps: 1_000_000, named: "coupling, ttas") }
  @Test func couplingTicket() throws { try compare(CouplingTicket.self, steps: 300_000, named: "coupling, ticket") }

  @Test func pruneWhenEmpty() throws {
    try compare(Pruning<PruneWhenEmpty>.self, steps: 300_000, named: "coupling, prune when empty")
  }
  @Test func pruneOnDrop() throws {
    try compare(Pruning<PruneOnDrop>.self, steps: 300_000, named: "coupling, prune on drop")
  }

  @Test func la57() throws { try compare(Coupled<X86_64LA57>.self, steps: 300_000, named: "x86-64-la57") }
  @Test func sv39() throws { try compare(Coupled<Sv39>.self, steps: 300_000, named: "sv39") }
  @Test func sv48() throws { try compare(Coupled<Sv48>.self, steps: 300_000, named: "sv48") }
  @Test func sv57() throws { try compare(Coupled<Sv57>.self, steps: 300_000, named: "sv57") }
  @Test func aarch64() throws { try compare(Coupled<AArch64>.self, steps: 300_000, named: "aarch64") }
  @Test func aarch64Upper() throws { try compare(Coupled<AArch64Upper>.self, steps: 100_000, named: "aarch64-upper") }
  @Test func loongArch64() throws { try compare(Coupled<LoongArch64>.self, steps: 300_000, named: "loongarch64") }
}
