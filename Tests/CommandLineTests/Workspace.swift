import Glibc
import SystemPackage

/// A directory of one test, removed with everything in it when the test ends.
final class Workspace: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/pagebench-cli-XXXXXX".utf8CString)
    // SAFETY: mkdtemp changes the six characters of a NUL-terminated buffer in place.
    let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
    }
    guard made else { throw Errno(rawValue: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.removeTree(path) }

  /// Writes a file and returns its path.
  func write(_ name: String, _ text: String) throws -> String {
    let file = "\(path)/\(name)"
    let descriptor = try FileDescriptor.open(
      FilePath(file), .writeOnly, options: [.create, .truncate], permissions: .init(rawValue: 0o644))
    try descriptor.closeAfter { _ = try descriptor.writeAll(Array(text.utf8)) }
    return file
  }

  /// A small suite of real cells: two strategies on one thread unless told otherwise.
  func suite(
    strategies: String = "[\"global\", \"coupling\"]", threads: String = "1", length: Int = 5, invocations: Int = 2,
    statistic: String = "median", extra: String = ""
  ) throws -> String {
    try write(
      "demo.toml",
      """
      name = "demo"
      question = "Does the tool work?"
      statistic = "\(statistic)"
      [matrix]
      workload = "protect"
      strategy = \(strategies)
      lock = "ttas"
      threads = \(threads)
      region-size = 64
      \(extra)

      [window]
      warmup-ms = 1
      length-ms = \(length)
      count = 2

      [repetition]
      invocations = \(invocations)
      """)
  }

  /// Paths of all files of this name below the workspace.
  func files(named name: String) -> [String] { Self.files(below: path, named: name) }

  func read(_ file: String) throws -> String { try Self.contents(file) }

  static func contents(_ file: String) throws -> String {
    let descriptor = try FileDescriptor.open(FilePath(file), .readOnly)
    return try descriptor.closeAfter {
      var bytes: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 65536)
      while true {
        // SAFETY: the buffer is valid for the closure's duration, and read stays within it.
        let count = try unsafe chunk.withUnsafeMutableBytes { try unsafe descriptor.read(into: $0) }
        if count == 0 { return String(decoding: bytes, as: UTF8.self) }
        bytes += chunk[..<count]
      }
    }
  }

  private static func files(below directory: String, named name: String) -> [String] {
    names(in: directory).flatMap { entry -> [String] in
      let child = "\(directory)/\(entry)"
      return (entry == name ? [child] : []) + files(below: child, named: name)
    }
  }

  private static func names(in directory: String) -> [String] {
    guard let stream = unsafe opendir(directory) else { return [] }
    defer { unsafe _ = closedir(stream) }
    var names: [String] = []
    // SAFETY: the entry stays valid until the next call on the stream; its name is copied before.
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func removeTree(_ path: String) {
    if unsafe remove(path) == 0 { return }
    for name in names(in: path) { removeTree("\(path)/\(name)") }
    unsafe _ = remove(path)
  }
}
