import Glibc
import SystemPackage

/// Small text files: suites, and what the kernel shows under /proc and /sys.
enum TextFile {
  /// - Throws: `Errno`.
  static func read(_ path: String) throws -> String {
    String(decoding: try bytes(path), as: UTF8.self)
  }

  /// Reads to the end; /proc files have no size to go by.
  static func bytes(_ path: String) throws -> [UInt8] {
    let descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
    return try descriptor.closeAfter {
      var bytes: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 16384)
      while true {
        // SAFETY: the buffer is valid for the closure's duration, and read stays within it.
        let count = try unsafe chunk.withUnsafeMutableBytes { try unsafe descriptor.read(into: $0) }
        if count == 0 { return bytes }
        bytes += chunk[..<count]
      }
    }
  }

  /// The text without blanks around it; nil when it cannot be read or holds nothing.
  static func trimmed(_ path: String) -> String? {
    guard let text = try? read(path) else { return nil }
    let start = text.drop { $0.isWhitespace }
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return nil }
    return String(start[...last])
  }

  /// Whether the file is there and can be read.
  // SAFETY: the path is bridged to a NUL-terminated buffer that is valid for the call's duration.
  static func exists(_ path: String) -> Bool { unsafe access(path, R_OK) == 0 }

  /// Names in a directory; none when it cannot be read.
  static func names(inDirectory directory: String) -> [String] {
    guard let stream = unsafe opendir(directory) else { return [] }
    defer { unsafe _ = closedir(stream) }
    var names: [String] = []
    // SAFETY: the entry stays valid until the next call on the stream; its name is copied before.
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      names.append(name)
    }
    return names
  }
}
