public import Addressing
public import Executions
public import PhysicalMemory

/// What `takeNextFragment` took out.
public enum NextFragment: Hashable, Sendable {
  /// Nothing is mapped in the inspected bytes; the cursor stands at their end.
  case none
  /// One leaf, as `takeNext` gives it.
  case leaf(Mapping)
  /// A subtree that lay in the inspected bytes as a whole; the cursor stands behind it.
  case table(DetachedTable)
  /// As ``NextLeaf/outOfFrames``.
  case outOfFrames
}

extension Cursor {
  /// Unmaps the first thing in the next `byteCount` bytes and moves behind it: where a table lies in those bytes as a whole, the
  /// largest such table, with everything below it and without looking at its leaves; otherwise a leaf.
  ///
  /// Where the policy keeps tables, and where trees share one, only leaves are taken. Empty tables are passed over and never
  /// reported. Preconditions, splitting and the duty to flush are those of ``takeNext(_:)``; a table taken out is given back with
  /// ``TableView/free(_:by:)``.
  ///
  /// - Complexity: O(slots inspected + tables taken out).
  @inlinable
  public mutating func takeNextFragment(_ byteCount: UInt64) -> NextFragment {
    precondition(
      byteCount & (frameBytes &- 1) == 0 && byteCount <= end &- position.address,
      "the length must be a multiple of 4096 and end inside the claimed range")
    removedAny = true
    if !C.Reclamation.freesTables {
      switch takeNext(byteCount) {
      case .none: return .none
      case .leaf(let old): return .leaf(old)
      case .outOfFrames: return .outOfFrames
      }
    }
    let sought = CursorMotion<C>.seekFragmentSlow(view, thread, position, cover, coverLevel, end, byteCount)
    position = sought.found.position
    if let table = sought.table { return .table(table) }
    guard sought.found.word != 0 else { return sought.found.isOutOfFrames ? .outOfFrames : .none }
    return .leaf(take(sought.found.word, level: position.level))
  }
}

extension CursorMotion {
  @usableFromInline
  struct SoughtFragment {
    @usableFromInline let found: Sought
    @usableFromInline let table: DetachedTable?

    @inlinable init(_ found: Sought, _ table: DetachedTable? = nil) {
      self.found = found
      self.table = table
    }
  }

  /// As ``seekSlow(_:_:_:_:_:_:_:)``, but takes out the first non-empty table that lies wholly in the bytes.
  @inlinable @inline(never)
  static func seekFragmentSlow(
    _ view: View, _ thread: ThreadContext, _ start: CursorPosition, _ cover: PhysicalAddress, _ coverLevel: Int,
    _ end: UInt64, _ byteCount: UInt64
  ) -> SoughtFragment {
    var position = start
    let bound = start.address &+ byteCount
    while position.address != bound {
      // From as high up as the rest has room for: the largest table goes first.
      let level = largestSlot(at: position.address, bound &- position.address, coverLevel)
      position = climb(view, thread, to: position.address, atLeast: level, position, cover, coverLevel, end)
      while position.level > level, let child = view.child(of: position.node, position.address, position.level) {
        position = descend(view, thread, into: child, position, end)
      }
      let slot = Level(position.level)
      let isWhole =
        position.address & (slot.slotBytes &- 1) == 0 && slot.slotBytes <= bound &- position.address && slot > .one
      if isWhole, let child = view.child(of: position.node, position.address, slot.rawValue),
        view.memory.record(child).references.count == 1
      {
        let pages = enterSubtree(view, thread, child, slot.below)
        let range = slot.slotRange(of: VirtualAddress(position.address))
        unlinkSubtree(view, thread, child, &position)
        position.address &+= slot.slotBytes
        if pages > 0 {
          let table = DetachedTable(range: range, level: slot.below, pages: pages, node: child)
          return SoughtFragment(Sought(position, word: 0), table)
        }
        view.retire(child, slot.below, by: thread)
        continue
      }
      // Up to where the next table may begin.
      let step = max(slot, Level(2)).slotBytes
      let rest = min(bound &- position.address, step &- (position.address & (step &- 1)))
      let sought = seekSlow(view, thread, position, cover, coverLevel, end, rest)
      position = sought.position
      if sought.word != 0 || sought.isOutOfFrames { return SoughtFragment(sought) }
    }
    return SoughtFragment(Sought(position, word: 0))
  }

  /// Level of the largest slot that begins at `address` and lies in the next `rest` bytes, at most `limit`; at least 1.
  @inlinable
  static func largestSlot(at address: UInt64, _ rest: UInt64, _ limit: Int) -> Int {
    var level = limit
    while level > 1 && (address & (Level(level).slotBytes &- 1) != 0 || rest < Level(level).slotBytes) { level &-= 1 }
    return level
  }
}
