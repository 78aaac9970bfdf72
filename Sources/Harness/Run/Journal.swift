import Glibc
import SystemPackage

/// `journal.jsonl`: which invocations of a run are finished, so that a run cut off can go on.
///
/// The first line says what the run is; every further line is one ended invocation, written and flushed after its rows
/// are on the disk. An invocation without a line is measured again when the run goes on, and so is one that yielded
/// nothing: what made a process crash may be mended by then. Its rows, if any, are dropped first.
final class Journal {
  static let schema = "pagebench.journal/1"

  /// First line: what must be the same for a run to go on.
  struct Header: Hashable, Codable {
    var schema: String
    var runID: String
    var suite: String
    var suiteHash: String
    var planHash: String
    /// Size and time stamp of the executable: rows of two builds in one run would be taken for one.
    var build: String
    var entries: Int
    /// Events and sets of counters on this machine: rows of two choices under one name would be taken for one.
    var counterHash: String
  }

  /// One ended invocation. Of several lines for one invocation the last counts.
  struct Line: Hashable, Codable {
    enum Status: String, Codable {
      case ok
      /// Measured, but a check failed.
      case failed
      /// Not measured: crashed, hung or refused.
      case error
    }

    var caseID: String
    var invocation: Int
    var order: Int
    var status: Status
    var note: String?
  }

  /// A decision that stands when the run goes on: which cells were precise enough after so many invocations.
  struct Look: Hashable, Codable {
    /// Invocations per cell when it was taken.
    var look: Int
    /// `case_id` of the cells that are done.
    var done: [String]
  }

  /// What a journal file holds. A torn last line is left out: its invocation counts as unfinished.
  struct Content: Hashable {
    let header: Header
    let lines: [Line]
    let looks: [Look]
    /// Length of the file without a torn last line.
    let wholeByteCount: Int

    /// The invocations that a run that goes on does not measure again.
    var finished: [Line] {
      var latest: [Int: Line] = [:]
      for line in lines { latest[line.order] = line }
      return latest.values.filter { $0.status != .error }.sorted { $0.order < $1.order }
    }
  }

  private let descriptor: FileDescriptor
  private let path: String

  /// Starts a new journal with its header, which is there as a whole or not at all: the file gets its name when it is on
  /// the disk.
  init(creating path: String, header: Header) throws(JournalError) {
    let temporary = FilePath("\(path).tmp")
    do {
      descriptor = try FileDescriptor.open(
        temporary, .writeOnly, options: [.create, .truncate, .append, .closeOnExec],
        permissions: .init(rawValue: 0o644))
    } catch {
      throw .cannotWrite(path: path, reason: "\(error)")
    }
    self.path = path
    try lock()
    try write(header)
    // SAFETY: both strings are bridged to NUL-terminated buffers for the call's duration.
    guard unsafe rename(temporary.string, path) == 0 else {
      throw .cannotWrite(path: path, reason: "rename: \(ErrnoText.name(errno))")
    }
    try synchronizeDirectory()
  }

  /// Makes the file's name durable.
  private func synchronizeDirectory() throws(JournalError) {
    var directory = FilePath(path)
    directory.removeLastComponent()
    do {
      let opened = try FileDescriptor.open(directory.isEmpty ? "." : directory, .readOnly, options: .closeOnExec)
      try opened.closeAfter {
        // Some network file systems cannot flush a directory and say EINVAL; there is nothing better to be had then.
        guard fsync(opened.rawValue) == 0 || errno == EINVAL else { throw Errno(rawValue: errno) }
      }
    } catch {
      throw .cannotWrite(path: path, reason: "\(error)")
    }
  }

  /// Opens the journal of a run that is to go on and takes the run's lock, so that nothing read from now on can be
  /// changed by another process that still writes the run.
  init(resuming path: String) throws(JournalError) {
    do {
      descriptor = try FileDescriptor.open(FilePath(path), .writeOnly, options: [.append, .closeOnExec])
    } catch {
      throw .cannotRead(path: path, reason: "\(error)")
    }
    self.path = path
    try lock()
  }

