import Glibc

/// A POSIX counting semaphore: parks workers between windows without burning CPU time next to other trials' cells.
@safe
final class Semaphore: @unchecked Sendable {
  // SENDABLE: sem_post and sem_wait may be called from any thread.

  private let storage: UnsafeMutablePointer<sem_t>

  init() {
    unsafe storage = .allocate(capacity: 1)
    // SAFETY: fresh memory of the right type; 0: shared by the threads of this process only.
    let result = unsafe sem_init(storage, 0, 0)
    precondition(result == 0, "sem_init with a zero count cannot fail")
  }

  deinit {
    // SAFETY: nobody waits any more, for the waiters own a reference.
    unsafe sem_destroy(storage)
    unsafe storage.deallocate()
  }

  func post() { unsafe _ = sem_post(storage) }

  func wait() {
    // A signal handler may interrupt the wait.
    while unsafe sem_wait(storage) != 0 {}
  }
}
