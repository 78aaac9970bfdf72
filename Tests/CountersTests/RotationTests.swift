import MeasurementTestSupport
import Results
import Testing

@testable import Counters

@Suite struct RotationTests {
  private typealias Wish = CounterRotation.Wish

  @Test func groupsThatFitTogetherAreOneSet() {
    let wishes = [Wish(counters: [0, 1], formulas: []), Wish(counters: [2, 3], formulas: [])]
    #expect(CounterRotation.sets(wishes, limit: 4) == [[0, 1, 2, 3]])
    #expect(CounterRotation.sets(wishes, limit: 3) == [[0, 1], [2, 3]])
    #expect(CounterRotation.sets([], limit: 4).isEmpty)
    #expect(CounterRotation.sets([Wish(counters: [], formulas: [[]])], limit: 4).isEmpty)
  }

  @Test func aGroupTooLargeIsDividedAlongItsFormulas() {
    let wish = Wish(counters: [0, 1, 2, 3, 4], formulas: [[0, 4], [1, 4], [2, 3]])
    #expect(CounterRotation.sets([wish], limit: 3) == [[0, 1, 4], [2, 3]])
    #expect(CounterRotation.sets([wish], limit: 2) == [[0, 4], [1, 4], [2, 3]])
  }

  /// Nothing is lost, nothing too large, and what is wanted together is together wherever that is possible.
  @Test func holdsItsPromisesForAnyWishes() {
    var randomness = Randomness(for: "holdsItsPromisesForAnyWishes")
    for _ in 0..<500 {
      let limit = Int.random(in: 1...8, using: &randomness)
      let wishes = (0..<Int.random(in: 0...5, using: &randomness)).map { _ in
        let counters = Array((0..<20).shuffled(using: &randomness).prefix(Int.random(in: 0...12, using: &randomness)))
        let formulas = (0..<Int.random(in: 0...4, using: &randomness)).map { _ in
          Array(counters.shuffled(using: &randomness).prefix(Int.random(in: 0...4, using: &randomness)))
        }
        return Wish(counters: counters, formulas: formulas)
      }
      let sets = CounterRotation.sets(wishes, limit: limit)
      let seed: Comment = "seed \(randomness.seed)"
      #expect(sets == CounterRotation.sets(wishes, limit: limit), seed)
      #expect(sets.allSatisfy { !$0.isEmpty && $0.count <= limit && $0 == $0.sorted() }, seed)
      #expect(Set(sets.joined()) == Set(wishes.flatMap(\.counters)), seed)
      for wish in wishes {
        for bundle in wish.counters.count <= limit ? [wish.counters] : wish.formulas.filter({ $0.count <= limit }) {
          #expect(bundle.isEmpty || sets.contains { Set(bundle).isSubset(of: $0) }, seed)
        }
      }
    }
  }

  // MARK: Plans

  /// Two groups. Machines without a model give every hardware event a general counter.
  private static let catalogue = try! CounterCatalogue([
    CounterGroup(
      name: "software", summary: "s",
      counters: [definition("task-clock", "perf::TASK-CLOCK", unit: "ns"), definition("faults", "perf::PAGE-FAULTS")]),
    CounterGroup(
      name: "hardware", summary: "s",
      counters: [
        definition("cycles", "perf::CYCLES"), definition("instructions", "perf::INSTRUCTIONS"),
        definition("cache", "perf::CACHE-MISSES"), definition("tlb", "perf::DTLB-LOAD-MISSES"),
      ],
      derived: [
        DerivedMetric(
          name: "ipc", summary: "s", unit: "1",
          variants: [.init(model: nil, formula: try! CounterFormula("instructions / cycles"))])
      ]),
  ])

  private static func definition(_ name: String, _ event: String, unit: String = "1") -> CounterDefinition {
    CounterDefinition(name: name, summary: "s", unit: unit, aliases: [.init(model: nil, event: event)])
  }

