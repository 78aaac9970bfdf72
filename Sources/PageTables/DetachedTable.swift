public import Addressing
public import Executions
public import Formats
public import PhysicalMemory

/// A whole subtree that was taken out of a tree: everything that was mapped in ``range``, in one piece.
///
/// Whoever takes it flushes the range wherever the table is loaded, and then gives it back with ``TableView/free(_:by:)``, once.
/// Until then its tables, and the frames of its tracked leaves, stay as they were.
public struct DetachedTable: Hashable, Sendable {
  /// What the subtree covered: one slot of the node it hung in.
  public let range: VirtualRange
  /// Level of its top node.
  public let level: Level
  /// Base pages mapped in it, huge leaves counted by their size.
  public let pages: UInt64
  @usableFromInline let node: PhysicalAddress

  @inlinable
  init(range: VirtualRange, level: Level, pages: UInt64, node: PhysicalAddress) {
    self.range = range
    self.level = level
    self.pages = pages
    self.node = node
  }
}

extension TableView {
  /// Gives a subtree back: its tables, after a grace period for lock-free walkers, and the references that its tracked leaves
  /// own.
  ///
  /// - Complexity: O(tables), and O(entries) of tables that held tracked leaves.
  @inlinable
  public func free(_ table: DetachedTable, by thread: ThreadContext) {
    retire(table.node, table.level, by: thread)
  }

  /// Calls `body` with every leaf of the subtree, in address order.
  @inlinable
  public func forEachLeaf(of table: DetachedTable, _ body: (Mapping) -> Void) {
    forEachLeaf(below: table.node, table.level, table.range.start.rawValue, body)
  }

  @inlinable
  func forEachLeaf(below node: PhysicalAddress, _ level: Level, _ start: UInt64, _ body: (Mapping) -> Void) {
    for index in 0..<entriesPerNode {
      let word = memory.slot(node, index).loadRelaxed()
      if word == 0 { continue }
      let address = start &+ UInt64(index) &<< level.shift
      if let child = C.Format.child(word, at: level) {
        forEachLeaf(below: child, level.below, address, body)
      } else {
        body(mapping(word, address, level.rawValue))
      }
    }
  }

  /// Whether an entered table may be taken out of its tree: it is empty, and no other tree shares it.
  @inlinable @inline(__always)
  func isPrunable(_ node: PhysicalAddress) -> Bool {
    let record = memory.record(node)
    return record.childCount == 0 && record.references.count == 1
  }

  /// Gives back an unlinked node, which nobody holds, and all tables below it. Where tables are kept, so are these, until the tree
  /// is dropped: nothing tells when the last walker has left them.
  @inlinable
  func retire(_ node: PhysicalAddress, _ level: Level, by thread: ThreadContext) {
    let record = memory.record(node)
    guard C.Reclamation.freesTables else {
      let head = memory.record(root).detached
      while true {
        let next = head.loadRelaxed()
        record.detached.storeReleasing(next)
        if head.compareExchangeReleasing(expected: next, desired: UInt32(truncatingIfNeeded: node.rawValue &>> 12)) {
          return
        }
      }
    }
    // Another tree goes on using it.
    guard record.references.release() else { return }
    forEachChild(of: node, level) { retire($0, level.below, by: thread) }
    releaseTracked(node, level, by: thread)
    allocator.retireTable(node, isEmpty: record.childCount == 0, by: thread)
  }

  /// Calls `body` with the top node of every subtree that left the tree and stays allocated until it goes. Call only at
  /// quiescence; `body` may free the node.
  @inlinable
  func forEachDetached(_ body: (PhysicalAddress) -> Void) {
    var number = memory.record(root).detached.loadAcquiring()
    while number != 0 {
      let node = PhysicalAddress(UInt64(number) &<< 12)
      number = memory.record(node).detached.loadAcquiring()
      body(node)
    }
  }

  /// Calls `body` with every table that hangs in the node.
  @inlinable @inline(__always)
  func forEachChild(of node: PhysicalAddress, _ level: Level, _ body: (PhysicalAddress) -> Void) {
    if level == .one { return }
    var rest = memory.record(node).childCount
    for index in 0..<entriesPerNode where rest > 0 {
      let word = memory.slot(node, index).loadRelaxed()
      if word == 0 { continue }
      rest &-= 1
      if let child = C.Format.child(word, at: level) { body(child) }
    }
  }

  /// Gives up the references that the node's own leaves own, and frees the frames that nobody else owns.
  @inlinable
  func releaseTracked(_ node: PhysicalAddress, _ level: Level, by thread: ThreadContext) {
    guard memory.record(node).holdsTracked else { return }
    for index in 0..<entriesPerNode {
      let word = memory.slot(node, index).loadRelaxed()
      if word == 0 || C.Format.child(word, at: level) != nil { continue }
      let leaf = mapping(word, UInt64(index) &<< level.shift, level.rawValue)
      if leaf.properties.contains(.tracked) { release(leaf, by: thread) }
    }
  }

  /// Gives up what a tracked leaf owned: one reference of every frame it mapped. Frames that nobody else owns are freed.
  ///
  /// For leaves that were taken out of a tree, after the flush.
  @inlinable
  public func release(_ leaf: Mapping, by thread: ThreadContext) {
    precondition(leaf.properties.contains(.tracked), "an untracked leaf owns no frames")
    for offset in stride(from: 0, to: leaf.byteCount, by: Int(frameBytes)) {
      let frame = leaf.physical &+ offset
      if memory.record(frame).references.release() { allocator.free(frame, by: thread) }
    }
  }
}
