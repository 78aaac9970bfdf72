public import Addressing
public import Executions

/// A discipline by which cursors keep out of each other's way.
///
/// The cursor does all walking and editing; the strategy decides which locks are held meanwhile. A conforming type opens with
/// its claim, its lock order (and so why it cannot deadlock), what a concurrent reader may observe, and what frees memory.
///
/// All methods are static and take the table view explicitly, so that a strategy is a type parameter without any state.
public protocol LockingStrategy: SendableMetatype {
  /// The name suites and reports use.
  static var name: String { get }
  /// One line for `pagebench list`.
  static var summary: String { get }
  static var guarantee: Guarantee { get }
  /// Whether only one thread may open cursors.
  static var isSingleThreaded: Bool { get }
  /// Whether ``enter(_:_:_:)`` takes something that ``leave(_:_:_:)`` must give back. When false a cursor may drop
  /// its position without climbing.
  static var locksDescendants: Bool { get }

  /// Finds the covering node of `first...last` (the lowest existing node at `lowest` or above whose span holds both) and takes what
  /// the strategy needs to act inside the range from there.
  static func acquire<C: Configuration>(
    _ view: TableView<C>, first: UInt64, last: UInt64, lowest: Level, _ thread: ThreadContext
  ) -> CoveringNode where C.Strategy == Self
  /// Gives back what ``acquire(_:first:last:lowest:_:)`` took. The cursor has left all descendants before.
  static func release<C: Configuration>(_ view: TableView<C>, _ cover: PhysicalAddress, _ thread: ThreadContext)
  where C.Strategy == Self
  /// Called before the cursor looks into `node`, a child of a node it is in, or a new node not yet linked.
  static func enter<C: Configuration>(_ view: TableView<C>, _ node: PhysicalAddress, _ thread: ThreadContext)
  where C.Strategy == Self
  /// Called after the cursor's last access to `node`.
  static func leave<C: Configuration>(_ view: TableView<C>, _ node: PhysicalAddress, _ thread: ThreadContext)
  where C.Strategy == Self
}

extension LockingStrategy {
  @inlinable public static var isSingleThreaded: Bool { false }
}

/// What holds between two cursors whose ranges overlap; written on every result row.
public enum Guarantee: String, Sendable, CaseIterable {
  /// All operations of one cursor happen before all of the other.
  case serializableRange = "serializable-range"
  /// Each entry changes atomically, in one order that all threads agree on.
  case linearizableEntry = "linearizable-entry"
  /// The tree stays well-formed; the effects of overlapping cursors may interleave or be lost.
  case integrityOnly = "integrity-only"
}

/// Where a cursor may start: a node and its level.
public struct CoveringNode: Sendable {
  public let node: PhysicalAddress
  public let level: Int

  @inlinable @inline(__always)
  public init(node: PhysicalAddress, level: Int) {
    self.node = node
    self.level = level
  }
}
