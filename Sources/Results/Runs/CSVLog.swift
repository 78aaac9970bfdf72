import Glibc

/// A CSV file of a run open for appending.
///
/// A batch reaches the file in one write(2) of whole lines followed by fsync, so a kill between batches loses nothing and
/// a kill during one leaves at most a torn last record. A write that the disk cuts short is taken back. While the log is
/// open it holds a lock on the file, so two harnesses cannot interleave rows.
struct CSVLog: ~Copyable {
  let path: String
  /// Set when opening found an incomplete last record, left by a run that was killed, and cut it off.
  let repairedTail: TornTail?
  private let columns: [String]
  private let descriptor: Int32
  private var byteCount: Int

  /// Opens the run's file for appending; makes it with its header when it is missing.
  ///
  /// - Parameter foreign: the error for a file with another header.
  /// - Throws: `.busy` when another process has it open, `foreign`, `.content` when the file is malformed before its last
  ///   record, `.fileSystem` otherwise.
  init(
    _ file: RunFile, of directory: RunDirectory, columns: [String], foreign: RunDirectoryError
  ) throws(RunDirectoryError) {
    let path = directory.path(of: file)
    let descriptor = FileSystem.openFile(path, O_RDWR | O_CREAT | O_APPEND)
    guard descriptor >= 0 else { throw Self.failure("open", path) }
    do {
      (byteCount, repairedTail) = try Self.prepare(
        descriptor, path: path, directory: directory, columns: columns, foreign: foreign)
    } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.columns = columns
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Appends a batch; returns when it is on the disk. An empty batch does nothing.
  ///
  /// - Throws: `.fileSystem`; the file then holds none of the batch.
  mutating func append(_ rows: [[String]]) throws(RunDirectoryError) {
    guard !rows.isEmpty else { return }
    var writer = CSVWriter(columns: columns, header: .alreadyWritten)
    for row in rows { writer.append(row) }
    byteCount = try Self.append(writer.drain(), to: descriptor, at: byteCount, path: path)
  }

  /// Takes the file's lock, or says who has it.
  ///
  /// Waits a little first: a child that this process is starting shares its descriptors, and so the lock of a log closed a
  /// moment ago, until it executes its own program.
  private static func lock(_ descriptor: Int32, path: String) throws(RunDirectoryError) {
    for attempt in 1... {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
      guard errno == EWOULDBLOCK else { throw failure("lock", path) }
      if attempt == 20 { throw .busy(path: path) }
      usleep(50_000)
    }
  }

  /// Locks the file, cuts a torn record off, and writes the header into a new one.
  private static func prepare(
    _ descriptor: Int32, path: String, directory: RunDirectory, columns: [String], foreign: RunDirectoryError
  ) throws(RunDirectoryError) -> (byteCount: Int, tornTail: TornTail?) {
    try lock(descriptor, path: path)
    let bytes: [UInt8]
    do { bytes = try FileSystem.contents(of: path) } catch { throw .content(error) }
    let torn = try tornTail(of: bytes, path: path, columns: columns, foreign: foreign)
    if let torn, ftruncate(descriptor, off_t(torn.wholeByteCount)) != 0 {
      throw failure("cut the torn record off", path)
    }
    let wholeByteCount = torn?.wholeByteCount ?? bytes.count
    if wholeByteCount > 0 { return (wholeByteCount, torn) }
    var header = CSVWriter(columns: columns)
    let byteCount = try append(header.drain(), to: descriptor, at: 0, path: path)
    do {
      try FileSystem.synchronizeDirectory(directory.path, advice: RunDirectory.advice)
    } catch {
      throw .fileSystem(error)
    }
    return (byteCount, torn)
  }

  /// One write and fsync. Returns the new length; on failure the file has its old one.
  private static func append(
    _ bytes: [UInt8], to descriptor: Int32, at length: Int, path: String
  ) throws(RunDirectoryError) -> Int {
    errno = 0
    let count = FileSystem.write(bytes[...], to: descriptor)
    guard count == bytes.count else {
      // A short write without an error number means that the disk took what it could.
      let code = count >= 0 ? ENOSPC : errno
      ftruncate(descriptor, off_t(length))
      throw .fileSystem(
        FileSystemError(operation: "append to", path: path, errno: code, advice: RunDirectory.advice))
    }
    guard fsync(descriptor) == 0 else {
      let error = failure("flush", path)
      ftruncate(descriptor, off_t(length))
      throw error
    }
    return length + count
  }

  /// Checks the header and finds an incomplete last record.
  private static func tornTail(
    of bytes: [UInt8], path: String, columns: [String], foreign: RunDirectoryError
  ) throws(RunDirectoryError) -> TornTail? {
    guard !bytes.isEmpty else { return nil }
    // Nothing but a part of the header: the file can be started again.
    if !bytes.contains(UInt8(ascii: "\n")) {
      return TornTail(line: 1, wholeByteCount: 0, tornByteCount: bytes.count)
    }
    let table: CSVTable
    do { table = try CSVReader.read(bytes: bytes, path: path) } catch { throw .content(error) }
    guard table.columns == columns else { throw foreign }
    return table.tornTail
  }

  private static func failure(_ operation: String, _ path: String) -> RunDirectoryError {
    .fileSystem(FileSystemError(operation: operation, path: path, errno: errno, advice: RunDirectory.advice))
  }
}
