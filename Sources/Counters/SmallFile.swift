import Glibc

/// Small files that the kernel makes up when they are read.
enum SmallFile {
  /// The content without blanks at its end, or an errno.
  static func read(_ path: String) -> Result<String, PerfEventFailure> {
    // SAFETY: open reads the NUL-terminated string that Swift makes of the path for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return .failure(.kernel(errno: errno)) }
    defer { close(descriptor) }
    var status = 0
    // SAFETY: read stores at most `count` bytes into the buffer, and exactly those are declared initialised.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      status = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      count = max(0, status)
    }
    guard status >= 0 else { return .failure(.kernel(errno: errno)) }
    let end = bytes.lastIndex { $0 > UInt8(ascii: " ") }.map { $0 + 1 } ?? 0
    return .success(String(decoding: bytes[..<end], as: UTF8.self))
  }

  /// The content, or nil.
  static func text(_ path: String) -> String? { try? read(path).get() }

  // SAFETY: access reads the NUL-terminated string that Swift makes of the path for the call.
  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }
}
