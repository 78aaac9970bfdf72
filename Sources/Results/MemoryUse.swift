/// What a trial's page tables take, in bytes.
public struct MemoryUse: Hashable, Codable, Sendable {
  /// Table frames in use.
  public var tables: UInt64
  /// The most that were in use at once since the trial began.
  public var peakTables: UInt64
  /// Metadata records of all frames in use: tables, and data where the trial has any.
  public var metadata: UInt64
  /// Memory that is mapped; 0 where a workload leaves nothing mapped.
  public var mapped: UInt64

  public init(tables: UInt64, peakTables: UInt64, metadata: UInt64, mapped: UInt64) {
    self.tables = tables
    self.peakTables = peakTables
    self.metadata = metadata
    self.mapped = mapped
  }

  /// Bytes of tables and metadata per mapped GiB; nil where nothing is mapped.
  public var perMappedGiB: Double? {
    mapped > 0 ? Double(tables + metadata) * Double(1 << 30) / Double(mapped) : nil
  }
}
