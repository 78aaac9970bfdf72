/// Kinds of memory that a trial uses.
public enum MemoryKind: String, CaseIterable, Codable, Sendable {
  /// Frames that pages map, as far as a workload allocates any.
  case data
  /// Frames of tables.
  case tables
  /// The records beside the frames: locks, counts, lists.
  case metadata
}

/// The memory policies of one cell, one for each kind of memory. Metadata is that of tables and of data frames.
public struct MemoryPolicies: Hashable, Sendable {
  public var data: MemoryPolicy
  public var tables: MemoryPolicy
  public var metadata: MemoryPolicy

  /// One policy for everything, except where another is given.
  public init(_ everything: MemoryPolicy, tables: MemoryPolicy? = nil, metadata: MemoryPolicy? = nil) {
    data = everything
    self.tables = tables ?? everything
    self.metadata = metadata ?? everything
  }

  public subscript(_ kind: MemoryKind) -> MemoryPolicy {
    switch kind {
    case .data: data
    case .tables: tables
    case .metadata: metadata
    }
  }
}
