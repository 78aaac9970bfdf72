public import Results

/// What the processes of a run count on this machine: which event for each counter, which counters together, and which
/// numbers are made of them. A value that depends on the groups and the machine only, so that a run that is gone on with
/// counts as it began.
public struct CounterPlan: Hashable, Codable, Sendable {
  public struct Counter: Hashable, Codable, Sendable {
    public let specification: CounterSpecification
    public let unit: String
    public let better: MetricDirection

    public init(specification: CounterSpecification, unit: String, better: MetricDirection) {
      self.specification = specification
      self.unit = unit
      self.better = better
    }
  }

  public struct Metric: Hashable, Codable, Sendable {
    public let name: String
    public let unit: String
    public let better: MetricDirection
    /// nil when there is none for this processor.
    public let formula: CounterFormula?

    public init(name: String, unit: String, better: MetricDirection, formula: CounterFormula?) {
      self.name = name
      self.unit = unit
      self.better = better
      self.formula = formula
    }
  }

  public let counters: [Counter]
  public let metrics: [Metric]
  /// Positions of the counters that one process measures; at least one set.
  public let sets: [[Int]]

  /// Counts nothing.
  public static let none = CounterPlan(counters: [], metrics: [], sets: [[]])

  init(counters: [Counter], metrics: [Metric], sets: [[Int]]) {
    precondition(!sets.isEmpty, "a process measures one of the sets, so there must be one")
    self.counters = counters
    self.metrics = metrics
    self.sets = sets
  }

  /// Which set an invocation measures: they take turns, so that any number of successive ones holds each equally often.
  public func set(ofInvocation invocation: Int) -> Int { invocation % sets.count }

  /// What the process of an invocation is to open.
  public func specifications(ofInvocation invocation: Int) -> [CounterSpecification] {
    sets[set(ofInvocation: invocation)].map { counters[$0].specification }
  }

  /// A reading without a value for every counter that other invocations measure.
  public func readingsOfOtherSets(ofInvocation invocation: Int) -> [CounterReading] {
    let mine = set(ofInvocation: invocation)
    return counters.indices.filter { !sets[mine].contains($0) }.map { position in
      let turns = sets.indices.filter { sets[$0].contains(position) }.map { String($0 + 1) }
      let specification = counters[position].specification
      return CounterReading(
        name: specification.name, value: nil, status: .notCounted, source: specification.source.rawValue,
        event: specification.event,
        note:
          "measured by other invocations: set \(turns.joined(separator: ", ")) of \(sets.count), this is \(mine + 1)")
    }
  }

  /// The plan's counters by name.
  public func counter(_ name: String) -> Counter? { counters.first { $0.specification.name == name } }

  /// A text that is the same for the same plan and different for another.
  public var identity: String {
    let counters = counters.map {
      "\($0.specification.name)=\($0.specification.event),\($0.specification.absence?.status.rawValue ?? ""),\($0.unit)"
    }
    let metrics = metrics.map { "\($0.name)=\($0.formula?.description ?? ""),\($0.unit)" }
    let sets = sets.map { $0.map { String($0) }.joined(separator: ",") }
    return [counters, metrics, sets].map { $0.joined(separator: ";") }.joined(separator: "\n")
  }
}
