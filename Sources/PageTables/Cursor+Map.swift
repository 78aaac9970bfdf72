public import Addressing
public import Executions
public import Formats
public import PhysicalMemory

/// What came of a map. Anything but `mapped` left every mapping as it was; tables that were missing on the way may have been
/// added.
public enum MapOutcome: UInt8, Sendable {
  case mapped
  /// A leaf of this size, or a table with something mapped below it, is already there.
  case alreadyMapped
  /// A larger leaf covers the address.
  case mappedToHugePage
  /// A table was needed and no frame is left.
  case outOfFrames
}

extension Cursor {
  /// Maps one page at ``address`` and moves behind it.
  ///
  /// Never replaces anything: an occupied slot is reported and stays. A larger page over an empty table replaces that table.
  ///
  /// - Parameters:
  ///   - frame: first physical address, aligned to the page size.
  ///   - properties: supported by the format at this level.
  ///   - level: 1 for a 4 KiB page, 2 for 2 MiB, 3 for 1 GiB; at most the cursor's `largestLeaf`.
  /// - Precondition: the address is aligned to the page size and the page ends inside the claimed range; otherwise traps before
  ///   anything changes.
  /// - Complexity: O(1) inside a leaf table; otherwise O(levels) and at most `levels - 1` new frames.
  @inlinable @inline(__always)
  public mutating func map(_ frame: PhysicalAddress, _ properties: PageProperties, level: Level = .one) -> MapOutcome {
    precondition(frame.isAligned(to: level.slotBytes), "the frame must be aligned to the page size")
    if level == .one && _fastPath(position.address < position.leafLimit) {
      return place(frame, properties, level: .one)
    }
    let placed = CursorMotion<C>.placeSlow(view, thread, position, cover, coverLevel, end, level)
    position = placed.position
    if placed.outcome != .mapped { return placed.outcome }
    return place(frame, properties, level: level)
  }

  /// Writes the leaf into the slot at the position, whose node is at `level`.
  @inlinable @inline(__always)
  mutating func place(_ frame: PhysicalAddress, _ properties: PageProperties, level: Level) -> MapOutcome {
    let slot = view.slot(position.node, position.address, level.rawValue)
    // Relaxed: this cursor holds the node.
    if _slowPath(slot.loadRelaxed() != 0) { return .alreadyMapped }
    // Releasing: pairs with the acquiring load of a lock-free walker, which may go on to read the mapped frame.
    slot.storeReleasing(C.Format.leaf(frame, properties, at: level))
    if properties.contains(.tracked) { view.memory.record(position.node).holdsTracked = true }
    position.childDelta &+= 1
    position.address &+= level.slotBytes
    return .mapped
  }
}

extension CursorMotion {
  /// Where a page is to be mapped: `outcome` is `.mapped` if the position's node is at the right level now.
  @usableFromInline
  struct Placed {
    @usableFromInline let position: CursorPosition
    @usableFromInline let outcome: MapOutcome

    @inlinable init(_ position: CursorPosition, _ outcome: MapOutcome) {
      self.position = position
      self.outcome = outcome
    }
  }

  /// Moves to the node at `level` that holds the address, adding missing tables.
  @inlinable @inline(never)
  static func placeSlow(
    _ view: View, _ thread: ThreadContext, _ position: CursorPosition, _ cover: PhysicalAddress, _ coverLevel: Int,
    _ end: UInt64, _ level: Level
  ) -> Placed {
    let address = position.address
    precondition(level.rawValue <= C.Format.highestLeafLevel, "the format has no leaves this large")
    precondition(
      level.rawValue <= coverLevel, "a cursor maps huge pages only if it was opened with their `largestLeaf`")
    precondition(address & (level.slotBytes &- 1) == 0, "the address must be aligned to the page size")
    precondition(address < end && level.slotBytes <= end &- address, "the page must end inside the claimed range")
    var position = climb(view, thread, to: address, atLeast: level.rawValue, position, cover, coverLevel, end)
    while position.level > level.rawValue {
      let word = view.slot(position.node, address, position.level).loadRelaxed()
      if let child = C.Format.child(word, at: Level(position.level)) {
        position = descend(view, thread, into: child, position, end)
      } else if word != 0 {
        return Placed(position, .mappedToHugePage)
      } else if let grown = grow(view, thread, position, end) {
        position = grown
      } else {
        return Placed(position, .outOfFrames)
      }
    }
    // A table left over from smaller pages gives way to a larger one if nothing is in it.
    if level > .one, let child = view.child(of: position.node, address, level.rawValue) {
      guard enterIfEmpty(view, thread, child, level.below) else { return Placed(position, .alreadyMapped) }
      unlinkSubtree(view, thread, child, &position)
      view.retire(child, level.below, by: thread)
    }
    return Placed(position, .mapped)
  }
}
