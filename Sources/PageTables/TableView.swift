public import Addressing
public import Executions
public import Formats
public import Locks
public import PhysicalMemory

/// A translation table as hot code sees it: memory, allocator and root. Trivial to copy; the ``TranslationTable`` it comes from
/// must outlive it.
public struct TableView<C: Configuration>: Sendable {
  public let memory: MemoryView<C.Execution>
  public let allocator: FrameAllocator<C.Execution>
  /// The root node, at level `C.Format.levels`.
  public let root: PhysicalAddress

  @inlinable
  init(memory: MemoryView<C.Execution>, allocator: FrameAllocator<C.Execution>, root: PhysicalAddress) {
    self.memory = memory
    self.allocator = allocator
    self.root = root
  }

  /// The slot that holds `address` in `node` at `level`.
  @inlinable @inline(__always)
  public func slot(_ node: PhysicalAddress, _ address: UInt64, _ level: Int) -> PTESlot<C.Execution> {
    memory.slot(node, Level(level).index(of: address))
  }

  /// The child table below `address` in `node`, for a caller that holds the node: a relaxed load, ordered by the lock.
  @inlinable @inline(__always)
  public func child(of node: PhysicalAddress, _ address: UInt64, _ level: Int) -> PhysicalAddress? {
    C.Format.child(slot(node, address, level).loadRelaxed(), at: Level(level))
  }

  /// Follows `step` from the root to the leaf table, or as far as it leads; `step` returns the child of a node at a level.
  ///
  /// Written out level by level: as a loop the optimiser keeps it rolled, with variable shifts, which costs 1 ns per operation.
  @inlinable @inline(__always)
  public func descend(_ step: (_ node: PhysicalAddress, _ level: Int) -> PhysicalAddress?) -> CoveringNode {
    var node = root
    if C.Format.levels >= 5 {
      guard let child = step(node, 5) else { return CoveringNode(node: node, level: 5) }
      node = child
    }
    if C.Format.levels >= 4 {
      guard let child = step(node, 4) else { return CoveringNode(node: node, level: 4) }
      node = child
    }
    guard let third = step(node, 3) else { return CoveringNode(node: node, level: 3) }
    guard let leafTable = step(third, 2) else { return CoveringNode(node: third, level: 2) }
    return CoveringNode(node: leafTable, level: 1)
  }

  /// The covering node of `first...last`: the lowest existing node at `lowest` or above whose span holds both. For strategies under
  /// which the tables on the way cannot change or go.
  @inlinable @inline(__always)
  public func findCover(first: UInt64, last: UInt64, lowest: Level) -> CoveringNode {
    if _fastPath(lowest == .one && Level.one.sameNode(first, last)) {
      return descend { child(of: $0, first, $1) }
    }
    return findCoverSlow(first: first, last: last, lowest: lowest)
  }

  @inlinable @inline(never)
  func findCoverSlow(first: UInt64, last: UInt64, lowest: Level) -> CoveringNode {
    var node = root
    var level = C.Format.levels
    while level > lowest.rawValue, Level(level &- 1).sameNode(first, last), let child = child(of: node, first, level) {
      node = child
      level &-= 1
    }
    return CoveringNode(node: node, level: level)
  }

  /// Takes the node's own lock.
  @inlinable @inline(__always)
  public func lock(_ node: PhysicalAddress, _ thread: ThreadContext) {
    C.NodeLock.lock(memory.record(node).lock, by: thread)
  }

  /// Gives the node's own lock back.
  @inlinable @inline(__always)
  public func unlock(_ node: PhysicalAddress, _ thread: ThreadContext) {
    C.NodeLock.unlock(memory.record(node).lock, by: thread)
  }
}
