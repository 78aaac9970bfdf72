public import Addressing
public import Executions
public import Formats
public import PhysicalMemory

/// The outlined half of ``Cursor``: climbing, descending, splitting, scanning. Every function takes a position and returns one.
@usableFromInline
enum CursorMotion<C: Configuration> {
  @usableFromInline typealias View = TableView<C>

  /// Moves up to the parent. The position's level is below `coverLevel`.
  @inlinable @inline(__always)
  static func climb(
    _ view: View, _ thread: ThreadContext, _ position: CursorPosition, _ cover: PhysicalAddress, _ coverLevel: Int,
    _ end: UInt64
  ) -> CursorPosition {
    position.flushChildren(view)
    if !C.Reclamation.prunesOnLeave { C.Strategy.leave(view, position.node, thread) }
    // `limit - 1` is in the node even when `address` has moved past it.
    let inside = position.limit &- 1
    var node = cover
    var level = coverLevel
    while level > position.level &+ 1 {
      guard let child = view.child(of: node, inside, level) else {
        preconditionFailure("a node that a cursor has entered lost its parent's entry")
      }
      node = child
      level &-= 1
    }
    if C.Reclamation.prunesOnLeave {
      leaveOrPrune(view, thread, position.node, Level(position.level), parent: node, inside)
    }
    return CursorPosition(address: position.address, node: node, level: level, last: inside, end: end)
  }

  /// Leaves all nodes below the covering node, lowest first.
  @inlinable @inline(never)
  static func leaveBelowCoverSlow(
    _ view: View, _ thread: ThreadContext, _ position: CursorPosition, _ cover: PhysicalAddress, _ coverLevel: Int
  ) {
    var position = position
    while position.level < coverLevel {
      position = climb(view, thread, position, cover, coverLevel, position.limit)
    }
  }

  /// Climbs until the node holds `target`, which lies in the claimed range, and is at least at `level`; then sets the address.
  @inlinable @inline(__always)
  static func climb(
    _ view: View, _ thread: ThreadContext, to target: UInt64, atLeast level: Int, _ position: CursorPosition,
    _ cover: PhysicalAddress, _ coverLevel: Int, _ end: UInt64
  ) -> CursorPosition {
    var position = position
    while position.level < coverLevel
      && (position.level < level || !Level(position.level).sameNode(target, position.limit &- 1))
    {
      position = climb(view, thread, position, cover, coverLevel, end)
    }
    position.address = target
    return position
  }

  /// For `jump`: as ``climb(_:_:to:atLeast:_:_:_:_:)``, outlined.
  @inlinable @inline(never)
  static func jumpSlow(
    _ view: View, _ thread: ThreadContext, to target: UInt64, _ position: CursorPosition,
    _ cover: PhysicalAddress, _ coverLevel: Int, _ end: UInt64
  ) -> CursorPosition {
    climb(view, thread, to: target, atLeast: 1, position, cover, coverLevel, end)
  }

  /// Enters the child table and makes it the position's node.
  @inlinable @inline(__always)
  static func descend(
    _ view: View, _ thread: ThreadContext, into child: PhysicalAddress, _ position: CursorPosition, _ end: UInt64
  ) -> CursorPosition {
    C.Strategy.enter(view, child, thread)
    position.flushChildren(view)
    return CursorPosition(
      address: position.address, node: child, level: position.level &- 1, last: position.address, end: end)
  }

  /// Links a new, empty, entered child table below the position; nil when no frame is left.
  @inlinable @inline(__always)
  static func grow(
    _ view: View, _ thread: ThreadContext, _ position: CursorPosition, _ end: UInt64
  ) -> CursorPosition? {
    let level = position.level
    guard let child = view.allocator.allocateTable(level: Level(level).below, for: thread) else { return nil }
    // Entered before it is linked: nobody else ever sees it unlocked and half-made.
    C.Strategy.enter(view, child, thread)
    // Releasing: publishes the child's zeroes to lock-free walkers (acquiring loads in `translate`).
    view.slot(position.node, position.address, level).storeReleasing(C.Format.table(child))
    var old = position
    old.childDelta &+= 1
    old.flushChildren(view)
    return CursorPosition(address: old.address, node: child, level: level &- 1, last: old.address, end: end)
  }

  /// Replaces the leaf `word` at the position by a table of leaves one level down that map the same with the same properties, and
  /// enters it. Nil, with nothing changed, when no frame is left.
  @inlinable @inline(never)
  static func split(
    _ view: View, _ thread: ThreadContext, _ word: UInt64, _ position: CursorPosition, _ end: UInt64
  ) -> CursorPosition? {
    let level = Level(position.level)
    guard let child = view.allocator.allocateUnfilledTable(level: level.below, for: thread) else { return nil }
    C.Strategy.enter(view, child, thread)
    let base = C.Format.leafAddress(word, at: level, translating: position.address)
    let properties = C.Format.leafProperties(word, at: level)
    for index in 0..<entriesPerNode {
      let piece = base &+ UInt64(index) &* level.below.slotBytes
      // Relaxed: the table is not linked yet.
      view.memory.slot(child, index).storeRelaxed(C.Format.leaf(piece, properties, at: level.below))
    }
    view.memory.record(child).addChildren(entriesPerNode)
    if properties.contains(.tracked) { view.memory.record(child).holdsTracked = true }
    // Releasing: publishes the pieces together. The parent's child count stays: one entry replaced another.
    view.slot(position.node, position.address, level.rawValue).storeReleasing(C.Format.table(child))
    position.flushChildren(view)
    return CursorPosition(
      address: position.address, node: child, level: level.rawValue &- 1, last: position.address, end: end)
  }
}
