public import Results

/// Chooses cells by `key=value` terms of the command line.
///
/// Values of one key are alternatives, whether written `key=a,b` or in several terms. With `--filter`, different keys
/// must all hold; of `--exclude` terms, each leaves cells out by itself.
public struct CellFilter: Hashable, Sendable {
  /// The option that a term belongs to.
  public enum Option: String, Sendable {
    case filter
    case exclude
  }

  /// A term that cannot choose anything.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    case notAPair(option: Option, term: String)
    case unknownKey(option: Option, term: String, key: String, nearest: String?, known: [String])
    case unknownValue(option: Option, term: String, key: String, value: String, nearest: String?, known: [String])

    public var description: String {
      switch self {
      case .notAPair(let option, let term):
        "--\(option.rawValue) \(term): not key=value; write for example --\(option.rawValue) threads=1"
      case .unknownKey(let option, let term, let key, let nearest, let known):
        "--\(option.rawValue) \(term): no cell has a key \"\(key)\"; "
          + (nearest.map { "did you mean \"\($0)\"?" } ?? "keys are \(known.joined(separator: ", "))")
      case .unknownValue(let option, let term, let key, let value, let nearest, let known):
        "--\(option.rawValue) \(term): the suite has no \(key) \"\(value)\"; "
          + (nearest.map { "did you mean \"\($0)\"?" } ?? "it has \(known.joined(separator: ", "))")
      }
    }
  }

  private let option: Option
  private let values: [String: Set<String>]

  /// - Parameters:
  ///   - terms: as given on the command line.
  ///   - cells: the suite's cells; a key or value that none of them has is refused: it would silently choose nothing.
  public init(_ option: Option, _ terms: [String], of cells: [Cell]) throws(Fault) {
    var all: [String: Set<String>] = [:]
    let keys = cells.reduce(into: [String]()) { keys, cell in
      for key in cell.identityKeys where !keys.contains(key) { keys.append(key) }
    }
    for term in terms {
      guard let equals = term.firstIndex(of: "="), equals != term.startIndex else {
        throw .notAPair(option: option, term: term)
      }
      let key = String(term[..<equals])
      let text = String(term[term.index(after: equals)...])
      guard keys.contains(key) else {
        throw .unknownKey(
          option: option, term: term, key: key, nearest: NearestWord.suggestion(for: key, among: keys), known: keys)
      }
      var known: [String] = []
      for cell in cells {
        if let value = cell.identity(key), !known.contains(value) { known.append(value) }
      }
      // A value such as `list:0,2` holds a comma itself, so the whole text is tried first.
      let values =
        known.contains(text) ? [text] : text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      for value in values where !known.contains(value) {
        throw .unknownValue(
          option: option, term: term, key: key, value: value,
          nearest: NearestWord.suggestion(for: value, among: known), known: known)
      }
      all[key, default: []].formUnion(values)
    }
    self.option = option
    values = all
  }

  /// Whether the cell is to be measured as far as these terms go.
  public func keeps(_ cell: Cell) -> Bool {
    func matches(_ key: String, _ values: Set<String>) -> Bool { cell.identity(key).map(values.contains) ?? false }
    return switch option {
    case .filter: values.allSatisfy(matches)
    case .exclude: !values.contains(where: matches)
    }
  }
}
