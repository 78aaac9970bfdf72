/// `samples.csv` open for appending.
///
/// A batch reaches the file in one write(2) of whole lines followed by fsync, so a kill between batches loses nothing and
/// a kill during one leaves at most a torn last record. A write that the disk cuts short is taken back. While the log is
/// open it holds a lock on the file, so two harnesses cannot interleave rows.
public struct SampleLog: ~Copyable {
  private var log: CSVLog

  /// Opens the run's samples for appending; makes the file with its header when it is missing.
  ///
  /// - Throws: `.busy` when another process has it open, `.foreignSamples` for another header, `.content` when the file is
  ///   malformed before its last record, `.fileSystem` otherwise.
  public init(_ directory: RunDirectory) throws(RunDirectoryError) {
    log = try CSVLog(
      .samples, of: directory, columns: SampleSchema.columnNames,
      foreign: .foreignSamples(path: directory.path(of: .samples)))
  }

  public var path: String { log.path }

  /// Set when opening found an incomplete last record, left by a run that was killed, and cut it off.
  public var repairedTail: TornTail? { log.repairedTail }

  /// Appends a batch; returns when it is on the disk. An empty batch does nothing.
  ///
  /// - Throws: `.fileSystem`; the file then holds none of the batch.
  public mutating func append(_ samples: [Sample]) throws(RunDirectoryError) {
    var parameterTexts: [CaseID: String] = [:]
    try log.append(
      samples.map { sample in
        let text = parameterTexts[sample.caseID] ?? sample.cell.parameterText
        parameterTexts[sample.caseID] = text
        return sample.csvCells(parameterText: text)
      })
  }
}
