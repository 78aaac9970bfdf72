import Glibc

/// Files of a run directory.
public enum RunFile: String, CaseIterable, Sendable {
  case samples = "samples.csv"
  case environment = "env.csv"
  case histogram = "hist.csv"
  case journal = "journal.jsonl"
  case summary = "summary.csv"
  case report = "report.html"
}

/// Why a run directory could not be made, opened or written.
public enum RunDirectoryError: Error, Hashable, Sendable, CustomStringConvertible {
  case fileSystem(FileSystemError)
  /// A name that cannot be one path component.
  case badName(what: String, name: String)
  /// Nothing at the path, or nothing that looks like a run.
  case notARun(path: String, why: String)
  /// Another process holds the run's samples open for writing.
  case busy(path: String)
  /// `samples.csv` exists with another header.
  case foreignSamples(path: String)
  /// `hist.csv` exists with another header.
  case foreignHistograms(path: String)
  /// The content of one of the run's files is wrong.
  case content(ResultsFileError)

  public var description: String {
    switch self {
    case .fileSystem(let error): error.description
    case .badName(let what, let name):
      "`\(name)` cannot be a \(what) in a results path; use letters, digits, `.`, `_` and `-`"
    case .notARun(let path, let why):
      "\(path) is not a run directory: \(why)"
    case .busy(let path):
      "\(path) is being written by another pagebench; wait for it, or give another --out directory"
    case .foreignSamples(let path):
      "\(path) has another header than \(SampleSchema.name); resume with the pagebench that started the run"
    case .foreignHistograms(let path):
      "\(path) has another header than \(HistogramSchema.name); resume with the pagebench that started the run"
    case .content(let error): error.description
    }
  }
}

/// `results/<suite>/<host>/<revision>/<run>/`: one run's files.
public struct RunDirectory: Hashable, Sendable {
  static let advice = ", or choose another place with --out"

  public let path: String

  public func path(of file: RunFile) -> String { FileSystem.join(path, file.rawValue) }

  /// Makes the directory of a new run below `base`, with every directory above it that is missing.
  ///
  /// - Parameter suite: suite file stem; must be usable as one path component.
  /// - Throws: ``RunDirectoryError`` `.badName`, or `.fileSystem` naming the directory that could not be made.
  public static func create(
    base: String, suite: String, host: HostID, revision: SourceRevision, runID: RunID
  ) throws(RunDirectoryError) -> RunDirectory {
    guard isComponent(suite) else { throw .badName(what: "suite name", name: suite) }
    guard isComponent(revision.description) else { throw .badName(what: "commit", name: revision.description) }
    let parent = [suite, host.description, revision.description].reduce(base) { FileSystem.join($0, $1) }
    let path = FileSystem.join(parent, runID.description)
    do throws(FileSystemError) {
      try FileSystem.makeDirectories(parent, advice: advice)
      guard FileSystem.makeDirectory(path) else {
        throw FileSystemError(operation: "create", path: path, errno: errno, advice: advice)
      }
      try FileSystem.synchronizeDirectory(parent, advice: advice)
    } catch {
      throw .fileSystem(error)
    }
    return RunDirectory(path: path)
  }

