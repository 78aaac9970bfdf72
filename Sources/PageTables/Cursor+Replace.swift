public import Addressing
public import Formats
public import PhysicalMemory

/// What came of a replace. The last three are refusals and left every mapping as it was, as those of ``MapOutcome`` do.
public enum ReplaceOutcome: Hashable, Sendable {
  /// Nothing had been mapped.
  case mapped
  /// This leaf of the same size was there. Its memory is the caller's again, after a flush of its range wherever the table is
  /// loaded.
  case replaced(Mapping)
  /// A table with something mapped below it is there.
  case alreadyMapped
  /// A larger leaf covers the address.
  case mappedToHugePage
  /// A table was needed and no frame is left.
  case outOfFrames

  @inlinable
  init(_ outcome: MapOutcome) {
    switch outcome {
    case .mapped: self = .mapped
    case .alreadyMapped: self = .alreadyMapped
    case .mappedToHugePage: self = .mappedToHugePage
    case .outOfFrames: self = .outOfFrames
    }
  }
}

extension Cursor {
  /// Maps one page at ``address``, in place of a page of the same size if one is there, and moves behind it.
  ///
  /// The counterpart of ``map(_:_:level:)`` for callers that mean to replace. The new leaf takes the old one's place in one store: a
  /// lock-free walker sees either, never a hole. Pages of other sizes are not replaced, and their refusals are those of a map.
  ///
  /// - Important: AArch64 demands break-before-make where the physical address or the memory type of a live entry changes: take
  ///   the page, flush it everywhere, then map the new one. There, replace only what no processor has loaded.
  /// - Parameters, precondition, complexity: as ``map(_:_:level:)``.
  @inlinable @inline(__always)
  public mutating func replace(
    _ frame: PhysicalAddress, _ properties: PageProperties, level: Level = .one
  ) -> ReplaceOutcome {
    precondition(frame.isAligned(to: level.slotBytes), "the frame must be aligned to the page size")
    if level == .one && _fastPath(position.address < position.leafLimit) {
      return exchange(frame, properties, level: .one)
    }
    let placed = CursorMotion<C>.placeSlow(view, thread, position, cover, coverLevel, end, level)
    position = placed.position
    if placed.outcome != .mapped { return ReplaceOutcome(placed.outcome) }
    return exchange(frame, properties, level: level)
  }

  /// Writes the leaf into the slot at the position, which holds no table; the position's node is at `level`.
  @inlinable @inline(__always)
  mutating func exchange(_ frame: PhysicalAddress, _ properties: PageProperties, level: Level) -> ReplaceOutcome {
    let slot = view.slot(position.node, position.address, level.rawValue)
    let word = slot.loadRelaxed()
    let old = view.mapping(word, position.address, level.rawValue)
    // Releasing: pairs with the acquiring load of a lock-free walker, which may go on to read the mapped frame.
    slot.storeReleasing(C.Format.leaf(frame, properties, at: level))
    if properties.contains(.tracked) { view.memory.record(position.node).holdsTracked = true }
    position.address &+= level.slotBytes
    if word != 0 { return .replaced(old) }
    position.childDelta &+= 1
    return .mapped
  }
}
