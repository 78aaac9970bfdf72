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
    if position.level != 1 || position.address == position.limit {
      if position.address == end { return .outOfRange }
      position = CursorMotion<C>.querySlow(view, thread, position, cover, coverLevel, end)
    }
    let word = view.slot(position.node, position.address, position.level).loadRelaxed()
    if word == 0 {
      let level = Level(position.level)
      return .unmapped(
        slot: VirtualRange(
          start: VirtualAddress(level.slotStart(of: position.address)), byteCount: level.slotBytes))
    }
    return .mapped(view.mapping(word, position.address, position.level))
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
