/// Chooses cells by `key=value` terms: terms with the same key are alternatives, different keys must all hold.
public struct IdentityFilter: Hashable, Sendable {
  public enum ParseError: Error, Hashable, Sendable, CustomStringConvertible {
    case notAPair(String)

    public var description: String {
      switch self {
      case .notAPair(let text): "`\(text)` is not a filter; write key=value, for example strategy=global-lock"
      }
    }
  }

  private var allowed: [String: Set<String>] = [:]

  /// Lets everything through.
  public init() {}

  /// - Parameter terms: `key=value` each; the value starts after the first `=`.
  public init(_ terms: [String]) throws(ParseError) {
    for term in terms {
      guard let equals = term.firstIndex(of: "="), equals != term.startIndex else { throw .notAPair(term) }
      allowed[String(term[..<equals]), default: []].insert(String(term[term.index(after: equals)...]))
    }
  }

  /// Keys the filter names, sorted; a caller can refuse ones that no cell has.
  public var keys: [String] { allowed.keys.sorted() }

  /// An absent key matches the empty value.
  public func matches(_ cell: Cell) -> Bool { matches { cell.identity($0) } }

  /// As for a cell; `variant` is a key too.
  public func matches(_ sample: Sample) -> Bool { matches { sample.identity($0) } }

  private func matches(_ lookUp: (String) -> String?) -> Bool {
    allowed.allSatisfy { key, values in values.contains(lookUp(key) ?? "") }
  }
}
