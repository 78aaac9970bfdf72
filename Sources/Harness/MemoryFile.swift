import CHost
import SystemPackage

/// A nameless file in memory, read by a child as its standard input.
///
/// Not a pipe, because a child that is killed before it has read its task breaks the pipe, and swift-subprocess then ends this
/// process: "FileDescriptor was not closed", swift-subprocess issue 367.
enum MemoryFile {
  /// A file with this content, at its beginning. The caller closes it.
  ///
  /// - Throws: `Errno` when there is no memory or no descriptor left.
  static func make(_ content: [UInt8]) throws(Errno) -> FileDescriptor {
    // SAFETY: the name is a static string, which lives for ever.
    let number = unsafe chost_memory_file("pagebench")
    guard number >= 0 else { throw Errno(rawValue: -number) }
    let file = FileDescriptor(rawValue: number)
    do {
      _ = try file.writeAll(content)
      try file.seek(offset: 0, from: .start)
      return file
    } catch {
      try? file.close()
      throw error as? Errno ?? .ioError
    }
  }
}
