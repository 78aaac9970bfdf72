/// Counters and derived metrics that a suite chooses by one name.
public struct CounterGroup: Hashable, Sendable {
  public let name: String
  /// One line.
  public let summary: String
  /// Names of groups whose counters and metrics belong to this one too.
  public let includes: [String]
  /// The group's own counters; those of included groups are not repeated.
  public let counters: [CounterDefinition]
  public let derived: [DerivedMetric]

  public init(
    name: String, summary: String, includes: [String] = [], counters: [CounterDefinition],
    derived: [DerivedMetric] = []
  ) {
    self.name = name
    self.summary = summary
    self.includes = includes
    self.counters = counters
    self.derived = derived
  }

  /// A group that builds on others, ready to be named alone in a suite.
  public var isPreset: Bool { !includes.isEmpty }
}