  /// On a machine whose events all pass their self-tests, but for those refused.
  private func prepare(
    _ groups: [String], atOnce: Int?, refusal: @escaping FakeEvents.Refusal = { _, _ in nil }
  ) -> CounterPlan.Preparation {
    let known = ["task-clock", "faults", "cycles", "instructions", "cache", "tlb"].map { name in
      let event = FakeEvents.event(["task-clock", "faults"].contains(name) ? 1 : 0, 0, name).encoded
      let status: MeasurementStatus = refusal(event, false) == nil ? .ok : .notSupported
      return CounterDiagnosis(
        name: name, requestedEvent: name, qualifiedEvent: "q", type: 0, config: 0, source: "perf", status: status,
        selfTestCount: 1, expectation: "", reason: nil, remedy: nil)
    }
    return CounterPlan.prepare(
      groups: groups, of: Self.catalogue, countersAtOnce: atOnce,
      machine: CounterMachine(model: nil), probe: CounterProbe(system: FakePerfEvents(FakeEvents.all())), known: known)
  }

  private func names(_ plan: CounterPlan, _ invocation: Int) -> [String] {
    plan.specifications(ofInvocation: invocation).map(\.name)
  }

  @Test func whatFitsIsMeasuredByEveryInvocation() {
    let plan = prepare(["software", "hardware"], atOnce: nil).plan
    #expect(plan.sets.count == 1)
    #expect(names(plan, 3) == ["task-clock", "faults", "cycles", "instructions", "cache", "tlb"])
    #expect(plan.readingsOfOtherSets(ofInvocation: 3).isEmpty)
  }

  @Test func invocationsTakeTurnsWithWhatDoesNotFit() {
    let plan = prepare(["software", "hardware"], atOnce: 2).plan
    #expect(names(plan, 0) == ["task-clock", "faults", "cycles", "instructions"])
    #expect(names(plan, 1) == ["task-clock", "faults", "cache", "tlb"])
    for invocation in 0..<10 {
      #expect(names(plan, invocation) == names(plan, invocation % 2))
      let others = plan.readingsOfOtherSets(ofInvocation: invocation)
      #expect(Set(others.map(\.name) + names(plan, invocation)).count == 6)
      #expect(others.allSatisfy { $0.value == nil && $0.status == .notCounted })
      #expect(
        others[0].note == "measured by other invocations: set \(2 - invocation % 2) of 2, this is \(invocation % 2 + 1)"
      )
    }
    // Software events alone never take turns, and neither does nothing.
    #expect(prepare(["software"], atOnce: 1).plan.sets == [[0, 1]])
    #expect(prepare([], atOnce: nil).plan.specifications(ofInvocation: 7).isEmpty)
  }

  @Test func whatCannotBeCountedTakesNoRoomAndIsNotOpened() throws {
    let plan = prepare(["hardware"], atOnce: 1) { event, _ in event.type == 0 ? 2 : nil }.plan
    #expect(plan.sets == [[0, 1, 2, 3]])
    #expect(plan.specifications(ofInvocation: 0).allSatisfy { $0.absence?.status == .notSupported })
    let counters = WorkerCounters(
      opening: plan.specifications(ofInvocation: 0), system: FakePerfEvents(FakeEvents.all()),
      accounting: FakeAccounting())
    let readings = counters.readings(from: counters.snapshot(), to: counters.snapshot())
    #expect(readings.allSatisfy { $0.status == .notSupported && $0.value == nil && $0.event == "q" })
  }

  @Test func aGroupNamedTwiceCountsOnce() {
    #expect(prepare(["hardware", "hardware"], atOnce: nil).plan == prepare(["hardware"], atOnce: nil).plan)
  }

  @Test func aPlanIsToldByWhatItMeasures() {
    let plan = prepare(["software", "hardware"], atOnce: nil).plan
    #expect(plan.identity == prepare(["software", "hardware"], atOnce: nil).plan.identity)
    #expect(plan.identity != prepare(["software", "hardware"], atOnce: 2).plan.identity)
    #expect(plan.identity != prepare(["hardware"], atOnce: nil).plan.identity)
    #expect(plan.identity != prepare(["software", "hardware"], atOnce: nil) { _, _ in 1 }.plan.identity)
  }
}
