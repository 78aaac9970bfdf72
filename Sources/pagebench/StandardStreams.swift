import Glibc

/// Text for people: progress, warnings, errors.
enum StandardError {
  static func write(_ text: String) { Stream.write(text, to: STDERR_FILENO) }
}

/// Text that is the command's result.
enum StandardOutput {
  static func write(_ text: String) { Stream.write(text, to: STDOUT_FILENO) }
}

private enum Stream {
  /// Writes all of the text, unbuffered, so that it stands in order with what a signal or a crash cuts off. What cannot
  /// be written is dropped: there is nowhere left to say so.
  static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      // SAFETY: write reads at most `count` bytes from a buffer that is valid for the closure's duration.
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        guard errno == EINTR else { return }
      } else {
        rest = rest.dropFirst(count)
      }
    }
  }
}
