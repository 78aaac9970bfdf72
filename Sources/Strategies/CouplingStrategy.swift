public import Addressing
public import Executions
public import Formats
public import PageTables

/// Hand-over-hand locking from the root, as the Asterinas cursor did from May to November 2024 (seeds 000 to 002; protocol P1).
///
/// **Claim.** Only integrity: the tree stays well-formed and no update to an entry is torn. A cursor holds the path from its
/// covering node to where it stands; it gives a child up when it moves on, so two visits to the same leaf table are not one
/// transaction, and two cursors whose ranges overlap may interleave between visits. Unlike the seeds it never detaches a table
/// that has something mapped, so no narrow cursor's update is lost below a wide one.
///
/// **Lock order.** Root to leaf along one path, left to right within a range; nobody waits for an ancestor while holding a
/// descendant, so no cycle can form. A thread must not open a second cursor while it has one: its descent from the root could
/// wait for itself.
///
/// **Readers.** A cursor that needs a held node waits for it. A lock-free walk sees each entry before or after its change.
///
/// **Cost.** Every cursor takes the root's lock, so the root's line is written by all CPUs for every operation: the strategy cannot
/// scale, however disjoint the ranges are. On an empty tree every cursor's covering node is the root.
///
/// **Memory.** Tables stay until the tree is dropped.
public enum CouplingStrategy: LockingStrategy {
  @inlinable public static var name: String { "coupling" }
  @inlinable public static var summary: String {
    "hand-over-hand node locks from the root, then the path below the range"
  }
  @inlinable public static var guarantee: Guarantee { .integrityOnly }
  @inlinable public static var locksDescendants: Bool { true }

  @inlinable @inline(__always)
  public static func acquire<C: Configuration>(
    _ view: TableView<C>, first: UInt64, last: UInt64, lowest: Level, _ thread: ThreadContext
  ) -> CoveringNode where C.Strategy == Self {
    view.lock(view.root, thread)
    if _fastPath(lowest == .one && Level.one.sameNode(first, last)) {
      return view.descend { handOver(view, $0, first, $1, thread) }
    }
    return descendSlow(view, first: first, last: last, lowest: lowest, thread)
  }

  @inlinable @inline(never)
  static func descendSlow<C: Configuration>(
    _ view: TableView<C>, first: UInt64, last: UInt64, lowest: Level, _ thread: ThreadContext
  ) -> CoveringNode where C.Strategy == Self {
    var node = view.root
    var level = C.Format.levels
    while level > lowest.rawValue, Level(level &- 1).sameNode(first, last),
      let child = handOver(view, node, first, level, thread)
    {
      node = child
      level &-= 1
    }
    return CoveringNode(node: node, level: level)
  }

  /// Exchanges the lock of `node` for that of its child below `address`, if there is one.
  @inlinable @inline(__always)
  static func handOver<C: Configuration>(
    _ view: TableView<C>, _ node: PhysicalAddress, _ address: UInt64, _ level: Int, _ thread: ThreadContext
  ) -> PhysicalAddress? where C.Strategy == Self {
    guard let child = view.child(of: node, address, level) else { return nil }
    // Child before the parent is released: nobody can overtake on the way down.
    view.lock(child, thread)
    view.unlock(node, thread)
    return child
  }

  @inlinable @inline(__always)
  public static func release<C: Configuration>(
    _ view: TableView<C>, _ cover: PhysicalAddress, _ thread: ThreadContext
  ) where C.Strategy == Self {
    view.unlock(cover, thread)
  }

  @inlinable @inline(__always)
  public static func enter<C: Configuration>(
    _ view: TableView<C>, _ node: PhysicalAddress, _ thread: ThreadContext
  ) where C.Strategy == Self {
    view.lock(node, thread)
  }

  @inlinable @inline(__always)
  public static func leave<C: Configuration>(
    _ view: TableView<C>, _ node: PhysicalAddress, _ thread: ThreadContext
  ) where C.Strategy == Self {
    view.unlock(node, thread)
  }
}
