internal import Glibc

/// A real thread that runs one closure.
public struct TestThread: Sendable {
  private let handle: pthread_t

  public init(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var handle = pthread_t()
    // SAFETY: the box is retained for the thread and released by it.
    let result = unsafe pthread_create(
      &handle, nil,
      { argument in
        unsafe Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
        return nil
      }, Unmanaged.passRetained(Box(body)).toOpaque())
    precondition(result == 0, "cannot start a thread")
    self.handle = handle
  }

  /// Waits for its end.
  public func join() {
    _ = pthread_join(handle, nil)
  }
}

/// Runs `body` on `count` threads at once and waits for all.
public func runThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let threads = (0..<count).map { worker in TestThread { body(worker) } }
  for thread in threads { thread.join() }
}
