/// `hist.csv` open for appending; as durable as ``SampleLog``.
public struct HistogramLog: ~Copyable {
  private var log: CSVLog

  /// Opens the run's histograms for appending; makes the file with its header when it is missing.
  ///
  /// - Throws: as ``SampleLog/init(_:)``, with `.foreignHistograms` for another header.
  public init(_ directory: RunDirectory) throws(RunDirectoryError) {
    log = try CSVLog(
      .histogram, of: directory, columns: HistogramSchema.columnNames,
      foreign: .foreignHistograms(path: directory.path(of: .histogram)))
  }

  /// Set when opening found an incomplete last record, left by a run that was killed, and cut it off.
  public var repairedTail: TornTail? { log.repairedTail }

  /// Appends a batch; returns when it is on the disk. An empty batch does nothing.
  ///
  /// - Throws: `.fileSystem`; the file then holds none of the batch.
  public mutating func append(_ rows: [HistogramRow]) throws(RunDirectoryError) {
    try log.append(rows.map(\.csvCells))
  }
}
