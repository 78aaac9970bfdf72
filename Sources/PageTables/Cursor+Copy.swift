public import Addressing
public import Executions
public import Formats
public import PhysicalMemory

/// What came of a copy. Anything but `copied` left both tables meaning what they meant; huge leaves may have been split and tables
/// added.
public enum CopyOutcome: UInt8, Sendable {
  case copied
  /// Something is mapped in the destination's bytes.
  case destinationOccupied
  /// A table was needed, in the destination or to split a leaf of the source, and no frame is left.
  case outOfFrames
}

extension Cursor {
  /// Copies the mappings of the next `byteCount` bytes of `source`, a cursor on another table, to the next bytes of this one,
  /// which must be empty; both cursors move behind them.
  ///
  /// Both tables map the same memory afterwards, at different addresses if the cursors stand at different ones, with the same
  /// properties: those that `change` made of the source's. A fork clears `write` there. Every frame of a ``PageProperties/tracked``
  /// leaf gains an owner. Leaves keep their size where the destination's address is aligned to it and its claim allows it; elsewhere
  /// smaller pages map the same. A leaf of the source that lies only partly in the bytes is split first.
  /// ``PageProperties/contiguous`` is copied only where whole runs stay aligned; elsewhere the source keeps its own.
  ///
  /// **All or nothing.** The destination is looked through before anything is written, and it is filled before the source is
  /// changed. On failure it is emptied again and both cursors stand where they began. Processors that have the
  /// destination loaded may have seen its new leaves by then.
  ///
  /// Under ``Guarantee/integrityOnly`` a cursor with an overlapping range may come between: a leaf that appears in the destination
  /// meanwhile is ``CopyOutcome/destinationOccupied``, and a leaf that vanishes from the source was copied as it was.
  ///
  /// - Parameters:
  ///   - change: called once per leaf of the source, in address order, with its properties; what it makes of them both formats'
  ///     levels must support. It must leave `tracked` as it is.
  ///   - shrunk: called with every leaf of the source, as it was, whose rights shrank (``PageProperties/grantsLess(than:)``): flush
  ///     these wherever the source is loaded.
  /// - Precondition: the length is a multiple of 4096 and ends inside both claimed ranges, which have no table in common; tracked leaves
  ///   lie in the arena, which the tables share. The cursors were opened by ``withPair(from:_:to:_:by:_:)``, or no other thread
  ///   opens two of these tables.
  /// - Complexity: O(slots inspected in both tables), each twice if `change` changed anything.
  @inlinable
  public mutating func copy(
    from source: inout Cursor, _ byteCount: UInt64, _ change: (inout PageProperties) -> Void,
    shrunk: (Mapping) -> Void = { _ in }
  ) -> CopyOutcome {
    precondition(
      byteCount & (frameBytes &- 1) == 0 && byteCount <= end &- position.address
        && byteCount <= source.end &- source.position.address,
      "the length must be a multiple of 4096 and end inside both claimed ranges")
    let origin = position.address
    let sourceOrigin = source.position.address
    let isOccupied = findNext(byteCount) != nil
    move(to: origin)
    if isOccupied { return .destinationOccupied }
    var isChanged = false
    let outcome = duplicate(&source, byteCount) {
      let old = $0
      change(&$0)
      precondition($0.contains(.tracked) == old.contains(.tracked), "a copy cannot change whether a leaf is tracked")
      if $0 != old { isChanged = true }
    }
    if outcome == .copied {
      if isChanged {
        source.move(to: sourceOrigin)
        move(to: origin)
        source.adopt(from: &self, byteCount, shrunk)
      }
      source.move(to: sourceOrigin &+ byteCount)
      move(to: origin &+ byteCount)
    } else {
      withdraw(to: origin)
      source.move(to: sourceOrigin)
    }
    return outcome
  }

  /// Moves to `target`, which lies in the claimed range or is its end.
  @inlinable @inline(__always)
  mutating func move(to target: UInt64) {
    if Level(position.level).sameNode(target, position.limit &- 1) {
      position.address = target
    } else {
      position = CursorMotion<C>.jumpSlow(view, thread, to: target, position, cover, coverLevel, end)
    }
  }

  /// Whether leaves at `level` that lie `distance` bytes apart stand at the same place in their contiguous runs.
  @inlinable @inline(__always)
  static func keepsRuns(_ distance: UInt64, _ level: Level) -> Bool {
    // Sixteen entries in every format that has runs.
    distance & (level.slotBytes &* 16 &- 1) == 0
  }

  // MARK: First the destination

