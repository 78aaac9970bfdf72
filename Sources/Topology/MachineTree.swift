import Glibc

/// Small text files that describe a machine: this one's, a copy of them in a directory, or a recording in one file.
///
/// Files are named from `/`, such as `sys/devices/system/cpu/online` and `proc/self/status`.
public struct MachineTree: Sendable {
  private enum Source: Sendable {
    /// A directory with `sys` and perhaps `proc` in it; empty for `/` itself.
    case root(String)
    /// A copy of `/sys` alone.
    case sysfs(String)
    case recording(MachineRecording)
  }

  private let source: Source
  /// Where the facts come from, for messages: a path.
  public let name: String

  /// The machine this process runs on.
  public static let live = MachineTree(root: "/")

  /// A directory with `sys` and `proc` in it.
  public init(root: String) {
    source = .root(Self.withoutTrailingSlash(root))
    name = root
  }

  /// A copy of `/sys`, such as `/sys` itself; what stands in `/proc` is then unknown.
  public init(sysfsRoot: String) {
    source = .sysfs(Self.withoutTrailingSlash(sysfsRoot))
    name = sysfsRoot
  }

  /// What a user names: a file recorded by `scripts/record-topology`, a directory with `sys` in it, or a copy of `/sys`.
  ///
  /// - Throws: `TopologyError.unreadable` when there is nothing at `path`, `.malformed` for a file that is no recording.
  public init(path: String) throws(TopologyError) {
    var status = stat()
    // SAFETY: stat reads a NUL-terminated string that Swift makes for the call and writes one struct stat.
    guard unsafe stat(path, &status) == 0 else { throw .unreadable(path: path, errno: errno) }
    if status.st_mode & S_IFMT != S_IFDIR {
      source = .recording(try MachineRecording(parsing: try Self.contents(of: path), name: path))
    } else {
      let root = Self.withoutTrailingSlash(path)
      // SAFETY: as above.
      let hasSys = unsafe access("\(root)/sys", F_OK) == 0
      source = hasSys ? .root(root) : .sysfs(root)
    }
    name = path
  }

  /// Whether this is the machine the process runs on, so that what the kernel says of the process holds as well.
  public var isLive: Bool {
    switch source {
    case .root(let root): root.isEmpty
    case .sysfs(let root): root == "/sys"
    case .recording: false
    }
  }

  /// The file's text without blanks at its end; nil when there is no such file.
  public func text(ifPresent file: String) throws(TopologyError) -> String? {
    do {
      return try text(file)
    } catch .unreadable(_, ENOENT) {
      return nil
    }
  }

  /// The file's text without blanks at its end.
  ///
  /// - Throws: `TopologyError.unreadable`.
  public func text(_ file: String) throws(TopologyError) -> String {
    if case .recording(let recording) = source {
      guard let text = recording.files[file] else { throw .unreadable(path: path(file), errno: ENOENT) }
      return text
    }
    guard let place = place(of: file) else { throw .unreadable(path: path(file), errno: ENOENT) }
    return try Self.contents(of: place)
  }

  /// How a file is called in messages.
  func path(_ file: String) -> String { place(of: file) ?? "\(name): \(file)" }

  func set(_ file: String) throws(TopologyError) -> CPUSet { CPUSet(try list(try text(file), at: file)) }

  func set(ifPresent file: String) throws(TopologyError) -> CPUSet? {
    guard let text = try text(ifPresent: file) else { return nil }
    return CPUSet(try list(text, at: file))
  }

  func integer(_ file: String) throws(TopologyError) -> Int {
    let text = try text(file)
    guard let value = Int(text) else {
      throw .malformed(path: path(file), content: text, expected: "an integer")
    }
    return value
  }

  /// The value of a `Name: value` line, such as those of `proc/self/status`; nil when there is none.
  func field(_ name: String, of file: String) throws(TopologyError) -> String? {
    guard let text = try text(ifPresent: file) else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix("\(name):") {
      return String(line.dropFirst(name.count + 1).drop { $0 == " " || $0 == "\t" })
    }
    return nil
  }

  func list(_ text: String, at file: String) throws(TopologyError) -> [Int] {
    do {
      return try NumberList.parse(text)
    } catch {
      throw .malformed(path: path(file), content: text, expected: "a list of numbers such as 0-3,8")
    }
  }

  /// The path of a file in a directory; nil where there is no such place.
  private func place(of file: String) -> String? {
    switch source {
    case .root(let root): return "\(root)/\(file)"
    case .sysfs(let root): return file.hasPrefix("sys/") ? "\(root)/\(file.dropFirst(4))" : nil
    case .recording: return nil
    }
  }

  private static func withoutTrailingSlash(_ path: String) -> String {
    var path = path[...]
    while path.last == "/" { path.removeLast() }
    return String(path)
  }

  private static func contents(of path: String) throws(TopologyError) -> String {
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
}