  deinit { try? descriptor.close() }

  /// Cuts a torn last line off.
  func cut(to content: Content) throws(JournalError) {
    do { try descriptor.resize(to: Int64(content.wholeByteCount)) } catch {
      throw .cannotWrite(path: path, reason: "\(error)")
    }
  }

  /// Held until the descriptor is closed, at the latest by the end of the process however it ends.
  ///
  /// Waits a little first: a child of whoever held the lock has a copy of the descriptor from its start until it executes
  /// its program, so a lock that was given back may look taken for some milliseconds.
  private func lock() throws(JournalError) {
    for attempt in 1... {
      if flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 { return }
      guard errno == EWOULDBLOCK else {
        throw .cannotWrite(path: path, reason: "flock: \(ErrnoText.name(errno))")
      }
      if attempt == 20 { throw .busy(path: path) }
      usleep(10_000)
    }
  }

  /// Appends an ended invocation; returns when it is on the disk.
  func append(_ line: Line) throws(JournalError) { try write(line) }

  /// Appends a decision; returns when it is on the disk.
  func append(_ look: Look) throws(JournalError) { try write(look) }

  private func write(_ value: some Encodable) throws(JournalError) {
    do {
      try descriptor.writeAll(try TrialJSON.encode(value) + [UInt8(ascii: "\n")])
    } catch {
      throw .cannotWrite(path: path, reason: "\(error)")
    }
    guard fsync(descriptor.rawValue) == 0 else {
      throw .cannotWrite(path: path, reason: "fsync: \(ErrnoText.name(errno))")
    }
  }

  /// - Throws: ``JournalError/cannotRead(path:reason:)`` or ``JournalError/malformed(path:line:reason:)``.
  static func read(_ path: String) throws(JournalError) -> Content {
    let bytes: [UInt8]
    do { bytes = try TextFile.bytes(path) } catch { throw .cannotRead(path: path, reason: "\(error)") }
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else {
      throw .malformed(path: path, line: 1, reason: "it has no whole line")
    }
    let texts = bytes[..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
    var lines: [Line] = []
    var looks: [Look] = []
    do {
      let header = try TrialJSON.decode(Header.self, from: texts[0])
      guard header.schema == schema else {
        throw JournalError.malformed(path: path, line: 1, reason: "its schema is \(header.schema), not \(schema)")
      }
      for text in texts.dropFirst() {
        if let look = try? TrialJSON.decode(Look.self, from: text) {
          looks.append(look)
        } else {
          lines.append(try TrialJSON.decode(Line.self, from: text))
        }
      }
      return Content(header: header, lines: lines, looks: looks, wholeByteCount: end + 1)
    } catch let error as JournalError {
      throw error
    } catch {
      throw .malformed(
        path: path, line: lines.count + looks.count + (lines.isEmpty && looks.isEmpty ? 1 : 2), reason: "\(error)")
    }
  }
}

/// Why a journal cannot be used.
public enum JournalError: Error, Hashable, Sendable, CustomStringConvertible {
  case cannotRead(path: String, reason: String)
  case cannotWrite(path: String, reason: String)
  case malformed(path: String, line: Int, reason: String)
  /// Another process is measuring this run.
  case busy(path: String)
  /// The run to resume is not the one asked for.
  case differs(path: String, what: String)

  public var description: String {
    switch self {
    case .cannotRead(let path, let reason):
      "cannot read \(path): \(reason); give --resume the directory of a run"
    case .cannotWrite(let path, let reason):
      "cannot write \(path): \(reason); free space there or choose another place with --out"
    case .busy(let path):
      "\(path) is being written by another pagebench; wait until that one has ended"
    case .malformed(let path, let line, let reason):
      "\(path):\(line): not a journal of this program: \(reason); start a new run instead of resuming"
    case .differs(let path, let what):
      "\(path): cannot resume, \(what); start a new run without --resume"
    }
  }
}
