internal import Glibc

/// A mutex around a value, on pthreads: the thread sanitizer knows those, while it takes the standard library's `Mutex` for
/// unsynchronised access, because the library itself is not instrumented.
@safe
public final class TestMutex<Value>: @unchecked Sendable {
  // SENDABLE: the value is only reached with the mutex held.
  private nonisolated(unsafe) let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private nonisolated(unsafe) var value: Value

  public init(_ value: Value) {
    unsafe self.value = value
    // SAFETY: allocated for one mutex, initialised once, destroyed by `deinit`.
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe pthread_mutex_init(mutex, nil)
  }

  deinit {
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  public func withLock<R>(_ body: (inout Value) throws -> R) rethrows -> R {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try unsafe body(&value)
  }
}
