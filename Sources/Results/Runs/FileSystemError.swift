import Glibc

/// A system call on a file that failed: what was tried, on which path, the kernel's reason, and what to do.
public struct FileSystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was tried, as a verb phrase: `create`, `write to`.
  public let operation: String
  public let path: String
  public let errno: Int32
  /// What the caller had in mind with the path, to word the advice.
  let advice: String

  init(operation: String, path: String, errno: Int32, advice: String = "") {
    self.operation = operation
    self.path = path
    self.errno = errno
    self.advice = advice
  }

  public var description: String { "cannot \(operation) \(path): \(Self.reason(of: errno)); \(remedy)" }

  public var remedy: String {
    switch errno {
    case EACCES, EPERM: "make it writable for this user\(advice)"
    case EROFS: "the file system is read-only\(advice)"
    case ENOSPC, EDQUOT: "free some space\(advice)"
    case ENOTDIR: "a file stands where a directory is needed\(advice)"
    case ENOENT: "check the path\(advice)"
    case EEXIST: "it exists already\(advice)"
    case ENAMETOOLONG: "the path is too long\(advice)"
    default: "check the path and the disk\(advice)"
    }
  }

  /// The C library's sentence for an error number, and the number.
  static func reason(of code: Int32) -> String {
    // SAFETY: strerror returns a NUL-terminated string that stays valid until the next call on this thread, and it is
    // copied at once.
    let text = unsafe String(cString: strerror(code))
    return "\(text) (errno \(code))"
  }
}
