public import Results

/// What `pagebench doctor` finds out about one counter.
public struct CounterDiagnosis: Hashable, Codable, Sendable {
  public let name: String
  /// The event as asked for.
  public let requestedEvent: String
  /// The event with every attribute spelled out; nil when it cannot be encoded.
  public let qualifiedEvent: String?
  /// `PERF_TYPE_…` and configuration word; nil when it cannot be encoded.
  public let type: UInt32?
  public let config: UInt64?
  /// Where readings come from: another source than asked for when perf does not give the number.
  public let source: String
  /// After opening, and after a self-test if it opened.
  public let status: MeasurementStatus
  /// What the counter showed in the self-test; nil when it did not get that far.
  public let selfTestCount: UInt64?
  /// What a true counter shows in the self-test.
  public let expectation: String
  /// Why the status is not `ok`, or why the source is another one.
  public let reason: String?
  /// What to do about it; nil when nothing is wrong or nothing can be done.
  public let remedy: String?

  public init(
    name: String, requestedEvent: String, qualifiedEvent: String?, type: UInt32?, config: UInt64?, source: String,
    status: MeasurementStatus, selfTestCount: UInt64?, expectation: String, reason: String?,
    remedy: String?
  ) {
    self.name = name
    self.requestedEvent = requestedEvent
    self.qualifiedEvent = qualifiedEvent
    self.type = type
    self.config = config
    self.source = source
    self.status = status
    self.selfTestCount = selfTestCount
    self.expectation = expectation
    self.reason = reason
    self.remedy = remedy
  }

  /// Why there will be no values as long as machine, kernel and rights stay as they are; nil when there are some, or
  /// when the obstacle may pass, such as another profiler.
  public var lastingAbsence: CounterExplanation? {
    switch status {
    case .notSupported, .noPermission, .unknownEvent, .implausible:
      CounterExplanation(status: status, reason: reason ?? status.rawValue, remedy: remedy)
    case .ok, .scaled, .userOnly, .notCounted, .noSlot, .truncated, .error: nil
    }
  }
}
