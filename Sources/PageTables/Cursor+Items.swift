public import Addressing
public import Executions
public import Formats
public import PhysicalMemory

/// A stretch of a cursor's range in which one leaf, or nothing, is mapped.
public struct CursorItem: Hashable, Sendable {
  /// The stretch: inside the claimed range, from where the cursor stood on. A whole leaf's range is ``Mapping/range``.
  public let range: VirtualRange
  /// The leaf as it stands in the table, with what of it lies outside ``range`` too; nil for a hole.
  public let mapping: Mapping?

  @inlinable @inline(__always)
  init(range: VirtualRange, mapping: Mapping?) {
    self.range = range
    self.mapping = mapping
  }

  /// What the start of ``range`` translates to; nil for a hole.
  @inlinable public var physical: PhysicalAddress? { mapping?.physical(of: range.start) }
}

extension Cursor {
  /// What stands at ``address``, a leaf or a hole, clipped to the claimed range; the cursor moves behind it. Nil when depleted.
  ///
  /// Successive items are disjoint, in order, and together cover everything from where the cursor stood to the end of its
  /// range. A hole is what is left of one slot, so neighbouring holes come as several items; an empty table comes as one.
  ///
  /// - Complexity: O(1) inside a leaf table, O(levels) otherwise.
  @inlinable @inline(__always)
  public mutating func nextItem() -> CursorItem? {
    if _slowPath(position.address >= position.leafLimit) {
      if position.address == end { return nil }
      let slot = CursorMotion<C>.itemSlow(view, thread, position, cover, coverLevel, end)
      position = slot.position
      return item(slot.word)
    }
    return item(view.slot(position.node, position.address, 1).loadRelaxed())
  }

  /// The item of the slot at the position, which holds `word`: a leaf, or 0.
  @inlinable @inline(__always)
  mutating func item(_ word: UInt64) -> CursorItem {
    let level = position.level
    let start = position.address
    position.address = Level(level).slotEnd(of: start, notBeyond: end)
    return CursorItem(
      range: VirtualRange(VirtualAddress(start), address), mapping: word == 0 ? nil : view.mapping(word, start, level))
  }
}

extension CursorMotion {
  /// Moves to the node whose slot holds the address and is absent, a leaf or an empty table; the word is 0 except for a leaf.
  @inlinable @inline(never)
  static func itemSlow(
    _ view: View, _ thread: ThreadContext, _ position: CursorPosition, _ cover: PhysicalAddress, _ coverLevel: Int,
    _ end: UInt64
  ) -> Sought {
    var position = climb(view, thread, to: position.address, atLeast: 1, position, cover, coverLevel, end)
    while true {
      let word = view.slot(position.node, position.address, position.level).loadRelaxed()
      guard let child = C.Format.child(word, at: Level(position.level)) else { return Sought(position, word: word) }
      position = descend(view, thread, into: child, position, end)
      if view.memory.record(child).childCount == 0 {
        return Sought(climb(view, thread, position, cover, coverLevel, end), word: 0)
      }
    }
  }
}
