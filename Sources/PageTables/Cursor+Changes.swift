public import Addressing
public import Formats
public import PhysicalMemory

// Protecting by a change that is a value. Formats change most words in place, without decoding them.

extension Cursor {
  /// As ``protectNext(_:_:)`` with a closure, for a change that is a value.
  @inlinable @inline(__always)
  public mutating func protectNext(_ byteCount: UInt64, _ change: PropertyChange) -> NextLeaf {
    let word = leafHere(byteCount)
    if _fastPath(word != 0) { return .leaf(protect(word, level: 1, change)) }
    let sought = CursorMotion<C>.seekSlow(view, thread, position, cover, coverLevel, end, byteCount)
    position = sought.position
    guard sought.word != 0 else { return sought.isOutOfFrames ? .outOfFrames : .none }
    return .leaf(protect(sought.word, level: position.level, change))
  }

  /// As ``protectAll(_:_:)`` with a closure, for a change that is a value.
  ///
  /// - Returns: how many leaves there were, and false if no frame was left to split one.
  @inlinable @inline(__always)
  public mutating func protectAll(
    _ byteCount: UInt64, _ change: PropertyChange
  ) -> (leaves: UInt64, isComplete: Bool) {
    precondition(
      byteCount & (frameBytes &- 1) == 0 && byteCount <= end &- position.address,
      "the length must be a multiple of 4096 and end inside the claimed range")
    let bound = position.address &+ byteCount
    var leaves: UInt64 = 0
    while position.address != bound {
      if _fastPath(position.address < position.leafLimit) {
        // Everything left in this leaf table.
        let last = min(bound, position.leafLimit)
        let first = Level.one.index(of: position.address)
        let count = Int(truncatingIfNeeded: (last &- position.address) &>> 12)
        leaves &+= CursorMotion<C>.changePages(view, position.node, first..<first &+ count, change)
        position.address = last
        continue
      }
      let sought = CursorMotion<C>.seekSlow(
        view, thread, position, cover, coverLevel, end, bound &- position.address)
      position = sought.position
      if sought.word == 0 { return (leaves, !sought.isOutOfFrames) }
      // A leaf table is left to the loop above.
      if position.level == 1 { continue }
      _ = protect(sought.word, level: position.level, change)
      leaves &+= 1
    }
    return (leaves, true)
  }

  @inlinable @inline(__always)
  mutating func protect(_ word: UInt64, level: Int, _ change: PropertyChange) -> Mapping {
    let old = view.mapping(word, position.address, level)
    rewrite(word, C.Format.changed(word, by: change, at: old.level), level: level)
    position.address = old.virtual.rawValue &+ old.byteCount
    return old
  }
}

extension CursorMotion {
  /// Changes the leaves in the slots of a leaf table. Returns how many there were.
  @inlinable @inline(__always)
  static func changePages(
    _ view: View, _ node: PhysicalAddress, _ slots: Range<Int>, _ change: PropertyChange
  ) -> UInt64 {
    guard let rule = C.Format.wordChange(change, at: .one) else {
      return changePagesSlow(view, node, slots, change)
    }
    var leaves: UInt64 = 0
    var next = slots.lowerBound
    // Four at a time, and no call among them but for slots that are empty or need decoding.
    while next &+ 4 <= slots.upperBound {
      let a = view.memory.slot(node, next)
      let b = view.memory.slot(node, next &+ 1)
      let c = view.memory.slot(node, next &+ 2)
      let d = view.memory.slot(node, next &+ 3)
      // Relaxed: the cursor holds the node.
      let (v, w, x, y) = (a.loadRelaxed(), b.loadRelaxed(), c.loadRelaxed(), d.loadRelaxed())
      if _fastPath(allow(rule, v) && allow(rule, w) && allow(rule, x) && allow(rule, y)) {
        rewrite(a, v, rule.apply(to: v))
        rewrite(b, w, rule.apply(to: w))
        rewrite(c, x, rule.apply(to: x))
        rewrite(d, y, rule.apply(to: y))
        leaves &+= 4
      } else {
        leaves &+= changePagesSlow(view, node, next..<next &+ 4, change)
      }
      next &+= 4
    }
    if next < slots.upperBound { leaves &+= changePagesSlow(view, node, next..<slots.upperBound, change) }
    return leaves
  }

  @inlinable @inline(__always)
  static func allow(_ rule: WordChange, _ word: UInt64) -> Bool { word != 0 && rule.isOpen(to: word) }

  @inlinable @inline(__always)
  static func rewrite(_ slot: PTESlot<C.Execution>, _ word: UInt64, _ changed: UInt64) {
    // Releasing: pairs with the acquiring load of a lock-free walker.
    if changed != word { slot.storeReleasing(changed) }
  }

  /// One by one, through the properties where need be.
  @inlinable @inline(never)
  static func changePagesSlow(
    _ view: View, _ node: PhysicalAddress, _ slots: Range<Int>, _ change: PropertyChange
  ) -> UInt64 {
    var leaves: UInt64 = 0
    for index in slots {
      let slot = view.memory.slot(node, index)
      let word = slot.loadRelaxed()
      if word == 0 { continue }
      rewrite(slot, word, C.Format.changed(word, by: change, at: .one))
      leaves &+= 1
    }
    return leaves
  }
}
