import Counters
import Glibc
public import Results

/// Tries out what it costs to record one process, as a run records it: rows, `samples.csv`, journal, both on the disk.
public struct RecordingProbe: Sendable {
  /// Wall time of recording one process: the least of nine. Where CPUs are busy, a flush waits for one, some milliseconds
  /// each time.
  public let perInvocation: Duration
  /// Rows of one process.
  public let rowCount: Int

  /// Records the same process nine times, a while apart, in a directory of its own below `base`, and removes that.
  ///
  /// - Parameters:
  ///   - report: what the process measured.
  ///   - cell: what it ran.
  ///   - base: a directory that exists; the file system decides what a flush costs.
  /// - Throws: `RunDirectoryError` or ``JournalError`` when nothing can be written there.
  public init(_ report: TrialReport, of cell: Cell, below base: String) throws {
    let runID = RunID.generate()
    let folder = "\(base)/.pagebench-\(runID)"
    let directory = try RunDirectory.create(
      base: folder, suite: cell.suite, host: HostID(hostname: "probe", stableFacts: []), revision: .unversioned,
      runID: runID)
    defer { Self.remove(directory.path, upTo: folder) }
    try directory.createSamples()
    let journal = try Journal(
      creating: directory.path(of: .journal),
      header: Journal.Header(
        schema: Journal.schema, runID: runID.description, suite: cell.suite, suiteHash: "", planHash: "", build: "",
        entries: 1, counterHash: ""))
    var log = try SampleLog(directory)
    let entry = Plan.Entry(
      cell: cell, block: 0, order: 0, invocation: 0, window: .standard, isOversubscribed: false)
    var times: [Duration] = []
    var rowCount = 0
    for _ in 0..<9 {
      // A disk that has just been told to flush makes the next one wait; in a run there is a process between the two.
      MonotonicClock.sleep(until: MonotonicClock.nanoseconds + 20_000_000)
      let begin = ContinuousClock.now
      let record = InvocationRecord(.measured(report), entry: entry, runID: runID, started: .now())
      try log.append(record.samples)
      try journal.append(record.line)
      times.append(.now - begin)
      rowCount = record.samples.count
    }
    perInvocation = times.min() ?? .zero
    self.rowCount = rowCount
  }

  /// Removes a run's directory and every one above it up to `top`.
  private static func remove(_ directory: String, upTo top: String) {
    // SAFETY: each call reads a NUL-terminated string; what is not there or not empty stays.
    for file in RunFile.allCases { unsafe _ = unlink("\(directory)/\(file.rawValue)") }
    var path = directory
    while path.hasPrefix(top) {
      unsafe _ = rmdir(path)
      guard let slash = path.lastIndex(of: "/") else { return }
      path = String(path[..<slash])
    }
  }
}
