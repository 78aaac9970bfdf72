import Glibc

/// Reads small text files below a sysfs root.
struct SysfsTree {
  let root: String

  func path(_ relative: String) -> String { root.hasSuffix("/") ? root + relative : "\(root)/\(relative)" }

  /// The file's text without blanks at its end; nil when there is no such file.
  func text(ifPresent relative: String) throws(TopologyError) -> String? {
    do {
      return try text(relative)
    } catch .unreadable(_, ENOENT) {
      return nil
    }
  }

  /// The file's text without blanks at its end.
  func text(_ relative: String) throws(TopologyError) -> String {
    let path = path(relative)
    // SAFETY: open reads the NUL-terminated string that Swift makes of the path for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: path, errno: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      // SAFETY: read stores at most `count` bytes into a buffer that is valid for the closure's duration.
      let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw .unreadable(path: path, errno: errno)
      }
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: " ") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  func set(_ relative: String) throws(TopologyError) -> CPUSet {
    try CPUSet(list(try text(relative), at: relative))
  }

  func set(ifPresent relative: String) throws(TopologyError) -> CPUSet? {
    guard let text = try text(ifPresent: relative) else { return nil }
    return CPUSet(try list(text, at: relative))
  }

  func integer(_ relative: String) throws(TopologyError) -> Int {
    let text = try text(relative)
    guard let value = Int(text) else {
      throw .malformed(path: path(relative), content: text, expected: "an integer")
    }
    return value
  }

  private func list(_ text: String, at relative: String) throws(TopologyError) -> [Int] {
    do {
      return try NumberList.parse(text)
    } catch {
      throw .malformed(path: path(relative), content: text, expected: "a list of numbers such as 0-3,8")
    }
  }
}
