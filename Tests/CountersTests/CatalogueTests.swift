import Counters
import Testing

@Suite struct CatalogueTests {
  @Test func groupsAreChosenByName() throws {
    #expect(
      try CounterCatalogue.counters(inGroups: ["hardware"]).map(\.name) == [
        "cycles", "instructions", "cache-misses", "dTLB-load-misses",
      ])
    let both = try CounterCatalogue.counters(inGroups: ["software", "hardware", "software"])
    #expect(
      both.map(\.name) == [
        "task-clock", "page-faults", "context-switches", "cpu-migrations", "cycles", "instructions", "cache-misses",
        "dTLB-load-misses",
      ])
    #expect(try CounterCatalogue.counters(inGroups: []).isEmpty)
  }

  @Test func anUnknownGroupIsNamedWithTheKnownOnes() {
    let error = #expect(throws: CounterCatalogueError.self) { try CounterCatalogue.counters(inGroups: ["tlb"]) }
    #expect(error?.description == "unknown counter group 'tlb'; choose from software, hardware")
  }

  @Test func everyCounterHasItsOwnNameAndOneLine() {
    let entries = CounterCatalogue.groups.flatMap(\.entries)
    #expect(Set(entries.map(\.counter.name)).count == entries.count)
    #expect(entries.allSatisfy { !$0.summary.isEmpty && !$0.summary.contains("\n") })
  }
}
