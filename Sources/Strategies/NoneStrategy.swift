public import Addressing
public import Executions
public import PageTables

/// No synchronisation at all: the cost of doing nothing.
///
/// **Claim.** One thread at a time edits the table; then its operations are trivially serial. With two editing threads nothing
/// holds, not even the shape of the tree, so the harness refuses more than one.
///
/// **Lock order.** There are no locks.
///
/// **Readers.** Lock-free walks may run beside the one editor and see each entry before or after its change.
///
/// **Memory.** Whatever the reclamation policy says.
public enum NoneStrategy: LockingStrategy {
  @inlinable public static var name: String { "none" }
  @inlinable public static var summary: String { "no locks, one thread only; what everything else is measured against" }
  @inlinable public static var guarantee: Guarantee { .serializableRange }
  @inlinable public static var isSingleThreaded: Bool { true }
  @inlinable public static var locksDescendants: Bool { false }

  @inlinable @inline(__always)
  public static func acquire<C: Configuration>(
    _ view: TableView<C>, first: UInt64, last: UInt64, lowest: Level, _ thread: ThreadContext
  ) -> CoveringNode where C.Strategy == Self {
    view.findCover(first: first, last: last, lowest: lowest)
  }

  @inlinable @inline(__always)
  public static func release<C: Configuration>(
    _ view: TableView<C>, _ cover: PhysicalAddress, _ thread: ThreadContext
  ) where C.Strategy == Self {}

  @inlinable @inline(__always)
  public static func enter<C: Configuration>(
    _ view: TableView<C>, _ node: PhysicalAddress, _ thread: ThreadContext
  ) where C.Strategy == Self {}

  @inlinable @inline(__always)
  public static func leave<C: Configuration>(
    _ view: TableView<C>, _ node: PhysicalAddress, _ thread: ThreadContext
  ) where C.Strategy == Self {}
}
