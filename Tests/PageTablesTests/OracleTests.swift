import Addressing
import PageTables
import PagingTestSupport
import Testing

/// Random operations through cursors mean the same as in a sorted list of leaves, for every strategy and lock.
@Suite struct OracleTests {
  /// A million steps over the configurations of one strategy.
  private func compare<C: Configuration>(_: C.Type, steps: Int, named name: String) throws {
    let seed = testSeed(name)
    var comparison = try OracleComparison(seed: seed) { try makeTable(C.self, frames: 1 << 15) }
    try comparison.run(steps: testSteps(steps))
    #expect(comparison.failure == nil, "seed \(seed)")
  }

  @Test func none() throws { try compare(Unlocked.self, steps: 1_000_000, named: "none") }
  @Test func globalTTAS() throws { try compare(GlobalTTAS.self, steps: 1_000_000, named: "global, ttas") }
  @Test func globalTicket() throws { try compare(GlobalTicket.self, steps: 100_000, named: "global, ticket") }
  @Test func couplingTTAS() throws { try compare(CouplingTTAS.self, steps: 1_000_000, named: "coupling, ttas") }
  @Test func couplingTicket() throws { try compare(CouplingTicket.self, steps: 100_000, named: "coupling, ticket") }
}
