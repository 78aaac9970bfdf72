/// Files under /proc and /sys, or in a recorded tree of the same layout.
struct HostFiles: Sendable {
  /// Directory with `proc` and `sys` in it, ending in a slash.
  let root: String

  init(root: String) { self.root = root.hasSuffix("/") ? root : root + "/" }

  /// The text without blanks around it; nil when it cannot be read or holds nothing.
  func text(_ file: String) -> String? { TextFile.trimmed(root + file) }

  /// The whole text, empty or not; nil when it cannot be read.
  func whole(_ file: String) -> String? { try? TextFile.read(root + file) }

  func number(_ file: String) -> UInt64? { text(file).flatMap { UInt64($0) } }

  /// Names in a directory, sorted, without `.` and `..`.
  func names(_ directory: String) -> [String] {
    TextFile.names(inDirectory: root + directory).filter { $0 != "." && $0 != ".." }.sorted()
  }

  /// The value of the first `name : value` line.
  func field(_ name: String, in file: String) -> String? {
    for line in whole(file)?.split(separator: "\n") ?? [] {
      guard let colon = line.firstIndex(of: ":"), line[..<colon].trimmed == name else { continue }
      return line[line.index(after: colon)...].trimmed
    }
    return nil
  }

  /// The number after a word at the start of a line, as in `nr_throttled 12`.
  func count(_ name: String, in file: String) -> UInt64? {
    for line in whole(file)?.split(separator: "\n") ?? [] {
      let words = line.split(separator: " ")
      if words.count == 2, words[0] == name { return UInt64(words[1]) }
    }
    return nil
  }

  /// Directory of this process's control group that holds the file; nil when there is none.
  func controlGroupFile(_ name: String) -> String? {
    for line in whole("proc/self/cgroup")?.split(separator: "\n") ?? [] {
      // hierarchy:controllers:path; the unified hierarchy is 0 and names no controllers.
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let mount = parts[0] == "0" ? "sys/fs/cgroup" : "sys/fs/cgroup/\(parts[1])"
      let file = "\(mount)\(parts[2] == "/" ? "" : String(parts[2]))/\(name)"
      if text(file) != nil { return file }
    }
    return nil
  }
}

extension StringProtocol {
  var trimmed: String {
    let start = drop { $0.isWhitespace }
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }

  var trimmedOrNone: String { trimmed.isEmpty ? "none" : trimmed }

  var oneLine: String { split(separator: "\n").joined(separator: "; ") }
}
