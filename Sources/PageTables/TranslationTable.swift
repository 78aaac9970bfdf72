internal import Addressing
public import Executions
internal import Formats
public import PhysicalMemory

/// Owns a tree of table nodes: an address space's translations. All work goes through ``view``.
///
/// A view and the cursors over it do not keep the table alive (counting references would cost more than an operation). Whoever opens
/// them holds the table for longer, with `withExtendedLifetime` where its last mention comes earlier.
public final class TranslationTable<C: Configuration>: Sendable {
  public let view: TableView<C>
  public let pool: FramePool<C.Execution>
  private let owner: ThreadContext

  /// An empty tree: one zeroed root.
  ///
  /// - Parameter owner: the worker through whose cache the tree's own frames go; it must not act on another thread while the
  ///   tree is made or dropped.
  /// - Returns: nil when the pool has no frame left.
  public init?(pool: FramePool<C.Execution>, owner: ThreadContext = ThreadContext(worker: 0)) {
    let allocator = pool.allocator
    guard let root = allocator.allocateTable(level: C.Format.rootLevel, for: owner) else {
      return nil
    }
    // A free list may have left its link there.
    pool.arena.view.record(root).detached.storeReleasing(0)
    self.pool = pool
    self.owner = owner
    view = TableView(memory: pool.arena.view, allocator: allocator, root: root)
  }

  deinit {
    // Those that left the tree and were kept for walkers that might be in them.
    view.forEachDetached { free($0, Level(view.memory.record($0).level)) }
    free(view.root, C.Format.rootLevel)
  }

  /// Gives up this tree's share in the node: if it is the last one, frees the node, every table below it and the frames that
  /// only its tracked leaves own. Other data frames are not touched.
  private func free(_ node: PhysicalAddress, _ level: Level) {
    let record = view.memory.record(node)
    guard record.references.release() else { return }
    view.forEachChild(of: node, level) { free($0, level.below) }
    view.releaseTracked(node, level, by: owner)
    view.allocator.freeTable(node, isEmpty: record.childCount == 0, by: owner)
  }
}
