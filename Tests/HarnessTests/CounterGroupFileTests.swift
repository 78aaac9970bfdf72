import Counters
import Glibc
import Results
import Testing

@testable import Harness

/// The group files of the repository.
struct CounterGroupFileTests {
  static let folder: String = {
    // Tests/HarnessTests/<this file>
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    return parts.joined(separator: "/") + "/benchmarks/counters"
  }()

  static func catalogue() throws -> CounterCatalogue { try CounterGroupFolder.load(folder) }

  @Test func `The presets are there and build on what needs no hardware`() throws {
    let catalogue = try Self.catalogue()
    #expect(
      catalogue.groups.map(\.name) == [
        "core", "hardware", "kernel", "lock", "min", "numa", "software", "tlb", "top",
      ])
    for preset in ["min", "tlb", "lock", "numa", "top"] {
      #expect(catalogue.group(preset)?.isPreset == true)
      let names = catalogue.content(ofGroup: preset).counters.map(\.name)
      #expect(names.starts(with: ["task-clock", "page-faults", "context-switches", "cpu-migrations"]))
    }
    #expect(
      catalogue.content(ofGroup: "hardware").counters.map(\.name) == [
        "cycles", "instructions", "cache-misses", "dTLB-load-misses",
      ])
  }

  @Test func `Every group says in one line each what it counts`() throws {
    for group in try Self.catalogue().groups {
      let summaries = [group.summary] + group.counters.map(\.summary) + group.derived.map(\.summary)
      #expect(summaries.allSatisfy { !$0.isEmpty && !$0.contains("\n") }, "\(group.name)")
    }
  }

  /// In a process of its own: libpfm reads the variable once, when it starts.
  @Test func `Every alias of every group encodes as the maker of its processor says`() async {
    await #expect(processExitsWith: .success) {
      // SAFETY: the process has only this test.
      unsafe setenv("LIBPFM_ENCODE_INACTIVE", "1", 1)
      let system = LinuxPerfEvents()
      var faults: [String] = []
      var unused = Set(ProcessorEvents.codes.flatMap { model, codes in codes.keys.map { "\(model.rawValue) \($0)" } })
      for alias in try Self.catalogue().groups.flatMap(\.counters).flatMap(\.aliases) {
        guard let model = alias.model else { continue }
        unused.remove("\(model.rawValue) \(alias.event)")
        guard let code = ProcessorEvents.codes[model]?[alias.event] else {
          faults.append("\(model.rawValue) \(alias.event): not in the maker's list")
          continue
        }
        for name in alias.names {
          do {
            let event = try system.encode(name)
            if event.type != 4 || event.config != code { faults.append("\(name): \(event.type):\(event.config)") }
            if !model.isOfThisInstructionSet { faults.append("\(name): libpfm knows it after all") }
          } catch PerfEventFailure.library(code: -4, _) where !model.isOfThisInstructionSet {
            // libpfm is built for one instruction set; see the list below.
          } catch {
            faults.append("\(name): \(error)")
          }
        }
      }
      faults += unused.sorted().map { "\($0): in no group" }
      print(faults.joined(separator: "\n"))
      #expect(faults == [])
      guard faults.isEmpty else { exit(1) }
    }
  }

  @Test func `libpfm knows every model of this machine's instruction set and no other`() {
    let arm: [ProcessorModel] = [.neoverseN1, .neoverseV1, .neoverseN2]
    #if arch(arm64)
      #expect(
        ProcessorModel.allCases.filter { !$0.isOfThisInstructionSet }
          == ProcessorModel.allCases.filter { !arm.contains($0) })
    #else
      #expect(ProcessorModel.allCases.filter { !$0.isOfThisInstructionSet } == arm)
    #endif
  }

  @Test func `Aliases for every processor are the kernel's own events or tracepoints`() throws {
    let system = LinuxPerfEvents()
    for alias in try Self.catalogue().groups.flatMap(\.counters).flatMap(\.aliases) where alias.model == nil {
      if alias.event.hasPrefix("tp:") {
        #expect(alias.event.split(separator: ":").count == 3)
      } else {
        #expect(alias.event.hasPrefix("perf::"))
        #expect(throws: Never.self) { try system.encode(alias.event) }
      }
    }
  }

  @Test func `Every formula is made of events that its processor has`() throws {
    let catalogue = try Self.catalogue()
    for group in catalogue.groups {
      let counters = catalogue.content(ofGroup: group.name).counters
      for metric in group.derived {
        for variant in metric.variants {
          for name in variant.formula.counters {
            let aliases = counters.first { $0.name == name }?.aliases ?? []
            #expect(
              aliases.contains { $0.model == nil || $0.model == variant.model },
              "\(group.name): \(metric.name) for \(variant.model?.rawValue ?? "any") uses \(name)")
          }
        }
      }
    }
  }

  /// Top-down analysis divides all slots among four causes, whatever the counts. The models that count slots lost in
  /// front and behind separately must have lost as many in all.
  @Test(arguments: [ProcessorModel.skylakeSP, .iceLakeSP, .sapphireRapids, .zen4, .neoverseV1, .neoverseN2])
  func `The four shares of top-down add up to all slots`(model: ProcessorModel) throws {
    let top = try #require(try Self.catalogue().group("top"))
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<100 {
      var counts: [String: Double] = [:]
      let names = [
        "cycles", "slots", "slots-retired", "slots-issued", "slots-starved", "slots-blocked", "recovery-cycles",
        "branch-misses",
      ]
      for name in names { counts[name] = Double.random(in: 1...1e6, using: &generator) }
      counts["slots-stalled"] = (counts["slots-starved"] ?? 0) + (counts["slots-blocked"] ?? 0)
      if model == .zen4 {
        // Six a cycle, each issued, starved or blocked.
        counts["slots-issued"] = 6 * (counts["cycles"] ?? 0) - (counts["slots-stalled"] ?? 0)
      }
      let shares = try ["retiring", "bad-speculation", "frontend-bound", "backend-bound"].map { name in
        let metric = try #require(top.derived.first { $0.name == name })
        return try #require(metric.formula(for: model)?.value { counts[$0] ?? .nan })
      }
      let scale = shares.map(abs).max() ?? 1
      #expect(abs(shares.reduce(0, +) - 100) <= 1e-9 * max(scale, 100), "\(counts)")
    }
  }

  @Test func `On this machine every counter of every group gets a status, and software ones values`() throws {
    let catalogue = try Self.catalogue()
    let preparation = CounterPlan.prepare(groups: catalogue.groups.map(\.name), of: catalogue)
    let names = Set(catalogue.groups.flatMap(\.counters).map(\.name))
    #expect(Set(preparation.diagnoses.map(\.name)) == names && preparation.diagnoses.count == names.count)
    for diagnosis in preparation.diagnoses {
      #expect(diagnosis.status.isUsable || diagnosis.reason != nil, "\(diagnosis)")
      if ["task-clock", "page-faults", "context-switches"].contains(diagnosis.name) {
        #expect(diagnosis.status.isUsable, "\(diagnosis)")
      }
    }
    let opened = Set(preparation.plan.sets.flatMap { $0 })
    #expect(opened.count == preparation.plan.counters.count)
  }
}
