import Counters
import Results
import TOMLKit

/// The text of one counter group file.
struct CounterGroupSource {
  /// Its path as the user would name it.
  let file: String
  let text: String
}

/// Reads counter group files.
enum CounterGroupReader {
  /// - Throws: ``SuiteErrors`` with every fault found, in all files.
  static func catalogue(of sources: [CounterGroupSource]) throws(SuiteErrors) -> CounterCatalogue {
    let files = sources.map { source in
      (
        collector: SuiteFaultCollector(
          file: source.file, locator: TOMLLocator(source: source.text), subject: "the counter group"),
        source: source
      )
    }
    var groups: [(group: CounterGroup, faults: SuiteFaultCollector)] = []
    for (collector, source) in files {
      if let group = group(source, collector) { groups.append((group, collector)) }
    }
    if files.allSatisfy(\.collector.faults.isEmpty) {
      do throws(CounterCatalogueError) { return try CounterCatalogue(groups.map(\.group)) } catch {
        for fault in error.faults {
          // Two files cannot have one stem, so the group tells the file.
          guard let (group, collector) = groups.first(where: { $0.group.name == fault.group }) else { continue }
          collector.add(line(of: fault, group, collector), fault.what, suggestion(fault))
        }
      }
    }
    throw SuiteErrors(all: files.flatMap { $0.collector.faults.sorted { ($0.line ?? 0) < ($1.line ?? 0) } })
  }

  private static func group(_ source: CounterGroupSource, _ faults: SuiteFaultCollector) -> CounterGroup? {
    let root: TOMLTable
    do {
      root = try TOMLTable(string: source.text)
    } catch let error as TOMLParseError {
      faults.add(error.source.begin.line, "not valid TOML: \(error.description)", nil)
      return nil
    } catch {
      faults.add(nil, "not valid TOML: \(error)", nil)
      return nil
    }
    // The nested tables point into the root's memory.
    return withExtendedLifetime(root) {
      CounterGroupParser(faults: faults).group(SuiteTable(table: root, path: "", index: 0, faults: faults))
    }
  }

  private static func line(
    of fault: CounterCatalogueError.Fault, _ group: CounterGroup, _ collector: SuiteFaultCollector
  ) -> Int? {
    let locator = collector.locator
    return switch fault.place {
    case .include(let name): locator.line(ofValue: name, ofKey: CounterGroupKey.include, inTable: "")
    case .counter(let index): locator.line(ofKey: CounterGroupKey.name, inTable: CounterGroupKey.event, index: index)
    case .derived(let index, let variant):
      locator.line(
        ofKey: variant ?? CounterGroupKey.name, inTable: CounterGroupKey.derived, index: index)
    }
  }

  private static func suggestion(_ fault: CounterCatalogueError.Fault) -> String? {
    fault.unknown.map { NearestWord.advice(for: $0.word, among: $0.known) } ?? fault.advice
  }
}
