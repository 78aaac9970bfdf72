public import Counters
public import Results
import Topology

/// Everything a child process needs to measure one invocation of one cell; travels as JSON on its standard input.
public struct TrialSpecification: Hashable, Codable, Sendable {
  public var cell: Cell
  public var window: WindowSettings
  /// What every worker opens.
  public var counters: [CounterSpecification]

  /// Wall time after which the invocation has hung. An emulator runs one CPU after the other, a tenth of a second each, and gets
  /// two minutes more.
  public var timeLimit: Duration { window.timeLimit + .seconds(Hypervisor.isEmulator ? 120 : 0) }

  public init(cell: Cell, window: WindowSettings, counters: [CounterSpecification]) {
    self.cell = cell
    self.window = window
    self.counters = counters
  }
}
