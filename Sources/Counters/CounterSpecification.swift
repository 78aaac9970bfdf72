/// Where a counter's number comes from; the `source` column.
public enum CounterSource: String, CaseIterable, Hashable, Codable, Sendable {
  /// The kernel's perf events, hardware and software.
  case perf
  /// `getrusage(RUSAGE_THREAD)`.
  case rusage
  /// A file below `/proc/self/task`.
  case procfs
  /// A clock.
  case clock
}

/// One counter that a suite asks for.
public struct CounterSpecification: Hashable, Codable, Sendable {
  /// Short name, used after `ctr.` in the metric column.
  public let name: String
  /// For ``CounterSource/perf`` an event name as libpfm reads it, such as `perf::CYCLES` or
  /// `icx::DTLB_LOAD_MISSES:WALK_COMPLETED`; otherwise the ``ThreadUsageField/event`` of a field of that source.
  public let event: String
  public let source: CounterSource

  public init(name: String, event: String, source: CounterSource = .perf) {
    self.name = name
    self.event = event
    self.source = source
  }
}
