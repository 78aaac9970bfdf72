public import Addressing
public import Executions
public import Formats
public import PhysicalMemory

extension Cursor {
  /// Finds the first leaf in the next `byteCount` bytes. Changes nothing: a leaf that is only partly in those bytes stays whole.
  ///
  /// - Returns: the whole leaf, which may begin before ``address`` and reach beyond the inspected bytes and the claimed range.
  ///   The cursor then stands at the first inspected address that the leaf maps: where it begins, or still where it stood if
  ///   that is inside. Nil if nothing is mapped; the cursor then stands at the end of the inspected bytes.
  /// - Precondition: `byteCount` is a multiple of 4096 and ends inside the claimed range; otherwise traps before the cursor moves.
  /// - Complexity: O(1) when the next page is mapped; otherwise O(slots inspected), empty tables in O(1).
  @inlinable @inline(__always)
  public mutating func findNext(_ byteCount: UInt64) -> Mapping? {
    let word = leafHere(byteCount)
    if _fastPath(word != 0) { return view.mapping(word, position.address, 1) }
    let sought = CursorMotion<C>.findSlow(view, thread, position, cover, coverLevel, end, byteCount)
    position = sought.position
    return sought.word == 0 ? nil : view.mapping(sought.word, position.address, position.level)
  }
}

extension CursorMotion {
  /// Scans from the position for at most `byteCount` bytes, up to the first leaf.
  @inlinable @inline(never)
  static func findSlow(
    _ view: View, _ thread: ThreadContext, _ start: CursorPosition, _ cover: PhysicalAddress, _ coverLevel: Int,
    _ end: UInt64, _ byteCount: UInt64
  ) -> Sought {
    var position = start
    let bound = start.address &+ byteCount
    while position.address != bound {
      position = climb(view, thread, to: position.address, atLeast: 1, position, cover, coverLevel, end)
      let word = skipAbsent(view, &position, min(bound, position.limit))
      if word == 0 { continue }
      let level = Level(position.level)
      guard let child = C.Format.child(word, at: level) else { return Sought(position, word: word) }
      position = descend(view, thread, into: child, position, end)
      // Counted under the child's own lock; an empty table is skipped without reading its slots.
      if view.memory.record(child).childCount != 0 { continue }
      position = climb(view, thread, position, cover, coverLevel, end)
      position.address = level.slotEnd(of: position.address, notBeyond: bound)
    }
    return Sought(position, word: 0)
  }

  /// Moves inside the node to the first slot that is not absent, but not beyond `bound`. Returns what the slot holds, or 0.
  @inlinable @inline(__always)
  static func skipAbsent(_ view: View, _ position: inout CursorPosition, _ bound: UInt64) -> UInt64 {
    let level = Level(position.level)
    while position.address != bound {
      // Relaxed: the cursor holds the node.
      let word = view.slot(position.node, position.address, position.level).loadRelaxed()
      if word != 0 { return word }
      position.address = level.slotEnd(of: position.address, notBeyond: bound)
    }
    return 0
  }
}

extension Level {
  /// First address behind the slot that holds `address`, or `bound` if that comes first. `address` lies before `bound`.
  @inlinable @inline(__always)
  func slotEnd(of address: UInt64, notBeyond bound: UInt64) -> UInt64 {
    // The end of the last slot of the address space wraps to 0: compare lengths, not ends.
    let rest = slotBytes &- (address & (slotBytes &- 1))
    return rest < bound &- address ? address &+ rest : bound
  }
}
