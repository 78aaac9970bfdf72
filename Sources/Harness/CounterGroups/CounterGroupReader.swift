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
          collector.add(position(of: fault, group, collector), fault.what, suggestion(fault))
        }
      }
    }
    throw SuiteErrors(all: files.flatMap(\.collector.sortedFaults))
  }

  private static func group(_ source: CounterGroupSource, _ faults: SuiteFaultCollector) -> CounterGroup? {
    let root: TOMLTable
    do {
      root = try TOMLTable(string: source.text)
    } catch let error as TOMLParseError {
      let place = TextPosition(line: error.source.begin.line, column: error.source.begin.column)
      faults.add(place, "not valid TOML: \(error.description)", nil)
      return nil
    } catch {
      faults.add(nil, "not valid TOML: \(error)", nil)
      return nil
    }
    // The nested tables point into the root's memory.
    return withExtendedLifetime(root) {
      CounterGroupParser(faults: faults).group(SuiteTable(table: root, path: .root, faults: faults))
    }
  }

  private static func position(
    of fault: CounterCatalogueError.Fault, _ group: CounterGroup, _ collector: SuiteFaultCollector
  ) -> TextPosition? {
    let locator = collector.locator
    switch fault.place {
    case .include(let name):
      let includes = TOMLPath.root.key(CounterGroupKey.include)
      return locator.position(ofValue: group.includes.firstIndex(of: name).map(includes.element) ?? includes)
    case .counter(let index):
      return locator.position(
        ofValue: TOMLPath.root.key(CounterGroupKey.event).element(index).key(CounterGroupKey.name))
    case .derived(let index, let variant):
      return locator.position(
        ofValue: TOMLPath.root.key(CounterGroupKey.derived).element(index).key(variant ?? CounterGroupKey.name))
    }
  }

  private static func suggestion(_ fault: CounterCatalogueError.Fault) -> String? {
    fault.unknown.map { NearestWord.advice(for: $0.word, among: $0.known) } ?? fault.advice
  }
}
