/// How far a counter value may be trusted; the `status` column.
public enum MeasurementStatus: String, CaseIterable, Codable, Sendable {
  /// Counted for the whole window.
  case ok
  /// Counted for part of the window and scaled up: see enabled and running time.
  case scaled
  /// Opened, but never ran on the hardware.
  case notCounted = "not_counted"
  /// The machine or kernel does not have this event.
  case notSupported = "not_supported"
  /// The kernel refuses this event to this user.
  case noPermission = "no_permission"
  /// All hardware counters are taken.
  case noSlot = "no_slot"
  /// libpfm or the kernel does not know the name.
  case unknownEvent = "unknown_event"
  /// Kernel mode was excluded because the kernel does not permit more.
  case userOnly = "user_only"
  /// Opened, but failed a self-test.
  case implausible
  /// The record was cut off.
  case truncated
  /// Anything else; the note says what.
  case error

  /// Whether a value with this status may enter a comparison.
  public var isUsable: Bool { self == .ok || self == .scaled || self == .userOnly }
}

/// One counter's change over one window on one thread.
public struct CounterReading: Hashable, Codable, Sendable {
  /// Short name used in the metric column after `ctr.`.
  public let name: String
  /// Raw (unscaled) count, nil when not measured; never 0 as a substitute.
  public let value: UInt64?
  public let status: MeasurementStatus
  /// Nanoseconds the event was enabled and actually counting; nil for sources that are not perf events.
  public let enabledNanoseconds: UInt64?
  public let runningNanoseconds: UInt64?
  /// `perf`, `rusage`, `procfs`, `clock`.
  public let source: String
  /// Fully qualified encoding as libpfm reports it.
  public let event: String?
  /// Reason and remedy when there is no value.
  public let note: String?

  public init(
    name: String, value: UInt64?, status: MeasurementStatus, enabledNanoseconds: UInt64? = nil,
    runningNanoseconds: UInt64? = nil, source: String, event: String? = nil, note: String? = nil
  ) {
    self.name = name
    self.value = value
    self.status = status
    self.enabledNanoseconds = enabledNanoseconds
    self.runningNanoseconds = runningNanoseconds
    self.source = source
    self.event = event
    self.note = note
  }
}
