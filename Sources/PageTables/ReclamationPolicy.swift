/// When a table in which nothing is mapped any more leaves the tree.
///
/// The root never does, nor does a table that several trees share. A table that left is used again only after a grace period:
/// see `FrameAllocator.retireTable`.
public protocol ReclamationPolicy: SendableMetatype {
  /// The name suites and reports use.
  static var name: String { get }
  /// One line for `pagebench list`.
  static var summary: String { get }
  /// Whether a cursor takes an empty table out when it leaves it.
  static var prunesOnLeave: Bool { get }
  /// Whether a cursor that removed something looks for empty tables in its whole range when it ends.
  static var prunesOnDrop: Bool { get }
}

extension ReclamationPolicy {
  /// Whether tables are freed before the tree is. Then whoever walks without locks must announce it.
  @inlinable public static var freesTables: Bool { prunesOnLeave || prunesOnDrop }
}

/// Tables stay until the whole tree is dropped, as in all three seed systems. Address-space holes keep their tables, and a walker
/// never meets a freed node, so it need not announce itself.
public enum Keep: ReclamationPolicy {
  @inlinable public static var name: String { "keep" }
  @inlinable public static var summary: String { "tables stay until the tree is dropped" }
  @inlinable public static var prunesOnLeave: Bool { false }
  @inlinable public static var prunesOnDrop: Bool { false }
}

/// A cursor takes a table out as soon as it leaves it empty: least memory, and a page that is mapped and unmapped in turn pays for
/// its tables every time.
public enum PruneWhenEmpty: ReclamationPolicy {
  @inlinable public static var name: String { "prune-when-empty" }
  @inlinable public static var summary: String { "a cursor takes out each table that it leaves empty" }
  @inlinable public static var prunesOnLeave: Bool { true }
  @inlinable public static var prunesOnDrop: Bool { false }
}

/// A cursor that removed something takes out the empty tables of its range at its end: within one transaction a table that is
/// emptied and filled again stays.
public enum PruneOnDrop: ReclamationPolicy {
  @inlinable public static var name: String { "prune-on-drop" }
  @inlinable public static var summary: String { "a cursor takes out the empty tables of its range when it ends" }
  @inlinable public static var prunesOnLeave: Bool { false }
  @inlinable public static var prunesOnDrop: Bool { true }
}
