import TOMLKit

/// One TOML table being read: knows its place in the file and collects faults instead of stopping at the first.
///
/// A reader takes the values it wants and never gets a wrong type; what it could not have is in the collector.
struct SuiteTable {
  let table: TOMLTable
  /// Header path, such as `quick.window`; empty for the root.
  let path: String
  /// Position among tables of that path.
  let index: Int
  let faults: SuiteFaultCollector

  var keys: [String] { table.keys }

  /// How the table is called in messages.
  var title: String {
    switch path {
    case "": faults.subject
    case SuiteKey.exclude, CounterGroupKey.event, CounterGroupKey.derived: "[[\(path)]]"
    default: "[\(path)]"
    }
  }

  /// Largest integer outside the matrix: eleven days in milliseconds. Keeps sums and products far from overflow.
  private static let largestInteger = 1_000_000_000

  /// Reports every key that is not in `allowed`.
  func checkKeys(_ allowed: [String]) {
    for key in table.keys where !allowed.contains(key) {
      faults.add(
        line(of: key), "\(title) has no key \"\(key)\"",
        NearestWord.suggestion(for: key, among: allowed).map { "did you mean \"\($0)\"?" }
          ?? "it knows \(allowed.joined(separator: ", "))")
    }
  }

  /// The table below `key`; nil when there is none, or with a fault when it is something else.
  func subtable(_ key: String) -> SuiteTable? {
    guard let value = table[key] else { return nil }
    let childPath = path.isEmpty ? key : "\(path).\(key)"
    guard let child = value.table else {
      wrongType(key, found: value.type, wanted: "a table: write [\(childPath)] on a line of its own")
      return nil
    }
    return SuiteTable(table: child, path: childPath, index: 0, faults: faults)
  }

  func string(_ key: String) -> String? {
    guard let value = table[key] else { return nil }
    guard let text = value.string else {
      wrongType(key, found: value.type, wanted: "a string in quotation marks")
      return nil
    }
    return text
  }

  /// An integer from `minimum` to a billion; nil when absent, or with a fault when it is something else.
  func integer(_ key: String, atLeast minimum: Int) -> Int? {
    guard let value = table[key] else { return nil }
    guard let number = value.int else {
      wrongType(key, found: value.type, wanted: "an integer of at least \(minimum)")
      return nil
    }
    guard number >= minimum else {
      faults.add(line(of: key), "\(key) is \(number)", "write an integer of at least \(minimum)")
      return nil
    }
    guard number <= Self.largestInteger else {
      faults.add(line(of: key), "\(key) is \(number)", "write an integer of at most \(Self.largestInteger)")
      return nil
    }
    return number
  }

  /// The value of `key` as a list: a scalar counts as a list of one. Elements keep their TOML type.
  func elements(_ key: String) -> [SuiteScalar]? {
    guard let value = table[key] else { return nil }
    if let scalar = SuiteScalar(value) { return [scalar] }
    guard let array = value.array else {
      wrongType(key, found: value.type, wanted: "a value or an array of values")
      return nil
    }
    var scalars: [SuiteScalar] = []
    for element in array {
      guard let scalar = SuiteScalar(element) else {
        wrongType(key, found: element.type, wanted: "strings or integers in the array")
        return nil
      }
      scalars.append(scalar)
    }
    if scalars.isEmpty {
      faults.add(line(of: key), "\(key) is an empty array", "write at least one value or remove the key")
      return nil
    }
    return scalars
  }

  func line(of key: String) -> Int? { faults.locator.line(ofKey: key, inTable: path, index: index) }

  func line(of value: String, in key: String) -> Int? {
    faults.locator.line(ofValue: value, ofKey: key, inTable: path, index: index)
  }

  func wrongType(_ key: String, found: TOMLType, wanted: String) {
    let article = ["array", "integer"].contains(found.description) ? "an" : "a"
    faults.add(line(of: key), "\(key) is \(article) \(found.description)", "it must be \(wanted)")
  }
}

/// A string or an integer, the only scalars a matrix holds.
enum SuiteScalar {
  case text(String)
  case number(Int)

  init?(_ value: any TOMLValueConvertible) {
    if let text = value.string {
      self = .text(text)
    } else if let number = value.int {
      self = .number(number)
    } else {
      return nil
    }
  }

  /// As a result row writes it.
  var written: String {
    switch self {
    case .text(let text): text
    case .number(let number): String(number)
    }
  }
}

/// Collects the faults of one file.
final class SuiteFaultCollector {
  let file: String
  let locator: TOMLLocator
  /// What the file describes, for sentences.
  let subject: String
  private(set) var faults: [SuiteError] = []

  init(file: String, locator: TOMLLocator, subject: String = "the suite") {
    self.subject = subject
    self.file = file
    self.locator = locator
  }

  func add(_ line: Int?, _ what: String, _ suggestion: String?) {
    faults.append(SuiteError(file: file, line: line, what: what, suggestion: suggestion))
  }
}