  /// Fills the destination, which is empty. The source's leaves stay as they are, but those that are cut are split.
  @inlinable
  mutating func duplicate(
    _ source: inout Cursor, _ byteCount: UInt64, _ change: (inout PageProperties) -> Void
  ) -> CopyOutcome {
    let distance = position.address &- source.position.address
    let bound = source.position.address &+ byteCount
    let start = PhysicalAddress(0)
    let isSameArena = view.memory.hostAddress(of: start) == source.view.memory.hostAddress(of: start)
    while source.position.address != bound {
      if source.position.address < source.position.leafLimit && position.address < position.leafLimit {
        if !duplicatePages(from: &source, bound, distance, isSameArena, change) { return .destinationOccupied }
        continue
      }
      let sought = CursorMotion<C>.seekSlow(
        source.view, source.thread, source.position, source.cover, source.coverLevel, source.end,
        bound &- source.position.address)
      source.position = sought.position
      if sought.word == 0 {
        if sought.isOutOfFrames { return .outOfFrames }
        continue
      }
      move(to: source.position.address &+ distance)
      let outcome =
        source.position.level == 1
        ? prepareLeafTable() : duplicateHuge(from: &source, sought.word, distance, isSameArena, change)
      if outcome != .copied { return outcome }
    }
    return .copied
  }

  /// Enters the leaf table at the address, a new one if there is none.
  @inlinable
  mutating func prepareLeafTable() -> CopyOutcome {
    let placed = CursorMotion<C>.placeSlow(view, thread, position, cover, coverLevel, end, .one)
    position = placed.position
    return CopyOutcome(placed.outcome)
  }

  /// Copies what both leaf tables have room for. False if a slot of the destination is taken; the cursor then stands there.
  @inlinable
  mutating func duplicatePages(
    from source: inout Cursor, _ bound: UInt64, _ distance: UInt64, _ isSameArena: Bool,
    _ change: (inout PageProperties) -> Void
  ) -> Bool {
    let start = source.position.address
    let bytes = min(
      min(bound, source.position.leafLimit) &- start, position.leafLimit &- position.address)
    let from = Level.one.index(of: start)
    let to = Level.one.index(of: position.address)
    let keepsRuns = Self.keepsRuns(distance, .one)
    var copied = 0
    var page = 0
    while page < Int(truncatingIfNeeded: bytes &>> 12) {
      let word = source.view.memory.slot(source.position.node, from &+ page).loadRelaxed()
      if word != 0 {
        let slot = view.memory.slot(position.node, to &+ page)
        if _slowPath(slot.loadRelaxed() != 0) { break }
        let old = source.view.mapping(word, start &+ UInt64(truncatingIfNeeded: page) &<< 12, 1)
        var properties = old.properties
        change(&properties)
        if !keepsRuns { properties.remove(.contiguous) }
        if properties.contains(.tracked) {
          source.share(old.physical, frameBytes, isSameArena)
          view.memory.record(position.node).holdsTracked = true
        }
        // Releasing: pairs with the acquiring load of a lock-free walker.
        slot.storeReleasing(C.Format.leaf(old.physical, properties, at: .one))
        copied &+= 1
      }
      page &+= 1
    }
    let done = UInt64(truncatingIfNeeded: page) &<< 12
    position.childDelta &+= copied
    position.address &+= done
    source.position.address &+= done
    return done == bytes
  }

  /// Adds an owner to frames that a tracked leaf maps: the destination's copy of it.
  @inlinable @inline(__always)
  func share(_ frame: PhysicalAddress, _ byteCount: UInt64, _ isSameArena: Bool) {
    precondition(isSameArena, "a tracked leaf can be shared only by tables of one arena")
    let arenaBytes = view.memory.byteCount
    precondition(
      frame.rawValue < arenaBytes && byteCount <= arenaBytes &- frame.rawValue,
      "a tracked leaf must map frames of the arena")
    // The leaf owns a reference of each, and this cursor holds its node.
    for offset in stride(from: 0, to: byteCount, by: Int(frameBytes)) {
      view.memory.record(frame &+ offset).references.retain()
    }
  }

