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
