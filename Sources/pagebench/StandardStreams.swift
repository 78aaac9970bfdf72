import Glibc
import Synchronization

/// Text for people: progress, warnings, errors.
enum StandardError {
  /// What cannot be written is dropped: there is nowhere left to say so.
  static func write(_ text: String) { _ = Stream.write(text, to: STDERR_FILENO) }
}

/// Text that is the command's result.
enum StandardOutput {
  private static let failure = Atomic<Int32>(0)

  /// Writes now; a failure is kept for ``checkWritten()``, so that a command still says what else it has to say.
  static func write(_ text: String) {
    let code = Stream.write(text, to: STDOUT_FILENO)
    if code != 0 { failure.store(code, ordering: .relaxed) }
  }

  /// - Throws: `CommandFailure` when a part of the result is lost, such as into a file on a full disk.
  static func checkWritten() throws {
    let code = failure.load(ordering: .relaxed)
    guard code != 0 else { return }
    // SAFETY: strerror returns a NUL-terminated string that stays valid until the next call on this thread.
    let reason = unsafe String(cString: strerror(code))
    throw CommandFailure(
      status: .failure,
      message: "cannot write to standard output: \(reason); its text is incomplete, send it elsewhere")
  }
}

private enum Stream {
  /// Writes all of the text, unbuffered, so that it stands in order with what a signal or a crash cuts off.
  ///
  /// - Returns: 0, or the error number that kept the rest from being written.
  static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      // SAFETY: write reads at most `count` bytes from a buffer that is valid for the closure's duration.
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        guard errno == EINTR else { return errno }
      } else {
        rest = rest.dropFirst(count)
      }
    }
    return 0
  }
}
