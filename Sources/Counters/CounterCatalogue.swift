/// Every counter group there is. Names of counters and derived metrics are unique over all of them.
public struct CounterCatalogue: Hashable, Sendable {
  /// In the order of their names.
  public let groups: [CounterGroup]

  /// No groups.
  public static let empty = CounterCatalogue(checked: [])

  /// - Throws: ``CounterCatalogueError`` with everything that does not fit together.
  public init(_ groups: [CounterGroup]) throws(CounterCatalogueError) {
    let faults = CounterCatalogueCheck(groups: groups).faults()
    guard faults.isEmpty else { throw CounterCatalogueError(faults: faults) }
    self.init(checked: groups.sorted { $0.name < $1.name })
  }

  private init(checked groups: [CounterGroup]) { self.groups = groups }

  public func group(_ name: String) -> CounterGroup? { groups.first { $0.name == name } }

  /// Counters and derived metrics of a group with those of the groups it includes, each once, included ones first.
  /// Nothing for a name that is no group.
  public func content(ofGroup name: String) -> (counters: [CounterDefinition], derived: [DerivedMetric]) {
    var counters: [CounterDefinition] = []
    var derived: [DerivedMetric] = []
    for name in closure(of: name) {
      guard let group = group(name) else { continue }
      counters += group.counters
      derived += group.derived
    }
    return (counters, derived)
  }

  /// The group's name after those it includes, directly or not, each once.
  private func closure(of name: String) -> [String] {
    var names: [String] = []
    func visit(_ name: String) {
      guard !names.contains(name), let group = group(name) else { return }
      group.includes.forEach(visit)
      if !names.contains(name) { names.append(name) }
    }
    visit(name)
    return names
  }
}

/// What does not fit together in a set of counter groups.
public struct CounterCatalogueError: Error, Hashable, Sendable, CustomStringConvertible {
  public struct Fault: Hashable, Sendable {
    /// Which part of a group is wrong.
    public enum Place: Hashable, Sendable {
      case include(String)
      /// By position.
      case counter(Int)
      /// By position, and the key of the variant; nil when the metric as a whole is wrong.
      case derived(Int, variant: String?)
    }

    /// A word that names nothing, and those that would.
    public struct UnknownWord: Hashable, Sendable {
      public let word: String
      public let known: [String]
    }

    public let group: String
    public let place: Place
    public let what: String
    public let unknown: UnknownWord?
    /// What to do, where there is no word to suggest.
    public let advice: String?
  }

  public let faults: [Fault]

  public var description: String { faults.map { "\($0.group): \($0.what)" }.joined(separator: "\n") }
}
