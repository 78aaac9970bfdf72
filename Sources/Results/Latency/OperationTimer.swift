/// How one worker times its operations: made by the harness, used by the worker's loop on the worker's thread only.
///
/// Times are in units of the span clock (see `chost_read_span_clock`): ticks, or nanoseconds where there are none.
public struct OperationTimer: Sendable {
  /// Every so many-th operation is timed, at least 1.
  public let every: Int
  /// Which clock to read.
  public let usesTicks: Bool
  /// Units from one intended start to the next; nil in a closed loop.
  public let nextInterval: (@Sendable () -> UInt64)?
  /// Takes one timed part of an operation.
  ///
  /// - Parameters:
  ///   - part: which of ``ErasedWorkload/Timed/operations`` it was.
  ///   - service: units from its actual start to its end, the cost of one clock reading included.
  ///   - lateness: units from the operation's intended start to its actual start; 0 in a closed loop.
  public let record: @Sendable (_ part: Int, _ service: UInt64, _ lateness: UInt64) -> Void
  /// Takes how long ago the next operation should have started when the window ended; 0 when it was not yet due.
  public let finish: @Sendable (_ behind: UInt64) -> Void

  public init(
    every: Int, usesTicks: Bool, nextInterval: (@Sendable () -> UInt64)?,
    record: @escaping @Sendable (_ part: Int, _ service: UInt64, _ lateness: UInt64) -> Void,
    finish: @escaping @Sendable (_ behind: UInt64) -> Void
  ) {
    precondition(every >= 1, "every n-th operation is timed, so n is at least 1")
    self.every = every
    self.usesTicks = usesTicks
    self.nextInterval = nextInterval
    self.record = record
    self.finish = finish
  }
}
