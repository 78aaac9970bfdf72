public import Addressing
public import Formats
public import PageTables
public import PhysicalMemory

extension PageTable {
  /// Visits entries depth-first, tables before and after what is below them.
  ///
  /// Every entry that is not absent is visited, so also a leaf that grants nothing, which hardware ignores. What is visited depends on
  /// the mappings alone, not on how the format spells them: addresses are those that a processor would be given, upper bits
  /// included, and each of the 16 equal entries of a 64 KiB page tells the frame of its own slot.
  ///
  /// Lock-free and safe under every reclamation policy: beside writers each entry is seen as it stood at some moment during the
  /// call. Where tables are freed, none is used again before the walk ends.
  ///
  /// - Parameters:
  ///   - limit: how many entries of each table to visit at most; the first ones count.
  ///   - pre: called with an entry, the level and index of its slot and the first address the slot covers, before anything below it.
  ///   - post: called with the same after everything below it; for a leaf right after `pre`.
  /// - Complexity: O(entries of the visited tables).
  @inlinable
  public func walk(
    limit: Int = entriesPerNode, pre: (Level, Int, VirtualAddress, Entry) -> Void,
    post: (Level, Int, VirtualAddress, Entry) -> Void = { _, _, _, _ in }
  ) {
    let isOutermost = C.Reclamation.freesTables && view.allocator.beginWalk(by: thread)
    walk(view.root, C.Format.rootLevel, 0, limit, pre, post)
    if isOutermost { view.allocator.endWalk(by: thread) }
  }

  /// Visits the table at `node`, whose first address has the translated bits `start`.
  @inlinable
  func walk(
    _ node: PhysicalAddress, _ level: Level, _ start: UInt64, _ limit: Int,
    _ pre: (Level, Int, VirtualAddress, Entry) -> Void, _ post: (Level, Int, VirtualAddress, Entry) -> Void
  ) {
    var visits = 0
    for index in 0..<entriesPerNode {
      if visits == limit { return }
      // Acquiring: pairs with the releasing store that linked a child, so its zeroed slots are visible.
      let word = view.memory.slot(node, index).loadAcquiring()
      if word == 0 { continue }
      visits += 1
      let first = start | UInt64(truncatingIfNeeded: index) &<< level.shift
      let address = C.Format.canonicalAddress(translated: first)
      if let child = C.Format.child(word, at: level) {
        pre(level, index, address, .table(child))
        walk(child, level.below, first, limit, pre, post)
        post(level, index, address, .table(child))
      } else {
        let entry = Entry.leaf(
          C.Format.leafAddress(word, at: level, translating: first), C.Format.leafProperties(word, at: level))
        pre(level, index, address, entry)
        post(level, index, address, entry)
      }
    }
  }
}
