/// Where a counter's number comes from; the `source` column.
public enum CounterSource: String, CaseIterable, Hashable, Codable, Sendable {
  /// The kernel's perf events, hardware and software.
  case perf
  /// A perf event at a tracepoint of the kernel.
  case tracepoint
  /// `getrusage(RUSAGE_THREAD)`.
  case rusage
  /// A file below `/proc/self/task`.
  case procfs
  /// A clock.
  case clock

  /// Whether the number comes through `perf_event_open`.
  var isPerfEvent: Bool { self == .perf || self == .tracepoint }
}

/// One counter that a process is to open.
public struct CounterSpecification: Hashable, Codable, Sendable {
  /// Short name, used after `ctr.` in the metric column.
  public let name: String
  /// For ``CounterSource/perf`` an event name as libpfm reads it, such as `perf::CYCLES` or
  /// `icx::DTLB_LOAD_MISSES:WALK_COMPLETED`; for ``CounterSource/tracepoint`` `tp:system:name`; otherwise the
  /// ``ThreadUsageField/event`` of a field of that source. Empty when there is none, and then ``absence`` says why.
  public let event: String
  public let source: CounterSource
  public let exercise: CounterExercise?
  /// Known beforehand to have no value, and why: no event fits this machine, or a self-test failed. It is not opened.
  public let absence: CounterExplanation?

  public init(
    name: String, event: String, source: CounterSource = .perf, exercise: CounterExercise? = nil,
    absence: CounterExplanation? = nil
  ) {
    self.name = name
    self.event = event
    self.source = source
    self.exercise = exercise
    self.absence = absence
  }
}
