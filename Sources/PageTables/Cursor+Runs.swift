public import Addressing
public import Executions
public import Formats
public import PhysicalMemory

// Runs of base pages: the same operations as one page at a time, with the loop inside the node, where it keeps a slot and a
// frame in registers instead of finding the slot again for every page.

extension Cursor {
  /// Maps `pages` base pages from ``address`` to consecutive frames and moves behind them.
  ///
  /// Stops at the first page that cannot be mapped: the cursor stands there, what came before stays mapped.
  ///
  /// - Returns: how many pages were mapped, and `.mapped` or the reason for stopping.
  /// - Precondition: `frame` is a multiple of 4096, the format has a stride for the properties, and the run ends inside the claimed range; otherwise traps before any change.
  /// - Complexity: O(pages), O(levels) once per leaf table.
  @inlinable @inline(__always)
  public mutating func mapRun(
    _ frame: PhysicalAddress, _ properties: PageProperties, pages: UInt64
  ) -> (mapped: UInt64, outcome: MapOutcome) {
    precondition(frame.isAligned(to: frameBytes), "the frame must be aligned to the page size")
    precondition(pages <= (end &- position.address) &>> 12, "the run must end inside the claimed range")
    precondition(C.Format.hasStride(properties), "the format writes such pages one by one only")
    var mapped: UInt64 = 0
    while mapped < pages {
      if _slowPath(position.address >= position.leafLimit) {
        if pages &- mapped >= UInt64(entriesPerNode) && position.address & (Level(2).slotBytes &- 1) == 0 {
          let filled = CursorMotion<C>.fillFreshSlow(
            view, thread, position, cover, coverLevel, end, frame &+ mapped &<< 12, properties, pages &- mapped)
          position = filled.position
          mapped &+= filled.pages
          if mapped == pages { break }
        }
        let placed = CursorMotion<C>.placeSlow(view, thread, position, cover, coverLevel, end, .one)
        position = placed.position
        if placed.outcome != .mapped { return (mapped, placed.outcome) }
      }
      let room = (position.leafLimit &- position.address) &>> 12
      let wanted = min(pages &- mapped, room)
      let done = CursorMotion<C>.fill(view, position, frame &+ mapped &<< 12, properties, wanted)
      mapped &+= done
      position.address &+= done &<< 12
      position.childDelta &+= Int(truncatingIfNeeded: done)
      if done < wanted { return (mapped, .alreadyMapped) }
    }
    return (mapped, .mapped)
  }

  /// Unmaps everything in the next `byteCount` bytes and moves behind them; huge leaves that reach beyond are split first.
  ///
  /// - Parameter body: called with every leaf after it was removed, in address order.
  /// - Returns: false if no frame was left to split a leaf: the cursor stands where ``takeNext(_:)`` would.
  /// - Precondition, complexity: as ``takeNext(_:)``.
  @inlinable @inline(__always)
  public mutating func takeAll(_ byteCount: UInt64, _ body: (Mapping) -> Void) -> Bool {
    editAll(byteCount, removing: true) { old in
      body(old)
      return 0
    }
  }

  /// Changes the properties of everything in the next `byteCount` bytes and moves behind them; huge leaves that reach beyond are
  /// split first.
  ///
  /// - Parameter change: called once per leaf, in address order.
  /// - Returns: false if no frame was left to split a leaf: the cursor stands where ``protectNext(_:_:)`` would.
  /// - Precondition, complexity: as ``takeNext(_:)``.
  @inlinable @inline(__always)
  public mutating func protectAll(_ byteCount: UInt64, _ change: (inout PageProperties) -> Void) -> Bool {
    editAll(byteCount, removing: false) { old in
      var properties = old.properties
      change(&properties)
      return C.Format.leaf(old.physical, properties, at: old.level)
    }
  }

