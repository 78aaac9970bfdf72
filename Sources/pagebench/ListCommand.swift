import ArgumentParser
import Counters
import FoundationEssentials
import Harness
import Reporting
import Results
import Topology
import Workloads

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: """
      Lists what there is: suites, workloads, strategies, locks, formats, parameters, placements, memory policies, counters.
      """,
    discussion: """
      Example:
        pagebench list
        pagebench list strategies --format json
      """)

  enum Kind: String, CaseIterable, ExpressibleByArgument {
    case suites, workloads, strategies, locks, formats, parameters, placements, mempolicies, counters
  }

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }

  @Argument(help: "What to list; everything without it.")
  var kind: Kind?

  @Option(help: "How to print it.")
  var format = Format.text

  @Option(help: ArgumentHelp("Where suites are looked for.", valueName: "dir"), completion: .directory)
  var suites = "benchmarks"

  func run() throws {
    let entries = try (kind.map { [$0] } ?? Kind.allCases).flatMap(self.entries)
    switch format {
    case .text:
      var table = TextTable([.init("kind"), .init("name"), .init("what it is")])
      var previous: String?
      for entry in entries {
        if let previous, previous != entry.kind { table.appendGap() }
        previous = entry.kind
        table.append([entry.kind, entry.name, entry.summary])
      }
      StandardOutput.write(table.text())
    case .json:
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      StandardOutput.write(String(decoding: try encoder.encode(entries), as: UTF8.self) + "\n")
    }
  }

  /// One thing that a suite can name.
  private struct Entry: Encodable {
    let kind: String
    let name: String
    let summary: String
  }

  private func entries(of kind: Kind) throws -> [Entry] {
    let catalogue = WorkloadRegistry.catalogue
    func items(_ items: [Catalogue.Item]) -> [Entry] {
      items.map { Entry(kind: kind.rawValue, name: $0.name, summary: $0.summary) }
    }
    switch kind {
    case .suites: return suiteEntries()
    case .workloads: return items(catalogue.workloads)
    case .strategies: return items(catalogue.strategies)
    case .locks: return items(catalogue.locks)
    case .formats: return items(catalogue.formats)
    case .parameters:
      return catalogue.parameters.map { parameter in
        let legal = parameter.choices.isEmpty ? "a positive integer" : parameter.choices.joined(separator: ", ")
        return Entry(
          kind: kind.rawValue, name: parameter.name,
          summary: "\(parameter.summary): \(legal); default \(parameter.defaultValue)")
      }
    case .placements:
      return PlacementPolicy.summaries.map { Entry(kind: kind.rawValue, name: $0.form, summary: $0.summary) }
    case .mempolicies:
      return MemoryPolicy.summaries.map { Entry(kind: kind.rawValue, name: $0.form, summary: $0.summary) }
    case .counters:
      return try CounterGroupLoading.load().groups.flatMap { group in
        let includes = group.isPreset ? "; includes \(group.includes.joined(separator: ", "))" : ""
        return [Entry(kind: kind.rawValue, name: group.name, summary: group.summary + includes)]
          + group.counters.map {
            Entry(kind: kind.rawValue, name: "\(group.name)/\($0.name)", summary: "\($0.summary) (\($0.unit))")
          }
          + group.derived.map {
            Entry(kind: kind.rawValue, name: "\(group.name)/der.\($0.name)", summary: "\($0.summary) (\($0.unit))")
          }
      }
    }
  }

  /// The first fault of a suite, and how many more there are.
  private static func fault(_ error: any Error) -> String {
    guard let errors = error as? SuiteErrors, let first = errors.all.first else { return "\(error)" }
    return errors.all.count == 1 ? "\(first)" : "\(first); and \(errors.all.count - 1) more"
  }

  /// A suite that cannot be read is listed with what is wrong.
  private func suiteEntries() -> [Entry] {
    SuiteFile.paths(inDirectory: suites).map { path in
      let summary: String
      do { summary = try SuiteLoading.load(path, isQuick: false).question } catch { summary = Self.fault(error) }
      return Entry(kind: Kind.suites.rawValue, name: path, summary: summary)
    }
  }
}
