import Glibc

@testable import Harness

/// A directory that is removed with everything in it when the test ends.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/pagebench-test-XXXXXX".utf8CString)
    // SAFETY: mkdtemp changes the six characters of a NUL-terminated buffer in place.
    let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
    }
    guard made else { throw Failure(what: "mkdtemp", errno: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.removeTree(path) }

  /// Removes a file, or a directory with what it holds. Links are removed, not followed: `remove` takes them as files.
  private static func removeTree(_ path: String) {
    if unsafe remove(path) == 0 { return }
    for name in TextFile.names(inDirectory: path) where name != "." && name != ".." {
      removeTree("\(path)/\(name)")
    }
    unsafe _ = remove(path)
  }

  struct Failure: Error {
    let what: String
    let errno: Int32
  }

  /// Replaces a file's content.
  func write(_ path: String, _ text: String) throws {
    guard let file = unsafe fopen(path, "w") else { throw Failure(what: "fopen", errno: errno) }
    defer { unsafe _ = fclose(file) }
    let bytes = Array(text.utf8)
    // SAFETY: fwrite reads the bytes of an array that is valid for the call's duration.
    guard unsafe fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Failure(what: "fwrite", errno: errno) }
  }
}
