/// Who is acting: passed down explicitly instead of thread-local storage, so that a schedule explorer can run many logical
/// threads on one, and the hot path pays nothing.
public struct ThreadContext: Hashable, Sendable {
  /// Worker number, dense from 0; selects per-worker state such as the frame cache. Two threads must not act with the same
  /// number at the same time.
  public let worker: Int

  @inlinable @inline(__always)
  public init(worker: Int) { self.worker = worker }
}
