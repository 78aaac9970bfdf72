import Executions
import Glibc
import Locks
import PageTables

/// The machine with a count of accesses to shared words, per thread, so that tests that run beside each other do not count for
/// each other.
enum Counting: Execution {
  struct Accesses: Equatable {
    var loads = 0
    var stores = 0
    /// With the locks of these tests, one per lock that is taken.
    var readModifyWrites = 0
  }

  // SENDABLE: set once, before the first use.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    // SAFETY: the key is initialised by the call.
    let result = unsafe pthread_key_create(&key, nil)
    precondition(result == 0, "no thread-specific storage is left")
    return key
  }()

  static func willAccess(_ word: UnsafeRawPointer, _ access: SharedAccess) {
    // SAFETY: `accesses(of:)` stores a pointer that is valid until it takes it away again, on the same thread.
    guard let raw = unsafe pthread_getspecific(key) else { return }
    let counts = unsafe raw.assumingMemoryBound(to: Accesses.self)
    switch access {
    case .load: unsafe counts.pointee.loads += 1
    case .store: unsafe counts.pointee.stores += 1
    case .readModifyWrite: unsafe counts.pointee.readModifyWrites += 1
    }
  }

  static func spin() {}
  static func yield() { _ = sched_yield() }

  /// Accesses that `body` makes on this thread.
  static func accesses(of body: () throws -> Void) rethrows -> Accesses {
    var counts = Accesses()
    // SAFETY: the pointer is taken away before it dies.
    try unsafe withUnsafeMutablePointer(to: &counts) { pointer in
      _ = unsafe pthread_setspecific(key, UnsafeRawPointer(pointer))
      defer { _ = pthread_setspecific(key, nil) }
      try body()
    }
    return counts
  }
}