  /// Replaces every leaf in the next `byteCount` bytes by what `edit` returns for it: 0 when `removing`, else another leaf.
  @inlinable @inline(__always)
  mutating func editAll(_ byteCount: UInt64, removing: Bool, _ edit: (Mapping) -> UInt64) -> Bool {
    precondition(
      byteCount & (frameBytes &- 1) == 0 && byteCount <= end &- position.address,
      "the length must be a multiple of 4096 and end inside the claimed range")
    let bound = position.address &+ byteCount
    if removing { removedAny = true }
    while position.address != bound {
      if _fastPath(position.address < position.leafLimit) {
        // Everything left in this leaf table.
        let last = min(bound, position.leafLimit)
        let start = position.address
        let count = Int(truncatingIfNeeded: (last &- start) &>> 12)
        let found = CursorMotion<C>.editPages(view, position.node, Level.one.index(of: start), count, start, edit)
        if removing { position.childDelta &-= found }
        position.address = last
        continue
      }
      let sought = CursorMotion<C>.seekSlow(
        view, thread, position, cover, coverLevel, end, bound &- position.address)
      position = sought.position
      if sought.word == 0 { return !sought.isOutOfFrames }
      // A leaf table is left to the loop above.
      if position.level == 1 { continue }
      let mapping = view.mapping(sought.word, position.address, position.level)
      let changed = edit(mapping)
      let slot = view.slot(position.node, position.address, position.level)
      if changed != sought.word { slot.storeReleasing(changed) }
      if removing { position.childDelta &-= 1 }
      position.address = mapping.virtual.rawValue &+ mapping.byteCount
    }
    return true
  }
}

extension CursorMotion {
  /// Replaces the leaves in `count` slots from `first` by what `edit` returns for them. Returns how many there were.
  @inlinable @inline(__always)
  static func editPages(
    _ view: View, _ node: PhysicalAddress, _ first: Int, _ count: Int, _ start: UInt64,
    _ edit: (Mapping) -> UInt64
  ) -> Int {
    var found = 0
    var page = 0
    // Four at a time with one test, as in `fill`.
    while page &+ 4 <= count {
      let a = view.memory.slot(node, first &+ page).loadRelaxed()
      let b = view.memory.slot(node, first &+ page &+ 1).loadRelaxed()
      let c = view.memory.slot(node, first &+ page &+ 2).loadRelaxed()
      let d = view.memory.slot(node, first &+ page &+ 3).loadRelaxed()
      if _fastPath(a != 0 && b != 0 && c != 0 && d != 0) {
        editPage(view, node, first &+ page, a, start &+ UInt64(truncatingIfNeeded: page) &<< 12, edit)
        editPage(view, node, first &+ page &+ 1, b, start &+ UInt64(truncatingIfNeeded: page &+ 1) &<< 12, edit)
        editPage(view, node, first &+ page &+ 2, c, start &+ UInt64(truncatingIfNeeded: page &+ 2) &<< 12, edit)
        editPage(view, node, first &+ page &+ 3, d, start &+ UInt64(truncatingIfNeeded: page &+ 3) &<< 12, edit)
        found &+= 4
      } else {
        for next in page..<page &+ 4 { found &+= editSlot(view, node, first, next, start, edit) }
      }
      page &+= 4
    }
    while page < count {
      found &+= editSlot(view, node, first, page, start, edit)
      page &+= 1
    }
    return found
  }

  /// One of the slots of ``editPages(_:_:_:_:_:_:)``, which may be empty. Returns 1 if it was not.
  @inlinable @inline(__always)
  static func editSlot(
    _ view: View, _ node: PhysicalAddress, _ first: Int, _ page: Int, _ start: UInt64,
    _ edit: (Mapping) -> UInt64
  ) -> Int {
    let word = view.memory.slot(node, first &+ page).loadRelaxed()
    if word == 0 { return 0 }
    editPage(view, node, first &+ page, word, start &+ UInt64(truncatingIfNeeded: page) &<< 12, edit)
    return 1
  }

  @inlinable @inline(__always)
  static func editPage(
    _ view: View, _ node: PhysicalAddress, _ index: Int, _ word: UInt64, _ address: UInt64,
    _ edit: (Mapping) -> UInt64
  ) {
    let changed = edit(view.mapping(word, address, 1))
    // Releasing: pairs with the acquiring load of a lock-free walker.
    if changed != word { view.memory.slot(node, index).storeReleasing(changed) }
  }

  @usableFromInline
  struct Filled {
    @usableFromInline let position: CursorPosition
    @usableFromInline let pages: UInt64