  /// Copies the huge leaf `word` at the source's position, in pieces if its size does not fit; moves both cursors behind it.
  @inlinable
  mutating func duplicateHuge(
    from source: inout Cursor, _ word: UInt64, _ distance: UInt64, _ isSameArena: Bool,
    _ change: (inout PageProperties) -> Void
  ) -> CopyOutcome {
    let old = source.view.mapping(word, source.position.address, source.position.level)
    let largest = Level(min(coverLevel, old.level.rawValue))
    let level = Self.largestLeaf(at: position.address, old.physical.rawValue, old.byteCount, largest)
    var properties = old.properties
    change(&properties)
    if !Self.keepsRuns(distance, level) { properties.remove(.contiguous) }
    var mapped: UInt64 = 0
    while mapped < old.byteCount {
      let frame = old.physical &+ mapped
      let outcome: MapOutcome
      let start = position.address
      if level > .one {
        outcome = map(frame, properties, level: level)
      } else {
        outcome = mapRun(frame, properties, pages: (old.byteCount &- mapped) &>> 12).outcome
      }
      // What was mapped before a failure is owned too, and given back when the copy is withdrawn.
      let bytes = position.address &- start
      if properties.contains(.tracked) { source.share(frame, bytes, isSameArena) }
      if outcome != .mapped { return CopyOutcome(outcome) }
      mapped &+= bytes
    }
    source.position.address &+= old.byteCount
    return .copied
  }

  /// Removes what ``duplicate(_:_:_:)`` mapped between `origin` and the address, and moves to `origin`.
  @inlinable
  mutating func withdraw(to origin: UInt64) {
    let byteCount = position.address &- origin
    move(to: origin)
    let (view, thread) = (view, thread)
    // Its frames are the source's too; only where the source's leaf was removed meanwhile is this their last owner.
    let isComplete = takeAll(byteCount) { if $0.properties.contains(.tracked) { view.release($0, by: thread) } }
    precondition(isComplete, "a copy was undone beyond what it had mapped")
    move(to: origin)
  }

  // MARK: Then the source

  /// Gives the leaves of the next `byteCount` bytes the properties that their copies have.
  @inlinable
  mutating func adopt(from copy: inout Cursor, _ byteCount: UInt64, _ shrunk: (Mapping) -> Void) {
    let distance = copy.position.address &- position.address
    let bound = position.address &+ byteCount
    while position.address != bound {
      let sought = CursorMotion<C>.findSlow(
        view, thread, position, cover, coverLevel, end, bound &- position.address)
      position = sought.position
      if sought.word == 0 { return }
      copy.move(to: position.address &+ distance)
      copy.position = CursorMotion<C>.querySlow(
        copy.view, copy.thread, copy.position, copy.cover, copy.coverLevel, copy.end)
      if position.level == 1 && copy.position.level == 1 {
        adoptPages(from: &copy, bound, distance, shrunk)
      } else {
        // A huge leaf. Its copy has its size or is several with the same properties.
        adopt(from: copy, distance, shrunk)
        position.address &+= Level(position.level).slotBytes
      }
    }
  }

  /// Does what both leaf tables have in common.
  @inlinable
  mutating func adoptPages(from copy: inout Cursor, _ bound: UInt64, _ distance: UInt64, _ shrunk: (Mapping) -> Void) {
    let bytes = min(
      min(bound, position.limit) &- position.address, copy.position.limit &- copy.position.address)
    let last = position.address &+ bytes
    while position.address != last {
      adopt(from: copy, distance, shrunk)
      position.address &+= frameBytes
      copy.position.address &+= frameBytes
    }
  }

  /// Rewrites the leaf in the slot at the position, if there is one, with the properties of its copy at the other cursor's.
  @inlinable @inline(__always)
  func adopt(from copy: borrowing Cursor, _ distance: UInt64, _ shrunk: (Mapping) -> Void) {
    let slot = view.slot(position.node, position.address, position.level)
    let word = slot.loadRelaxed()
    let model = copy.view.slot(copy.position.node, copy.position.address, copy.position.level).loadRelaxed()
    if word == 0 || model == 0 { return }
    let old = view.mapping(word, position.address, position.level)
    let new = copy.view.mapping(model, copy.position.address, copy.position.level)
    // Another leaf is no copy of this one: somebody came between.
    if new.physical != old.physical { return }
    var properties = new.properties
    if !Self.keepsRuns(distance, new.level) { properties.formUnion(old.properties.intersection(.contiguous)) }
    if properties == old.properties { return }
    // Releasing: pairs with the acquiring load of a lock-free walker.
    slot.storeReleasing(C.Format.leaf(old.physical, properties, at: old.level))
    if properties.grantsLess(than: old.properties) { shrunk(old) }
  }
}

extension CopyOutcome {
  /// What a map in the destination, which was empty, means for the copy.
  @inlinable
  init(_ outcome: MapOutcome) {
    switch outcome {
    case .mapped: self = .copied
    case .alreadyMapped, .mappedToHugePage: self = .destinationOccupied
    case .outOfFrames: self = .outOfFrames
    }
  }
}
