public import Addressing
public import Executions
public import Formats
public import PhysicalMemory

// Taking empty tables out of the tree. Whoever unlinks a table holds its parent and the table itself, and under every strategy
// nobody can wait for a node whose parent he does not hold: so nobody is in the table, and nobody comes.

extension TableView {
  /// For a caller that removed a leaf at `address` from the node it acquired: releases the node and takes out the tables that are
  /// empty now.
  @inlinable @inline(__always)
  public func releaseAndPrune(_ cover: CoveringNode, at address: VirtualAddress, by thread: ThreadContext) {
    let isEmpty = memory.record(cover.node).childCount == 0
    C.Strategy.release(self, cover.node, thread)
    if isEmpty { CursorMotion<C>.pruneAbove(self, thread, address.rawValue, Level(cover.level)) }
  }
}

extension CursorMotion {
  /// Ends the life of a cursor that removed something: gives the covering node back and takes out the tables its removals left
  /// empty, those above the covering node too.
  @inlinable @inline(never)
  static func releaseAndPruneSlow(
    _ view: View, _ thread: ThreadContext, _ cover: PhysicalAddress, _ coverLevel: Int, _ start: UInt64, _ end: UInt64
  ) {
    if C.Reclamation.prunesOnDrop {
      sweep(view, thread, cover, Level(coverLevel), first: start, last: end &- 1)
    }
    let isEmpty = view.memory.record(cover).childCount == 0
    C.Strategy.release(view, cover, thread)
    if isEmpty { pruneAbove(view, thread, start, Level(coverLevel)) }
  }

  /// Takes out the empty tables below `node` that the addresses `first...last` pass through.
  @inlinable
  static func sweep(
    _ view: View, _ thread: ThreadContext, _ node: PhysicalAddress, _ level: Level, first: UInt64, last: UInt64
  ) {
    if level == .one { return }
    var address = first
    while true {
      let slotLast = address | (level.slotBytes &- 1)
      if let child = view.child(of: node, address, level.rawValue) {
        C.Strategy.enter(view, child, thread)
        sweep(view, thread, child, level.below, first: address, last: min(slotLast, last))
        leaveOrPrune(view, thread, child, level.below, parent: node, address)
      }
      if slotLast >= last { return }
      address = slotLast &+ 1
    }
  }

  /// Takes out the table at `level` that covers `address` if it is still empty, then its parent, and so on up to the root. The
  /// caller holds nothing: the parent has to be claimed before the child.
  @inlinable @inline(never)
  static func pruneAbove(_ view: View, _ thread: ThreadContext, _ address: UInt64, _ level: Level) {
    var level = level
    while level < C.Format.rootLevel {
      let parent = C.Strategy.acquire(view, first: address, last: address, lowest: level.above, thread)
      var isEmpty = false
      // The parent may be gone, or the table, or both may have been made anew.
      if parent.level == level.above.rawValue, let child = view.child(of: parent.node, address, parent.level) {
        C.Strategy.enter(view, child, thread)
        isEmpty =
          leaveOrPrune(view, thread, child, level, parent: parent.node, address)
          && view.memory.record(parent.node).childCount == 0
      }
      C.Strategy.release(view, parent.node, thread)
      if !isEmpty { return }
      level = level.above
    }
  }

  /// Leaves the table at `level`, and takes it out of its parent if it is empty. The parent's count is changed in its record.
  /// Returns whether the table is gone.
  @inlinable @discardableResult
  static func leaveOrPrune(
    _ view: View, _ thread: ThreadContext, _ node: PhysicalAddress, _ level: Level, parent: PhysicalAddress,
    _ address: UInt64
  ) -> Bool {
    let isPruned = view.isPrunable(node)
    if isPruned {
      // Releasing, as every store to a reachable entry.
      view.slot(parent, address, level.rawValue &+ 1).storeReleasing(0)
      view.memory.record(parent).addChildren(-1)
    }
    C.Strategy.leave(view, node, thread)
    if isPruned { view.retire(node, level, by: thread) }
    return isPruned
  }

  /// Enters the node and all tables below it, and returns how many base pages are mapped there. The whole subtree must be held
  /// at once, or a cursor deeper down could still change it.
  @inlinable
  static func enterSubtree(
    _ view: View, _ thread: ThreadContext, _ node: PhysicalAddress, _ level: Level
  ) -> UInt64 {
    C.Strategy.enter(view, node, thread)
    let children = UInt64(view.memory.record(node).childCount)
    // The slots of a leaf table need not be read to be counted.
    if level == .one { return children }
    var pages: UInt64 = 0
    var rest = children
    for index in 0..<entriesPerNode where rest > 0 {
      let word = view.memory.slot(node, index).loadRelaxed()
      if word == 0 { continue }
      rest &-= 1
      if let child = C.Format.child(word, at: level) {
        pages &+= enterSubtree(view, thread, child, level.below)
      } else {
        pages &+= level.slotBytes &>> Level.one.shift
      }
    }
    return pages
  }

  /// Enters the node and all tables below it if none maps anything and no other tree shares one; otherwise enters nothing.
  @inlinable
  static func enterIfEmpty(_ view: View, _ thread: ThreadContext, _ node: PhysicalAddress, _ level: Level) -> Bool {
    C.Strategy.enter(view, node, thread)
    let isShared = view.memory.record(node).references.count != 1
    if view.memory.record(node).childCount == 0 && !isShared { return true }
    for index in 0..<entriesPerNode {
      let word = view.memory.slot(node, index).loadRelaxed()
      if word == 0 && !isShared { continue }
      if !isShared, let child = C.Format.child(word, at: level), enterIfEmpty(view, thread, child, level.below) {
        continue
      }
      leaveSubtree(view, thread, node, level, slots: index)
      return false
    }
    return true
  }

  /// Leaves the tables below the node's first `slots` slots, then the node.
  @inlinable
  static func leaveSubtree(
    _ view: View, _ thread: ThreadContext, _ node: PhysicalAddress, _ level: Level, slots: Int = 512
  ) {
    if C.Strategy.locksDescendants && level > .one {
      for index in 0..<slots {
        let word = view.memory.slot(node, index).loadRelaxed()
        if let child = C.Format.child(word, at: level) { leaveSubtree(view, thread, child, level.below) }
      }
    }
    C.Strategy.leave(view, node, thread)
  }

  /// Takes the entered subtree below the position's slot out of the tree and leaves it. What becomes of its tables is the caller's
  /// business.
  @inlinable
  static func unlinkSubtree(
    _ view: View, _ thread: ThreadContext, _ child: PhysicalAddress, _ position: inout CursorPosition
  ) {
    // Releasing, as every store to a reachable entry.
    view.slot(position.node, position.address, position.level).storeReleasing(0)
    position.childDelta &-= 1
    leaveSubtree(view, thread, child, Level(position.level).below)
  }
}
