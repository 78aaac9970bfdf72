public import Counters
public import Results

/// Everything a child process needs to measure one invocation of one cell; travels as JSON on its standard input.
public struct TrialSpecification: Hashable, Codable, Sendable {
  public var cell: Cell
  public var window: WindowSettings
  /// What every worker opens.
  public var counters: [CounterSpecification]

  /// Wall time after which the invocation has hung.
  public var timeLimit: Duration { window.timeLimit }

  public init(cell: Cell, window: WindowSettings, counters: [CounterSpecification]) {
    self.cell = cell
    self.window = window
    self.counters = counters
  }
}
