public import Results

/// Chooses cells by `key=value` terms of the command line.
///
/// Values of one key are alternatives, whether written `key=a,b` or in several terms; different keys must all hold.
public struct CellFilter: Hashable, Sendable {
  /// A term that cannot choose anything.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    case notAPair(String)
    case unknownKey(term: String, key: String, nearest: String?, known: [String])
    case unknownValue(term: String, key: String, value: String, nearest: String?, known: [String])

    public var description: String {
      switch self {
      case .notAPair(let term):
        "--filter \(term): not key=value; write for example --filter threads=1"
      case .unknownKey(let term, let key, let nearest, let known):
        "--filter \(term): no cell has a key \"\(key)\"; "
          + (nearest.map { "did you mean \"\($0)\"?" } ?? "keys are \(known.joined(separator: ", "))")
      case .unknownValue(let term, let key, let value, let nearest, let known):
        "--filter \(term): the suite has no \(key) \"\(value)\"; "
          + (nearest.map { "did you mean \"\($0)\"?" } ?? "it has \(known.joined(separator: ", "))")
      }
    }
  }

  private let allowed: [String: Set<String>]

  /// - Parameters:
  ///   - terms: as given on the command line.
  ///   - cells: the suite's cells; a key or value that none of them has is refused: it would silently choose nothing.
  public init(_ terms: [String], of cells: [Cell]) throws(Fault) {
    var allowed: [String: Set<String>] = [:]
    let keys = cells.reduce(into: [String]()) { keys, cell in
      for key in cell.identityKeys where !keys.contains(key) { keys.append(key) }
    }
    for term in terms {
      guard let equals = term.firstIndex(of: "="), equals != term.startIndex else { throw .notAPair(term) }
      let key = String(term[..<equals])
      let text = String(term[term.index(after: equals)...])
      guard keys.contains(key) else {
        throw .unknownKey(
          term: term, key: key, nearest: NearestWord.suggestion(for: key, among: keys), known: keys)
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
          term: term, key: key, value: value, nearest: NearestWord.suggestion(for: value, among: known), known: known)
      }
      allowed[key, default: []].formUnion(values)
    }
    self.allowed = allowed
  }

  public func matches(_ cell: Cell) -> Bool {
    allowed.allSatisfy { key, values in cell.identity(key).map(values.contains) ?? false }
  }
}