  /// Opens an existing run, given its directory or a file in it such as `samples.csv`.
  ///
  /// - Throws: `.notARun` saying what stands there instead; for a directory above runs, it names the newest of them.
  public static func open(_ path: String) throws(RunDirectoryError) -> RunDirectory {
    switch FileSystem.kind(of: path) {
    case nil:
      throw .notARun(path: path, why: "there is nothing there; check the path")
    case .other:
      throw .notARun(path: path, why: "it is neither a file nor a directory")
    case .file:
      guard RunFile(rawValue: FileSystem.lastComponent(of: path)) != nil else {
        throw .notARun(path: path, why: "it is a file; give a run directory or its \(RunFile.samples.rawValue)")
      }
      let parent = FileSystem.parent(of: path)
      return RunDirectory(path: parent.isEmpty ? "." : parent)
    case .directory:
      // A run that was cut off before its first batch has no samples yet, but can be resumed.
      let marks: [RunFile] = [.samples, .environment, .journal]
      let directory = RunDirectory(path: path)
      if marks.contains(where: { FileSystem.kind(of: directory.path(of: $0)) == .file }) { return directory }
      guard let newest = runs(below: path).max(by: { lastName($0) < lastName($1) }) else {
        throw .notARun(path: path, why: "it holds no \(RunFile.samples.rawValue), nor does any directory below it")
      }
      throw .notARun(path: path, why: "it holds runs, not a run's files; the newest run below it is \(newest.path)")
    }
  }

  /// Every directory at or below `path` that holds a `samples.csv`, in path order. Unreadable directories are passed by.
  public static func runs(below path: String) -> [RunDirectory] {
    let names = (try? FileSystem.entries(of: path)) ?? []
    if names.contains(RunFile.samples.rawValue) { return [RunDirectory(path: path)] }
    return names.filter { !$0.hasPrefix(".") }.flatMap { name -> [RunDirectory] in
      let child = FileSystem.join(path, name)
      return FileSystem.kind(of: child) == .directory ? runs(below: child) : []
    }
  }

  /// Writes `env.csv` whole: a reader sees the old file or the new one.
  public func writeEnvironment(_ record: EnvironmentRecord) throws(RunDirectoryError) {
    try replace(.environment, with: record.csvBytes())
  }

  /// Makes `samples.csv` with its header.
  ///
  /// - Throws: as ``SampleLog/init(_:)``.
  public func createSamples() throws(RunDirectoryError) { _ = try SampleLog(self) }

  /// Writes what is known about a process that failed into `failure-<order>.txt`, replacing what an earlier attempt left.
  public func writeFailure(_ text: String, order: Int) throws(RunDirectoryError) {
    do {
      try FileSystem.replace(
        FileSystem.join(path, "failure-\(order).txt"), with: Array(text.utf8), advice: Self.advice)
    } catch { throw .fileSystem(error) }
  }

  /// Removes what a killed process left while it replaced a file of the run. Only for whoever has the run's lock.
  public func removeTemporaryFiles() {
    for name in (try? FileSystem.entries(of: path)) ?? [] where name.contains(".tmp") {
      FileSystem.remove(FileSystem.join(path, name))
    }
  }

  /// Replaces one file of the run atomically and durably; for files that are derived or small.
  public func replace(_ file: RunFile, with bytes: [UInt8]) throws(RunDirectoryError) {
    do { try FileSystem.replace(path(of: file), with: bytes, advice: Self.advice) } catch { throw .fileSystem(error) }
  }

  public func readEnvironment() throws(RunDirectoryError) -> EnvironmentRecord {
    do { return try EnvironmentRecord.read(path: path(of: .environment)) } catch { throw .content(error) }
  }

  /// All whole samples, and whether the last record is torn.
  public func readSamples() throws(RunDirectoryError) -> SampleFile {
    do { return try SampleFile.read(path: path(of: .samples)) } catch { throw .content(error) }
  }

  /// All whole histogram rows, and whether the last record is torn; nil when the run has no such file.
  public func readHistograms() throws(RunDirectoryError) -> HistogramFile? {
    let path = path(of: .histogram)
    guard FileSystem.kind(of: path) != nil else { return nil }
    do { return try HistogramFile.read(path: path) } catch { throw .content(error) }
  }

  private static func isComponent(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && !name.hasPrefix(".") && !name.hasPrefix("-")
      && name.unicodeScalars.allSatisfy { scalar in
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-", "+": true
        default: false
        }
      }
  }

  private static func lastName(_ directory: RunDirectory) -> String { FileSystem.lastComponent(of: directory.path) }
}
