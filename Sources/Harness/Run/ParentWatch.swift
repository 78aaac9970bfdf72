import Glibc

/// Ends this process when whoever was to read its report is gone: a run that was killed must not leave a process behind
/// that disturbs the next run.
///
/// A pipe's writing end reports an error as soon as nobody has the reading end any more, so waiting for that costs
/// nothing while the parent lives. (The kernel's parent-death signal would not do: it follows the parent's thread.)
enum ParentWatch {
  /// - Parameter descriptor: where the report goes; anything but a pipe is never found closed.
  static func start(_ descriptor: Int32) {
    // Without the thread the process still ends: by itself, by its parent or by its alarm.
    _ = try? WorkerThread(worker: 0) {
      var request = pollfd(fd: descriptor, events: 0, revents: 0)
      while true {
        // SAFETY: poll reads and writes one pollfd in a local variable.
        let count = unsafe poll(&request, 1, -1)
        if count < 0, errno == EINTR { continue }
        if count > 0, Int32(request.revents) & POLLERR != 0 { _exit(1) }
        return
      }
    }
  }
}
