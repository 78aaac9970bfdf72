import TOMLKit

/// One TOML table being read: knows its place in the file and collects faults instead of stopping at the first.
///
/// A reader takes the values it wants and never gets a wrong type; what it could not have is in the collector.
struct SuiteTable {
  let table: TOMLTable
  let path: TOMLPath
  let faults: SuiteFaultCollector

  var keys: [String] { table.keys }

  /// Whether the table has the key, with whatever value.
  func has(_ key: String) -> Bool { table[key] != nil }

  /// How the table is called in messages.
  var title: String {
    if path == .root { return faults.subject }
    return path.isElement ? "[[\(path.dotted)]]" : "[\(path.dotted)]"
  }

  /// The line of the table's header; 1 when it has none.
  var line: Int { faults.locator.position(ofValue: path)?.line ?? 1 }

  /// Largest integer outside the matrix: eleven days in milliseconds. Keeps sums and products far from overflow.
  private static let largestInteger = 1_000_000_000

  /// Reports every key that is not in `allowed`.
  func checkKeys(_ allowed: [String]) {
    for key in table.keys where !allowed.contains(key) {
      fault(
        atKey: key, "\(title) has no key \"\(key)\"",
        NearestWord.suggestion(for: key, among: allowed).map { "did you mean \"\($0)\"?" }
          ?? "it knows \(allowed.joined(separator: ", "))")
    }
  }

  /// The table below `key`; nil when there is none, or with a fault when it is something else.
  func subtable(_ key: String) -> SuiteTable? {
    guard let value = table[key] else { return nil }
    let childPath = path.key(key)
    guard let child = value.table else {
      wrongType(key, found: value.type, wanted: "a table: write [\(childPath.dotted)] on a line of its own")
      return nil
    }
    return SuiteTable(table: child, path: childPath, faults: faults)
  }

  /// The rows of an array of tables; empty when there is none, or with a fault when it is something else.
  func rows(_ key: String) -> [SuiteTable] {
    guard let value = table[key] else { return [] }
    let wanted = "rows: write [[\(key)]] with two brackets"
    guard let array = value.array else {
      wrongType(key, found: value.type, wanted: wanted)
      return []
    }
    var rows: [SuiteTable] = []
    for (index, element) in array.enumerated() {
      guard let row = element.table else {
        wrongType(key, found: element.type, wanted: wanted)
        continue
      }
      rows.append(SuiteTable(table: row, path: path.key(key).element(index), faults: faults))
    }
    return rows
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
      fault(atValue: key, "\(key) is \(number)", "write an integer of at least \(minimum)")
      return nil
    }
    guard number <= Self.largestInteger else {
      fault(atValue: key, "\(key) is \(number)", "write an integer of at most \(Self.largestInteger)")
      return nil
    }
    return number
  }

  /// A fraction above 0 and below 1; nil when absent, or with a fault when it is something else.
  func fraction(_ key: String) -> Double? {
    guard let value = table[key] else { return nil }
    guard let number = value.double ?? value.int.map(Double.init) else {
      wrongType(key, found: value.type, wanted: "a fraction such as 0.02 for 2 %")
      return nil
    }
    // Neither infinity nor what is not a number passes.
    guard number > 0, number < 1 else {
      fault(atValue: key, "\(key) is \(number)", "write a fraction between 0 and 1, such as 0.02 for 2 %")
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
      fault(atValue: key, "\(key) is an empty array", "write at least one value or remove the key")
      return nil
    }
    return scalars
  }

  /// A fault about a key itself.
  func fault(atKey key: String, _ what: String, _ suggestion: String?) {
    faults.add(faults.locator.position(ofKey: path.key(key)), what, suggestion)
  }

  /// A fault about a key's value, or one element of it.
  func fault(atValue key: String, element: Int? = nil, _ what: String, _ suggestion: String?) {
    let value = path.key(key)
    faults.add(faults.locator.position(ofValue: element.map(value.element) ?? value), what, suggestion)
  }

  /// A fault about the table as a whole, such as a key that it does not have.
  func fault(_ what: String, _ suggestion: String?) {
    faults.add(path == .root ? nil : faults.locator.position(ofValue: path), what, suggestion)
  }

  func wrongType(_ key: String, found: TOMLType, wanted: String) {
    let article = ["array", "integer"].contains(found.description) ? "an" : "a"
    fault(atValue: key, "\(key) is \(article) \(found.description)", "it must be \(wanted)")
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

  /// In the order of the file, those about no place first.
  var sortedFaults: [SuiteError] {
    let start = TextPosition(line: 0, column: 0)
    return faults.sorted { ($0.position ?? start) < ($1.position ?? start) }
  }

  init(file: String, locator: TOMLLocator, subject: String = "the suite") {
    self.subject = subject
    self.file = file
    self.locator = locator
  }

  func add(_ position: TextPosition?, _ what: String, _ suggestion: String?) {
    faults.append(SuiteError(file: file, position: position, what: what, suggestion: suggestion))
  }
}
