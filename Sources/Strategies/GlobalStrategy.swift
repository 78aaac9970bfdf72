public import Addressing
public import Executions
public import PageTables

/// One lock for the whole address space: the root node's.
///
/// **Claim.** A cursor owns the whole table while it lives, so any two cursors are serial, whatever their ranges. This makes it
/// the oracle that other strategies are compared with.
///
/// **Lock order.** One lock, taken once per cursor, never recursively. A thread must not open a second cursor on the same table
/// while it has one.
///
/// **Readers.** Another cursor waits. A lock-free walk may run beside the owner and sees each entry before or after its
/// change; two entries changed by one cursor may be seen half-way.
///
/// **Memory.** Tables stay until the tree is dropped.
public enum GlobalStrategy: LockingStrategy {
  @inlinable public static var name: String { "global" }
  @inlinable public static var summary: String { "one lock per address space; serial, the oracle" }
  @inlinable public static var guarantee: Guarantee { .serializableRange }
  @inlinable public static var locksDescendants: Bool { false }

  @inlinable @inline(__always)
  public static func acquire<C: Configuration>(
    _ view: TableView<C>, first: UInt64, last: UInt64, lowest: Level, _ thread: ThreadContext
  ) -> CoveringNode where C.Strategy == Self {
    view.lock(view.root, thread)
    return view.findCover(first: first, last: last, lowest: lowest)
  }

  @inlinable @inline(__always)
  public static func release<C: Configuration>(
    _ view: TableView<C>, _ cover: PhysicalAddress, _ thread: ThreadContext
  ) where C.Strategy == Self {
    view.unlock(view.root, thread)
  }

  @inlinable @inline(__always)
  public static func enter<C: Configuration>(
    _ view: TableView<C>, _ node: PhysicalAddress, _ thread: ThreadContext
  ) where C.Strategy == Self {}

  @inlinable @inline(__always)
  public static func leave<C: Configuration>(
    _ view: TableView<C>, _ node: PhysicalAddress, _ thread: ThreadContext
  ) where C.Strategy == Self {}
}
