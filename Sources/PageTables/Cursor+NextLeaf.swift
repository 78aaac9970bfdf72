public import Addressing
public import Executions
public import Formats
public import PhysicalMemory

/// What `takeNext` and `protectNext` found.
public enum NextLeaf: Hashable, Sendable {
  /// Nothing is mapped in the inspected bytes; the cursor stands at their end.
  case none
  /// The leaf as it was before the operation; the cursor stands behind it.
  case leaf(Mapping)
  /// A huge leaf reaches beyond the inspected bytes, and no frame is left to split it. Nothing was changed; the cursor
  /// stands where the leaf begins, or where it stood if that is inside.
  case outOfFrames
}

extension Cursor {
  /// Unmaps the first leaf in the next `byteCount` bytes and moves behind it.
  ///
  /// A huge leaf that lies only partly in those bytes is split first, so exactly the inspected bytes are affected. The
  /// caller flushes ``Mapping/range`` wherever the table is loaded before it gives the memory to anybody else.
  ///
  /// - Precondition: `byteCount` is a multiple of 4096 and ends inside the claimed range; otherwise traps before any change.
  /// - Complexity: O(1) when the next page is mapped; otherwise O(slots inspected), empty tables in O(1).
  @inlinable @inline(__always)
  public mutating func takeNext(_ byteCount: UInt64) -> NextLeaf {
    let word = leafHere(byteCount)
    if _fastPath(word != 0) { return .leaf(take(word, level: 1)) }
    let sought = CursorMotion<C>.seekSlow(view, thread, position, cover, coverLevel, end, byteCount)
    position = sought.position
    guard sought.word != 0 else { return sought.isOutOfFrames ? .outOfFrames : .none }
    return .leaf(take(sought.word, level: position.level))
  }

  /// Changes the properties of the first leaf in the next `byteCount` bytes and moves behind it.
  ///
  /// `change` is called once with the present properties; if it leaves them as they are nothing is written. The result carries the
  /// properties before the change. Splitting, preconditions, flush duty and cost are those of ``takeNext(_:)``.
  @inlinable @inline(__always)
  public mutating func protectNext(_ byteCount: UInt64, _ change: (inout PageProperties) -> Void) -> NextLeaf {
    let word = leafHere(byteCount)
    if _fastPath(word != 0) { return .leaf(protect(word, level: 1, change)) }
    let sought = CursorMotion<C>.seekSlow(view, thread, position, cover, coverLevel, end, byteCount)
    position = sought.position
    guard sought.word != 0 else { return sought.isOutOfFrames ? .outOfFrames : .none }
    return .leaf(protect(sought.word, level: position.level, change))
  }

  /// The word at the address if that is a mapped slot of the leaf table the cursor is in; 0 asks for a search.
  @inlinable @inline(__always)
  func leafHere(_ byteCount: UInt64) -> UInt64 {
    // `end - address` cannot wrap, so no length overflows the comparison.
    precondition(
      byteCount & (frameBytes &- 1) == 0 && byteCount <= end &- position.address,
      "the length must be a multiple of 4096 and end inside the claimed range")
    guard _fastPath(position.address < position.leafLimit && byteCount != 0) else { return 0 }
    return view.slot(position.node, position.address, 1).loadRelaxed()
  }

  /// Empties the slot at the position, which holds `word` at `level`, and moves behind it.
  @inlinable @inline(__always)
  mutating func take(_ word: UInt64, level: Int) -> Mapping {
    let old = view.mapping(word, position.address, level)
    // Releasing, as every store to a reachable entry; there is nothing to publish with an absent one.
    view.slot(position.node, position.address, level).storeReleasing(0)
    position.childDelta &-= 1
    removedAny = true
    position.address = old.virtual.rawValue &+ old.byteCount
    return old
  }

  /// Rewrites the slot at the position, which holds `word` at `level`, and moves behind it.
  @inlinable @inline(__always)
  mutating func protect(_ word: UInt64, level: Int, _ change: (inout PageProperties) -> Void) -> Mapping {
    let old = view.mapping(word, position.address, level)
    var properties = old.properties
    change(&properties)
    rewrite(word, C.Format.leaf(old.physical, properties, at: old.level), level: level)
    position.address = old.virtual.rawValue &+ old.byteCount
    return old
  }

  @inlinable @inline(__always)
  func rewrite(_ word: UInt64, _ changed: UInt64, level: Int) {
    if changed != word {
      // Releasing: pairs with the acquiring load of a lock-free walker.
      view.slot(position.node, position.address, level).storeReleasing(changed)
    }
  }
}

extension CursorMotion {
  @usableFromInline
  struct Sought {
    @usableFromInline let position: CursorPosition
    /// The leaf at the position, or 0 when there is none.
    @usableFromInline let word: UInt64
    @usableFromInline let isOutOfFrames: Bool

    @inlinable init(_ position: CursorPosition, word: UInt64, isOutOfFrames: Bool = false) {
      self.position = position
      self.word = word
      self.isOutOfFrames = isOutOfFrames
    }
  }

  /// Scans from the position for at most `byteCount` bytes; splits a leaf that is only partly inside.
  @inlinable @inline(never)
  static func seekSlow(
    _ view: View, _ thread: ThreadContext, _ start: CursorPosition, _ cover: PhysicalAddress, _ coverLevel: Int,
    _ end: UInt64, _ byteCount: UInt64
  ) -> Sought {
    var position = start
    let bound = start.address &+ byteCount
    while position.address != bound {
      position = climb(view, thread, to: position.address, atLeast: 1, position, cover, coverLevel, end)
      let level = Level(position.level)
      let word = view.slot(position.node, position.address, position.level).loadRelaxed()
      if word != 0 {
        if let child = C.Format.child(word, at: level) {
          position = descend(view, thread, into: child, position, end)
          // Counted under the child's own lock; an empty table is skipped without reading its slots.
          if view.memory.record(child).childCount != 0 { continue }
          position = climb(view, thread, position, cover, coverLevel, end)
        } else {
          let slotStart = level.slotStart(of: position.address)
          if slotStart == position.address && level.slotBytes <= bound &- slotStart {
            return Sought(position, word: word)
          }
          guard let below = split(view, thread, word, position, end) else {
            return Sought(position, word: 0, isOutOfFrames: true)
          }
          position = below
          continue
        }
      }
      // Past this slot, but never past the inspected bytes.
      let rest = level.slotBytes &- (position.address & (level.slotBytes &- 1))
      position.address = rest < bound &- position.address ? position.address &+ rest : bound
    }
    return Sought(position, word: 0)
  }
}
