import Glibc
import Results
import Testing

@testable import Counters

@Suite struct ResolverTests {
  private let zen4 = CounterMachine(model: .zen4)

  private func definition(_ aliases: (ProcessorModel?, String)...) -> CounterDefinition {
    CounterDefinition(
      name: "x", summary: "s", exercise: .tlb, aliases: aliases.map { .init(model: $0.0, event: $0.1) })
  }

  private func system(
    _ known: [String: UInt64], failures: [String: PerfEventFailure] = [:], isHere: Bool = true
  ) -> FakePerfEvents {
    FakePerfEvents(
      known.mapValues { config in
        .init(encoded: EncodedEvent(type: 4, config: config, qualifiedName: "q", isForThisMachine: isHere))
      }, encodingFailures: failures)
  }

  @Test func theFirstAliasThatTheProcessorKnowsIsUsed() {
    let definition = definition(
      (.iceLakeSP, "A"), (.zen4, "B"), (.zen4, "C"), (nil, "perf::CYCLES"))
    let all =
      ["icx::A": 1, "amd64_fam19h_zen4::B": 2, "amd64_fam19h_zen4::C": 3, "perf::CYCLES": 4] as [String: UInt64]
    func chosen(_ known: [String: UInt64], _ machine: CounterMachine) -> String {
      CounterResolver(machine: machine, system: system(known)).resolve(definition).specification.event
    }
    // Another processor's event is not tried, even where libpfm would encode it.
    #expect(chosen(all, zen4) == "amd64_fam19h_zen4::B")
    #expect(chosen(all.filter { $0.value != 2 }, zen4) == "amd64_fam19h_zen4::C")
    #expect(chosen(all.filter { $0.value == 4 }, zen4) == "perf::CYCLES")
    #expect(chosen(all, CounterMachine(model: nil)) == "perf::CYCLES")
    #expect(chosen(all, CounterMachine(model: .iceLakeSP)) == "icx::A")
  }

  @Test func aModelWithTwoUnitsTakesTheOneThatIsHere() {
    let machine = CounterMachine(units: ["perf", "clx"], isMultithreaded: true, hasWatchdog: false)
    #expect(machine.model == .skylakeSP && machine.unit == "clx")
    let found = CounterResolver(machine: machine, system: system(["clx::A": 1, "skx::A": 2]))
      .resolve(definition((.skylakeSP, "A")))
    #expect(found.specification.event == "clx::A" && found.event?.config == 1)
    #expect(CounterDefinition.Alias(model: .skylakeSP, event: "A").names == ["skx::A", "clx::A"])
    #expect(CounterDefinition.Alias(model: .skylakeSP, event: "perf_raw::r1").names == ["perf_raw::r1"])
  }

  @Test func aChoiceKeepsExerciseAndSource() {
    let tracepoint = FakePerfEvents([
      "tp:a:b": .init(encoded: EncodedEvent(type: 2, config: 9, qualifiedName: "tp:a:b"))
    ])
    let found = CounterResolver(machine: zen4, system: tracepoint).resolve(definition((nil, "tp:a:b")))
    #expect(found.specification.source == .tracepoint && found.specification.exercise == .tlb)
    #expect(found.specification.absence == nil)
  }

  @Test func whatNoAliasFitsSaysWhy() {
    let none = CounterResolver(machine: zen4, system: system([:])).resolve(definition((.iceLakeSP, "A")))
    #expect(none.specification.absence?.status == .notSupported && none.specification.event.isEmpty)
    #expect(none.specification.absence?.remedy?.contains("zen4") == true)

    let misspelt = CounterResolver(machine: zen4, system: system([:])).resolve(definition((.zen4, "A")))
    #expect(misspelt.specification.absence?.status == .unknownEvent)
    #expect(misspelt.specification.event == "amd64_fam19h_zen4::A")

    let foreign = CounterResolver(machine: zen4, system: system(["perf_raw::r1": 1], isHere: false))
      .resolve(definition((.zen4, "perf_raw::r1")))
    #expect(foreign.specification.absence?.status == .notSupported)
  }

  @Test func aPermissionOutweighsOtherReasons() {
    let failures: [String: PerfEventFailure] = [
      "tp:a:b": .tracepoint(.absent("tp:a:b")), "tp:c:d": .tracepoint(.unreadable("/x", errno: EACCES)),
    ]
    let found = CounterResolver(machine: zen4, system: system([:], failures: failures))
      .resolve(definition((nil, "tp:a:b"), (nil, "tp:c:d")))
    #expect(found.specification.absence?.status == .noPermission)
    #expect(found.specification.source == .tracepoint)
  }

  // Counters per thread: Intel SDM (8 shared by two threads until Skylake, then 8 each), AMD PPR (6), Arm TRM (6).
  @Test(
    arguments: [
      ("skx", true, 4), ("skx", false, 8), ("icx", true, 8), ("spr", true, 8), ("amd64_fam17h_zen2", true, 6),
      ("amd64_fam19h_zen4", false, 6), ("arm_n1", false, 6), ("nobody", true, 4),
    ])
  func countsAtOnceWhatTheProcessorHas(unit: String, isMultithreaded: Bool, counters: Int) {
    for hasWatchdog in [false, true] {
      let machine = CounterMachine(units: ["perf", unit], isMultithreaded: isMultithreaded, hasWatchdog: hasWatchdog)
      #expect(machine.countersAtOnce == counters - (hasWatchdog ? 1 : 0))
    }
  }

  @Test func cyclesTakeNoGeneralCounterWhereTheyHaveTheirOwn() {
    func takes(_ model: ProcessorModel?, _ type: UInt32, _ config: UInt64) -> Bool {
      CounterMachine(model: model).takesGeneralCounter(EncodedEvent(type: type, config: config, qualifiedName: "q"))
    }
    #expect([0, 1, 9].map { takes(.iceLakeSP, 0, $0) } == [false, false, false])
    #expect([0, 1].map { takes(.neoverseN1, 0, $0) } == [false, true])
    #expect([0, 1].map { takes(.zen4, 0, $0) } == [true, true])
    #expect(takes(nil, 0, 0) && takes(.iceLakeSP, 4, 0) && takes(.iceLakeSP, 3, 0x10003))
    #expect(!takes(.zen4, 1, 1) && !takes(.zen4, 2, 77) && !takes(.zen4, 11, 0))
  }
}
