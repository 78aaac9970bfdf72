import Glibc
import Synchronization

/// Turns the first SIGINT or SIGTERM into a call, so that a run ends in order; a second one ends the process at once.
///
/// What finished is on the disk at any moment, so even the second way leaves valid files.
public enum Interruption {
  /// Exit code of a process that was interrupted.
  public static let exitCode: Int32 = 130

  private static let writeEnd = Atomic<Int32>(-1)
  private static let count = Atomic<Int>(0)

  /// Calls `action` once, on a thread of its own, when the first signal arrives. Install once per process.
  public static func onFirstSignal(_ action: @escaping @Sendable () -> Void) {
    var ends: [Int32] = [-1, -1]
    // SAFETY: pipe2 writes two descriptors into an array of two.
    guard unsafe pipe(&ends) == 0 else { return }
    let readEnd = ends[0]
    for end in ends {
      // Children must not hold the pipe.
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    // Also forces the lazy initialisation of both globals, which a signal handler must not do.
    count.store(0, ordering: .relaxed)
    writeEnd.store(ends[1], ordering: .sequentiallyConsistent)
    let listener = try? WorkerThread(worker: 0) {
      var byte: UInt8 = 0
      // SAFETY: reads one byte into a local variable.
      while unsafe read(readEnd, &byte, 1) < 0 && errno == EINTR {}
      action()
    }
    guard listener != nil else { return }
    for number in [SIGINT, SIGTERM] {
      var action = sigaction()
      // SAFETY: the handler calls only async-signal-safe functions: atomics, write(2) and _exit(2).
      unsafe action.__sigaction_handler.sa_handler = { _ in Interruption.handle() }
      action.sa_flags = Int32(SA_RESTART)
      unsafe _ = sigaction(number, &action, nil)
    }
  }

  private static func handle() {
    let saved = errno
    if count.add(1, ordering: .relaxed).newValue > 1 { _exit(exitCode) }
    var byte: UInt8 = 1
    // SAFETY: writes one byte from a local variable.
    unsafe _ = write(writeEnd.load(ordering: .relaxed), &byte, 1)
    errno = saved
  }
}
