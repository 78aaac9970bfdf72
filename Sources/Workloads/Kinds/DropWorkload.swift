internal import Addressing
internal import PageTables
internal import PhysicalMemory
internal import Results

/// Drops a tree of the worker's own in which its whole region is mapped, and makes another outside the measured time.
///
/// One operation is one tree. The pages are untracked, so only tables are given back.
enum DropWorkload: PlainWorkload {
  static let item = Catalogue.Item(
    name: "drop", summary: "drop a tree that maps the whole region; one operation is one tree, rebuilt unmeasured")

  static func run<C>(_ space: Space<C>, _ worker: WorkerState, _ window: Window) {
    while true {
      var tree = makeTree(space, worker)
      if tree == nil { worker.ranOutOfFrames = true }
      guard window.begin(worker.number) else { return }
      // Not dropped before the clock runs.
      withExtendedLifetime(tree) {}
      tree = nil
      window.end(worker.number, 1)
    }
  }

  /// A tree with every page of the worker's slots mapped; nil when memory is exhausted.
  private static func makeTree<C>(_ space: Space<C>, _ worker: WorkerState) -> TranslationTable<C>? {
    guard let tree = TranslationTable<C>(pool: space.table.pool, owner: worker.thread) else { return nil }
    let level = space.plan.parameters.pageSize.level
    for start in worker.homeSlots {
      let range = VirtualRange(start: VirtualAddress(start), byteCount: space.plan.slotBytes)
      guard var cursor = try? Cursor(tree.view, over: range, largestLeaf: level, by: worker.thread) else {
        preconditionFailure("the region plan made a bad range at \(VirtualAddress(start))")
      }
      let region = cursor.mapRegion(
        PhysicalAddress(start), Space<C>.properties, byteCount: range.byteCount, largest: level)
      if region.outcome != .mapped { return nil }
    }
    return tree
  }

  static func violations<C>(_ space: Space<C>, _ audit: TableAudit) -> [String] {
    // Only the space's own root is left: `commonViolations` compares the pool's count with it.
    audit.tables == 1 ? [] : ["\(audit.tables) tables are in a tree that nobody maps anything in"]
  }
}
