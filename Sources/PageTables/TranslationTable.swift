internal import Addressing
internal import Executions
internal import Formats
public import PhysicalMemory

/// Owns a tree of table nodes: an address space's translations. All work goes through ``view``.
///
/// A view and the cursors over it do not keep the table alive (counting references would cost more than an operation). Whoever opens
/// them holds the table for longer, with `withExtendedLifetime` where its last mention comes earlier.
public final class TranslationTable<C: Configuration>: Sendable {
  public let view: TableView<C>
  public let pool: FramePool<C.Execution>

  /// An empty tree: one zeroed root.
  ///
  /// - Returns: nil when the pool has no frame left.
  public init?(pool: FramePool<C.Execution>) {
    let allocator = pool.allocator
    guard let root = allocator.allocateTable(level: C.Format.rootLevel, for: ThreadContext(worker: 0)) else {
      return nil
    }
    self.pool = pool
    view = TableView(memory: pool.arena.view, allocator: allocator, root: root)
  }

  deinit {
    free(view.root, C.Format.rootLevel)
  }

  /// Frees the node and every table below it. Data frames are not touched.
  private func free(_ node: PhysicalAddress, _ level: Level) {
    if level > .one {
      for index in 0..<entriesPerNode {
        if let child = C.Format.child(view.memory.slot(node, index).loadRelaxed(), at: level) {
          free(child, level.below)
        }
      }
    }
    view.allocator.free(node, by: ThreadContext(worker: 0))
  }
}
