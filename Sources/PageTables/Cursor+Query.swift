public import Addressing
public import Executions
public import PhysicalMemory

/// What a cursor finds at its address.
public enum QueryResult: Hashable, Sendable {
  /// The cursor is depleted.
  case outOfRange
  /// Nothing is mapped in the whole slot, which holds the address but may reach beyond the claimed range on both sides.
  case unmapped(slot: VirtualRange)
  /// The leaf that maps the address; it may start before it and reach beyond the claimed range.
  case mapped(Mapping)
}

extension Cursor {
  /// The state of the slot that holds ``address``. The address stays.
  ///
  /// - Complexity: O(1) inside a leaf table, O(levels) otherwise.
  @inlinable @inline(__always)
  public mutating func query() -> QueryResult {
    if _fastPath(position.address < position.leafLimit) { return result(level: 1) }
    if position.address == end { return .outOfRange }
    position = CursorMotion<C>.querySlow(view, thread, position, cover, coverLevel, end)
    return result(level: position.level)
  }

  /// What the slot at the position says; the position's node is at `level`.
  @inlinable @inline(__always)
  func result(level: Int) -> QueryResult {
    let word = view.slot(position.node, position.address, level).loadRelaxed()
    if word != 0 { return .mapped(view.mapping(word, position.address, level)) }
    return .unmapped(slot: Level(level).slotRange(of: VirtualAddress(position.address)))
  }
}

extension CursorMotion {
  /// Moves to the node whose slot holds the address and is absent or a leaf.
  @inlinable @inline(never)
  static func querySlow(
    _ view: View, _ thread: ThreadContext, _ position: CursorPosition, _ cover: PhysicalAddress, _ coverLevel: Int,
    _ end: UInt64
  ) -> CursorPosition {
    var position = climb(view, thread, to: position.address, atLeast: 1, position, cover, coverLevel, end)
    while position.level > 1, let child = view.child(of: position.node, position.address, position.level) {
      position = descend(view, thread, into: child, position, end)
    }
    return position
  }
}
