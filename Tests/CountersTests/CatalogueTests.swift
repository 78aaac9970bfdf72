import Counters
import Testing

@Suite struct CatalogueTests {
  private func counter(_ name: String, unit: String = "1") -> CounterDefinition {
    CounterDefinition(name: name, summary: "s", unit: unit, aliases: [.init(model: nil, event: "perf::CYCLES")])
  }

  private func group(
    _ name: String, includes: [String] = [], _ counters: [String] = [], derived: [(String, String, String)] = []
  ) throws -> CounterGroup {
    CounterGroup(
      name: name, summary: "s", includes: includes, counters: counters.map { counter($0) },
      derived: try derived.map {
        DerivedMetric(
          name: $0.0, summary: "s", unit: $0.1, variants: [.init(model: nil, formula: try CounterFormula($0.2))])
      })
  }

  @Test func aGroupHasWhatItIncludesOnceAndFirst() throws {
    let catalogue = try CounterCatalogue([
      group("d", includes: ["b", "c"], ["four"]), group("b", includes: ["a"], ["two"]),
      group("c", includes: ["a"], ["three"]), group("a", ["one"], derived: [("r", "1/op", "one / operations")]),
    ])
    #expect(catalogue.content(ofGroup: "d").counters.map(\.name) == ["one", "two", "three", "four"])
    #expect(catalogue.content(ofGroup: "d").derived.map(\.name) == ["r"])
    #expect(catalogue.content(ofGroup: "x").counters.isEmpty)
    #expect(catalogue.groups.map(\.name) == ["a", "b", "c", "d"])
    #expect(catalogue.groups.map(\.isPreset) == [false, true, true, true])
  }

  @Test func whatDoesNotFitTogetherIsNamed() throws {
    let cases: [([CounterGroup], String)] = [
      ([try group("a", includes: ["hardwear"]), try group("hardware")], "there is no group \"hardwear\""),
      ([try group("a", includes: ["b"]), try group("b", includes: ["a"])], "a includes b, which includes it in turn"),
      ([try group("a", includes: ["a"])], "a includes a"),
      ([try group("a", ["x"]), try group("b", ["x"])], "\"x\" is taken in the group a"),
      ([try group("a", ["x", "x"])], "\"x\" is taken in the group a"),
      ([try group("a", ["x"], derived: [("x", "1", "x")])], "\"x\" is taken in the group a"),
      ([try group("a", ["x"], derived: [("y", "1", "z")])], "uses \"z\""),
      // Of another group, but not included.
      ([try group("a", ["x"]), try group("b", derived: [("y", "1", "x")])], "uses \"x\""),
      ([try group("a", ["x"], derived: [("y", "1", "x / operations")])], "but its formula gives 1/op"),
      ([try group("a", ["x"], derived: [("y", "1", "x + operations")])], "adds or subtracts 1 and op"),
    ]
    for (groups, words) in cases {
      let error = #expect(throws: CounterCatalogueError.self) { try CounterCatalogue(groups) }
      #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }
  }

  @Test func aProcessorsOwnFormulaGoesFirst() throws {
    let metric = DerivedMetric(
      name: "m", summary: "s", unit: "1",
      variants: [
        .init(model: .zen4, formula: try CounterFormula("6")), .init(model: nil, formula: try CounterFormula("1")),
      ])
    #expect(metric.formula(for: .zen4)?.description == "6")
    #expect(metric.formula(for: .zen3)?.description == "1")
    #expect(metric.formula(for: nil)?.description == "1")
    let own = DerivedMetric(
      name: "m", summary: "s", unit: "1", variants: [.init(model: .zen4, formula: try CounterFormula("6"))])
    #expect(own.formula(for: .zen3) == nil && own.formula(for: nil) == nil)
  }
}
