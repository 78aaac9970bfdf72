/// The kernel and libpfm as counters need them. Tests put a fake in their place.
public protocol PerfEventSystem: Sendable {
  /// Translates an event name, counting user and kernel mode unless the name says otherwise.
  func encode(_ name: String) throws(PerfEventFailure) -> EncodedEvent

  /// Opens an event for the calling thread, on whichever CPU it runs.
  /// - Parameter leader: the descriptor of the group's leader, or nil for a new group, which starts disabled.
  func open(_ event: EncodedEvent, leader: Int32?) throws(PerfEventFailure) -> OpenedEvent

  /// Starts every event of the group.
  func enable(leader: Int32) throws(PerfEventFailure)

  /// Reads a group into `words[range]` as the kernel lays it out: number of events, nanoseconds enabled, nanoseconds
  /// running, then value and id of each event. Allocates nothing.
  /// - Returns: the number of words stored; 0 when a pinned group lost its place on the hardware.
  func read(leader: Int32, into words: inout [UInt64], at range: Range<Int>) throws(PerfEventFailure) -> Int

  func close(_ descriptor: Int32)
}

/// An open perf event.
public struct OpenedEvent: Hashable, Sendable {
  public let descriptor: Int32
  /// The id by which group reads tell this event from its siblings.
  public let id: UInt64

  public init(descriptor: Int32, id: UInt64) {
    self.descriptor = descriptor
    self.id = id
  }
}

/// Why an event cannot be encoded, opened or read.
public enum PerfEventFailure: Error, Hashable, Sendable {
  case kernel(errno: Int32)
  /// libpfm's own code (`PFM_ERR_…`) and its words.
  case library(code: Int32, message: String)
  /// The name belongs to a processor model that this machine does not have.
  case otherProcessor
  case tracepoint(TracepointFailure)
}
