import Glibc

/// A plain pthread that runs one closure: no runtime below it that could move work to another thread.
@safe
final class WorkerThread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let thread: pthread_t

  /// - Throws: ``TrialError/cannotStartThread(worker:errno:)``.
  init(worker: Int, _ run: @escaping @Sendable () -> Void) throws(TrialError) {
    var thread = pthread_t()
    let body = unsafe Unmanaged.passRetained(Body(run))
    // SAFETY: the argument is the retained body; the thread takes the reference exactly once.
    let result = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, body.toOpaque())
    guard result == 0 else {
      unsafe body.release()
      throw .cannotStartThread(worker: worker, errno: result)
    }
    self.thread = thread
  }

  /// Waits for the closure to return. Call once.
  func join() { _ = pthread_join(thread, nil) }
}
