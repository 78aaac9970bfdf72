public import Counters
public import Results

/// Everything a child process needs to measure one invocation of one cell; travels as JSON on its standard input.
public struct TrialSpecification: Hashable, Codable, Sendable {
  public var cell: Cell
  public var window: WindowSettings
  /// What every worker opens.
  public var counters: [CounterSpecification]

  /// Wall time after which an invocation has hung: its windows five times over, and ten seconds for machines under load.
  public var timeLimit: Duration { .seconds(10) + window.plannedInvocation * 5 }

  public init(cell: Cell, window: WindowSettings, counters: [CounterSpecification]) {
    self.cell = cell
    self.window = window
    self.counters = counters
  }
}
