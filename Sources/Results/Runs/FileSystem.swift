import Glibc

/// The few file operations that results need, over the C library, each retried on EINTR.
enum FileSystem {
  enum Kind { case file, directory, other }

  /// What stands at `path`, following symbolic links; nil when nothing does or it cannot be looked at.
  static func kind(of path: String) -> Kind? {
    var status = stat()
    // SAFETY: stat writes one struct stat into a local variable of that type.
    guard unsafe stat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .directory
    case S_IFREG: return .file
    default: return .other
    }
  }

  /// The whole content of a file.
  static func contents(of path: String) throws(ResultsFileError) -> [UInt8] {
    let descriptor = openFile(path, O_RDONLY)
    guard descriptor >= 0 else { throw ResultsFileError(path: path, problem: .unreadable(errno: errno)) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      // SAFETY: read stores at most `count` bytes into a buffer that is valid for the closure's duration.
      let count = retrying { unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) } }
      guard count >= 0 else { throw ResultsFileError(path: path, problem: .unreadable(errno: errno)) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
  }

  /// Names in a directory without `.` and `..`, sorted.
  static func entries(of path: String) throws(FileSystemError) -> [String] {
    guard let directory = unsafe opendir(path) else {
      throw FileSystemError(operation: "list", path: path, errno: errno)
    }
    var names: [String] = []
    // SAFETY: 1. `directory` is open until closedir below. 2. readdir's result is valid until the next call on the same
    // stream, and the name, which is NUL-terminated, is copied before that.
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
          unsafe String(cString: $0)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    unsafe closedir(directory)
    return names.sorted()
  }

  /// Creates a directory and the missing ones above it, durably; existing ones are fine.
  static func makeDirectories(_ path: String, advice: String) throws(FileSystemError) {
    if path.isEmpty || kind(of: path) == .directory { return }
    let parent = parent(of: path)
    try makeDirectories(parent, advice: advice)
    if makeDirectory(path) { return try synchronizeDirectory(parent, advice: advice) }
    let code = errno
    // Another process may have been faster.
    if code == EEXIST, kind(of: path) == .directory { return }
    throw FileSystemError(operation: "create", path: path, errno: code == EEXIST ? ENOTDIR : code, advice: advice)
  }

  /// Writes a file so that a reader sees the old content or the new, never a part: temporary file, fsync, rename,
  /// fsync of the directory.
  static func replace(_ path: String, with bytes: [UInt8], advice: String) throws(FileSystemError) {
    let temporary = "\(path).tmp.\(getpid())"
    func failure(_ operation: String, _ place: String) -> FileSystemError {
      FileSystemError(operation: operation, path: place, errno: errno, advice: advice)
    }
    let descriptor = openFile(temporary, O_WRONLY | O_CREAT | O_TRUNC)
    guard descriptor >= 0 else { throw failure("create", temporary) }
    do {
      defer { close(descriptor) }
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = write(rest, to: descriptor)
        guard count > 0 else {
          let error = failure("write to", temporary)
          remove(temporary)
          throw error
        }
        rest = rest.dropFirst(count)
      }
      guard fsync(descriptor) == 0 else {
        let error = failure("flush", temporary)
        remove(temporary)
        throw error
      }
    }
    // SAFETY: both strings are bridged to NUL-terminated buffers for the call's duration.
    guard unsafe rename(temporary, path) == 0 else {
      let error = failure("replace", path)
      remove(temporary)
      throw error
    }
    try synchronizeDirectory(parent(of: path), advice: advice)
  }

  /// Makes the names in a directory durable.
  static func synchronizeDirectory(_ path: String, advice: String) throws(FileSystemError) {
    let place = path.isEmpty ? "." : path
    let descriptor = openFile(place, O_RDONLY | O_DIRECTORY)
    guard descriptor >= 0 else {
      throw FileSystemError(operation: "open", path: place, errno: errno, advice: advice)
    }
    defer { close(descriptor) }
    // Some network file systems cannot flush a directory and say EINVAL; there is nothing better to be had then.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw FileSystemError(operation: "flush", path: place, errno: errno, advice: advice)
    }
  }

  /// One write(2), retried only when nothing was written. Returns the count, or -1 with errno set.
  static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Int {
    // SAFETY: write reads `count` bytes from a buffer that is valid for the closure's duration.
    retrying { unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) } }
  }

  // SAFETY (the next three): the path is bridged to a NUL-terminated buffer that is valid for the call's duration.

  /// A descriptor that is closed on exec, or -1 with errno set.
  static func openFile(_ path: String, _ flags: Int32) -> Int32 {
    retrying { unsafe open(path, flags | O_CLOEXEC, 0o666) }
  }

  /// Whether the directory was made; errno says why not.
  static func makeDirectory(_ path: String) -> Bool { unsafe mkdir(path, 0o777) == 0 }

  /// Removes a file; one that cannot be removed stays.
  static func remove(_ path: String) { unsafe _ = unlink(path) }

  private static func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }

  /// Everything before the last component; empty for a bare name, `/` for a name in the root.
  static func parent(of path: String) -> String {
    var trimmed = path[...]
    while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return "" }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  static func lastComponent(of path: String) -> String {
    var trimmed = path[...]
    while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
    return trimmed.lastIndex(of: "/").map { String(trimmed[trimmed.index(after: $0)...]) } ?? String(trimmed)
  }

  static func join(_ directory: String, _ name: String) -> String {
    if directory.isEmpty { return name }
    return directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
  }
}
