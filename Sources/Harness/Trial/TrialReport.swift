public import Results

/// What a child process measured; travels as JSON on its standard output.
public struct TrialReport: Hashable, Codable, Sendable {
  /// Guarantee class of the strategy, empty where none is declared.
  public var guarantee: String
  public var windows: [WindowResult]
  /// Wall time of the warm-up with its extensions; nil without one.
  public var warmUpNanoseconds: UInt64?
  /// What a reader of the log should know: placement that could not be verified, counters that could not be opened.
  public var warnings: [String]
  /// Wall time that the harness spent between windows, gathering and checking, the workload's own check left out; nil in a
  /// report that does not say.
  public var harnessNanoseconds: UInt64?

  public init(
    guarantee: String = "", windows: [WindowResult], warmUpNanoseconds: UInt64? = nil, warnings: [String],
    harnessNanoseconds: UInt64? = nil
  ) {
    self.guarantee = guarantee
    self.warmUpNanoseconds = warmUpNanoseconds
    self.windows = windows
    self.warnings = warnings
    self.harnessNanoseconds = harnessNanoseconds
  }
}

/// One window of one invocation.
public struct WindowResult: Hashable, Codable, Sendable {
  /// 0 for the first measured window.
  public var window: Int
  /// Wall-clock start, Unix milliseconds.
  public var startedMilliseconds: Int64
  public var workers: [WorkerResult]
  /// Words of the `flags` column.
  public var flags: [String]
  /// What the workload's check found wrong after the window; empty when the work was correct.
  public var violations: [String]
  /// What the page tables took after the window; nil for work that has none.
  public var memory: MemoryUse?
  /// What the window's metrics have to be, where the workload knows.
  public var knownValues: [KnownValue]
  /// Wall time from waking the workers to the moment when all were parked again; nil in a report that does not say.
  public var elapsedNanoseconds: UInt64?

  public init(
    window: Int, startedMilliseconds: Int64, workers: [WorkerResult], flags: [String], violations: [String],
    memory: MemoryUse?, knownValues: [KnownValue] = [], elapsedNanoseconds: UInt64? = nil
  ) {
    self.window = window
    self.startedMilliseconds = startedMilliseconds
    self.workers = workers
    self.flags = flags
    self.violations = violations
    self.memory = memory
    self.knownValues = knownValues
    self.elapsedNanoseconds = elapsedNanoseconds
  }
}

/// One worker in one window.
public struct WorkerResult: Hashable, Codable, Sendable {
  /// The CPU it was pinned to.
  public var cpu: Int
  /// The NUMA node of that CPU; nil where it is not known.
  public var node: Int?
  public var operations: UInt64
  /// Wall time between `begin` and `end`, summed over the window's sections.
  public var activeNanoseconds: UInt64
  /// CPU time the thread got in the same spans.
  public var cpuNanoseconds: UInt64
  public var sections: UInt64
  /// Sections that ended on another CPU than `cpu`.
  public var misplacedSections: UInt64
  public var counters: [CounterReading]
  /// What single operations took; nil when they were not timed.
  public var latency: WorkerLatency?

  public init(
    cpu: Int, node: Int? = nil, operations: UInt64, activeNanoseconds: UInt64, cpuNanoseconds: UInt64,
    sections: UInt64, misplacedSections: UInt64, counters: [CounterReading], latency: WorkerLatency? = nil
  ) {
    self.cpu = cpu
    self.node = node
    self.operations = operations
    self.activeNanoseconds = activeNanoseconds
    self.cpuNanoseconds = cpuNanoseconds
    self.sections = sections
    self.misplacedSections = misplacedSections
    self.counters = counters
    self.latency = latency
  }

  /// Whether something else ran on the worker's CPU for more than 2 % of its time.
  public var wasPreempted: Bool { Double(cpuNanoseconds) < 0.98 * Double(activeNanoseconds) }
}