    @inlinable init(_ position: CursorPosition, pages: UInt64) {
      self.position = position
      self.pages = pages
    }
  }

  /// Maps as many whole leaf tables of the next `pages` pages as have no table yet. Each is filled before it is linked: nobody sees
  /// it half-made, so it is neither cleared nor locked, and its entries need no atomic stores.
  ///
  /// Stops where a table or a leaf stands, where no frame is left, and at the end of a node.
  @inlinable @inline(never)
  static func fillFreshSlow(
    _ view: View, _ thread: ThreadContext, _ start: CursorPosition, _ cover: PhysicalAddress, _ coverLevel: Int,
    _ end: UInt64, _ frame: PhysicalAddress, _ properties: PageProperties, _ pages: UInt64
  ) -> Filled {
    if coverLevel < 2 { return Filled(start, pages: 0) }
    let level = Level(2)
    var position = climb(view, thread, to: start.address, atLeast: 2, start, cover, coverLevel, end)
    while position.level > 2 {
      let word = view.slot(position.node, position.address, position.level).loadRelaxed()
      if let child = C.Format.child(word, at: Level(position.level)) {
        position = descend(view, thread, into: child, position, end)
      } else if word == 0, let grown = grow(view, thread, position, end) {
        position = grown
      } else {
        // The caller finds the same, and says so.
        return Filled(position, pages: 0)
      }
    }
    var mapped: UInt64 = 0
    while pages &- mapped >= UInt64(entriesPerNode) && position.address < position.limit {
      let slot = view.slot(position.node, position.address, 2)
      // Relaxed: the cursor holds the node.
      guard slot.loadRelaxed() == 0,
        let child = view.allocator.allocateUnfilledTable(level: .one, for: thread)
      else { break }
      view.memory.fill(
        child, from: C.Format.leaf(frame &+ mapped &<< 12, properties, at: .one), stride: C.Format.leafStride)
      let record = view.memory.record(child)
      record.addChildren(entriesPerNode)
      if properties.contains(.tracked) { record.holdsTracked = true }
      // Releasing: publishes the entries to lock-free walkers (acquiring loads in `translate`).
      slot.storeReleasing(C.Format.table(child))
      position.childDelta &+= 1
      position.address &+= level.slotBytes
      mapped &+= UInt64(entriesPerNode)
    }
    return Filled(position, pages: mapped)
  }

  /// Maps up to `pages` pages into the position's leaf table, which has room for them. Returns how many were free.
  @inlinable @inline(__always)
  static func fill(
    _ view: View, _ position: CursorPosition, _ frame: PhysicalAddress, _ properties: PageProperties, _ pages: UInt64
  ) -> UInt64 {
    let first = Level.one.index(of: position.address)
    if properties.contains(.tracked) { view.memory.record(position.node).holdsTracked = true }
    let stride = C.Format.leafStride
    let count = Int(truncatingIfNeeded: pages)
    var word = C.Format.leaf(frame, properties, at: .one)
    var page = 0
    // Four at a time with one test: as a plain loop it takes 0.35 or 0.55 ns per page depending on where the linker puts it.
    while page &+ 4 <= count {
      let a = view.memory.slot(position.node, first &+ page)
      let b = view.memory.slot(position.node, first &+ page &+ 1)
      let c = view.memory.slot(position.node, first &+ page &+ 2)
      let d = view.memory.slot(position.node, first &+ page &+ 3)
      // Relaxed: the cursor holds the node.
      if _slowPath(a.loadRelaxed() | b.loadRelaxed() | c.loadRelaxed() | d.loadRelaxed() != 0) { break }
      // Releasing: pairs with the acquiring load of a lock-free walker.
      a.storeReleasing(word)
      b.storeReleasing(word &+ stride)
      c.storeReleasing(word &+ 2 &* stride)
      d.storeReleasing(word &+ 3 &* stride)
      word &+= 4 &* stride
      page &+= 4
    }
    while page < count {
      let slot = view.memory.slot(position.node, first &+ page)
      if _slowPath(slot.loadRelaxed() != 0) { return UInt64(truncatingIfNeeded: page) }
      slot.storeReleasing(word)
      word &+= stride
      page &+= 1
    }
    return pages
  }
}
