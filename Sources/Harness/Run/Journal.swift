import Glibc
import SystemPackage

/// `journal.jsonl`: which invocations of a run are finished, so that a run cut off can go on.
///
/// The first line says what the run is; every further line is one finished invocation, written and flushed after its
/// rows are on the disk. An invocation without a line is measured again, and its rows, if any, are dropped first.
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

  /// One finished invocation.
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

  /// What a journal file holds. A torn last line is left out: its invocation counts as unfinished.
  struct Content: Hashable {
    let header: Header
    let lines: [Line]
    /// Length of the file without a torn last line.
    let wholeByteCount: Int
  }

  private let descriptor: FileDescriptor
  private let path: String

  /// Starts a new journal with its header.
  init(creating path: String, header: Header) throws(JournalError) {
    do {
      descriptor = try FileDescriptor.open(
        FilePath(path), .writeOnly, options: [.create, .exclusiveCreate, .append, .closeOnExec],
        permissions: .init(rawValue: 0o644))
    } catch {
      throw .cannotWrite(path: path, reason: "\(error)")
    }
    self.path = path
    try lock()
    try write(header)
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
  private func lock() throws(JournalError) {
    // A child of whoever held the lock has a copy of the descriptor from its start until it executes its program: a
    // lock that was given back may look taken for some milliseconds.
    var attempts = 20
    while flock(descriptor.rawValue, LOCK_EX | LOCK_NB) != 0 {
      attempts -= 1
      if attempts > 0, errno == EWOULDBLOCK {
        usleep(10_000)
        continue
      }
      throw errno == EWOULDBLOCK
        ? .busy(path: path) : .cannotWrite(path: path, reason: "flock: \(ErrnoText.name(errno))")
    }
  }

  /// Appends a finished invocation; returns when it is on the disk.
  func append(_ line: Line) throws(JournalError) { try write(line) }

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
    do {
      let header = try TrialJSON.decode(Header.self, from: texts[0])
      guard header.schema == schema else {
        throw JournalError.malformed(path: path, line: 1, reason: "its schema is \(header.schema), not \(schema)")
      }
      for text in texts.dropFirst() { lines.append(try TrialJSON.decode(Line.self, from: text)) }
      return Content(header: header, lines: lines, wholeByteCount: end + 1)
    } catch let error as JournalError {
      throw error
    } catch {
      throw .malformed(path: path, line: lines.count + 1, reason: "\(error)")
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
