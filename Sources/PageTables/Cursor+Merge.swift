public import Addressing
public import Executions
public import Formats
public import PhysicalMemory

/// What came of a merge. Anything but `merged` is a refusal and changed nothing.
public enum MergeOutcome: Hashable, Sendable {
  /// This leaf stands where the table stood.
  case merged(Mapping)
  /// No table is there: nothing, a leaf of this size, or a larger one.
  case notTable
  /// The table has a hole, or its leaves do not map consecutive memory, or differ in more than accessed and dirty.
  case notUniform
  /// The leaves map consecutive memory that is not aligned to the page size.
  case misaligned
  /// The format cannot write a leaf with these properties at this level.
  case unsupported
  /// Another tree shares a table that would go.
  case sharedTable
}

extension Cursor {
  /// Replaces the table below ``address`` by one huge leaf that maps the same, if there is one. The cursor stays where it is.
  ///
  /// All 512 entries must be leaves of consecutive memory, aligned to the size of the whole, with equal properties; accessed and dirty may
  /// differ and are joined, because each says that some part was used. Tables of smaller pages inside are merged on the way.
  /// ``PageProperties/contiguous`` is dropped: the runs it spoke of are now inside one leaf. The leaf is written in one store, so a
  /// lock-free walker sees the old leaves or the new one, both of which translate alike. Accessed and dirty bits that hardware sets
  /// in the old leaves from then on are lost.
  ///
  /// What ``PageProperties/tracked`` leaves own, the new one owns.
  ///
  /// - Important: a processor may keep translations of both sizes at once until the slot's range is flushed. Both are right where the
  ///   processor tolerates that. AArch64 without FEAT_BBM level 2 does not: there, take the pages, flush, and map the huge one
  ///   (break-before-make), or merge only what no processor has loaded.
  /// - Parameter level: of the new leaf: 2 for 2 MiB, 3 for 1 GiB; at most the cursor's `largestLeaf`.
  /// - Precondition: the slot at `level` that holds the address lies inside the claimed range; otherwise traps before anything changes.
  /// - Complexity: O(entries up to the first that does not fit); the whole subtree is held meanwhile. No frame is needed.
  @inlinable
  public mutating func merge(level: Level) -> MergeOutcome {
    precondition(
      level > .one && level.rawValue <= min(coverLevel, C.Format.highestLeafLevel),
      "a cursor merges pages only into sizes that the format has and that it was opened with as `largestLeaf`")
    let first = level.slotStart(of: position.address)
    precondition(
      position.address < end && first >= start && level.slotBytes <= end &- first,
      "the huge page must lie inside the claimed range")
    let merged = CursorMotion<C>.mergeSlow(view, thread, position, cover, coverLevel, end, level)
    position = merged.position
    return merged.outcome
  }
}

extension CursorMotion {
  @usableFromInline
  struct Merged {
    @usableFromInline let position: CursorPosition
    @usableFromInline let outcome: MergeOutcome

    @inlinable init(_ position: CursorPosition, _ outcome: MergeOutcome) {
      self.position = position
      self.outcome = outcome
    }
  }

  /// Moves to the node at `level`, or as far down as there is one, and merges what is below its slot.
  @inlinable @inline(never)
  static func mergeSlow(
    _ view: View, _ thread: ThreadContext, _ position: CursorPosition, _ cover: PhysicalAddress, _ coverLevel: Int,
    _ end: UInt64, _ level: Level
  ) -> Merged {
    let address = position.address
    var position = climb(view, thread, to: address, atLeast: level.rawValue, position, cover, coverLevel, end)
    while position.level > level.rawValue {
      guard let below = view.child(of: position.node, address, position.level) else {
        return Merged(position, .notTable)
      }
      position = descend(view, thread, into: below, position, end)
    }
    guard let child = view.child(of: position.node, address, level.rawValue) else {
      return Merged(position, .notTable)
    }
    var run = UniformRun()
    let first = level.slotStart(of: address)
    if let refusal = enterIfUniform(view, thread, child, level.below, first, &run) { return Merged(position, refusal) }
    // From here on the whole subtree is held.
    let leaf = Mapping(
      virtual: VirtualAddress(first), physical: run.first, properties: run.properties, level: level)
    guard leaf.physical.isAligned(to: level.slotBytes) else {
      leaveSubtree(view, thread, child, level.below)
      return Merged(position, .misaligned)
    }
    guard C.Format.supports(leaf.properties, at: level) else {
      leaveSubtree(view, thread, child, level.below)
      return Merged(position, .unsupported)
    }
    // Releasing, as every store to a reachable entry. The child count stays: one entry replaced another.
    view.slot(position.node, address, level.rawValue)
      .storeReleasing(C.Format.leaf(leaf.physical, leaf.properties, at: level))
    if leaf.properties.contains(.tracked) {
      view.memory.record(position.node).holdsTracked = true
      disown(view, child, level.below)
    }
    leaveSubtree(view, thread, child, level.below)
    view.retire(child, level.below, by: thread)
    return Merged(position, .merged(leaf))
  }

  /// Makes the entered tables forget what their leaves own: it is another leaf's now.
  @inlinable
  static func disown(_ view: View, _ node: PhysicalAddress, _ level: Level) {
    view.memory.record(node).holdsTracked = false
    view.forEachChild(of: node, level) { disown(view, $0, level.below) }
  }

  /// Enters the node and all tables below it if every entry continues the run; otherwise enters nothing and says why. The whole subtree
  /// must be held at once, or a cursor deeper down could edit a table that is about to be unlinked.
  @inlinable
  static func enterIfUniform(
    _ view: View, _ thread: ThreadContext, _ node: PhysicalAddress, _ level: Level, _ start: UInt64,
    _ run: inout UniformRun
  ) -> MergeOutcome? {
    C.Strategy.enter(view, node, thread)
    let record = view.memory.record(node)
    var refusal: MergeOutcome? = record.references.count == 1 ? nil : .sharedTable
    // A table that is not full has a hole.
    if record.childCount != UInt32(entriesPerNode) { refusal = .notUniform }
    var index = 0
    while refusal == nil && index < entriesPerNode {
      let word = view.memory.slot(node, index).loadRelaxed()
      let address = start &+ UInt64(truncatingIfNeeded: index) &* level.slotBytes
      if word == 0 {
        refusal = .notUniform
      } else if let child = C.Format.child(word, at: level) {
        refusal = enterIfUniform(view, thread, child, level.below, address, &run)
      } else {
        refusal = run.append(view.mapping(word, address, level.rawValue))
      }
      if refusal == nil { index &+= 1 }
    }
    if refusal != nil { leaveSubtree(view, thread, node, level, slots: index) }
    return refusal
  }
}

/// Leaves of consecutive memory with equal properties, as far as they have been seen.
@usableFromInline
struct UniformRun {
  /// Where the run begins in physical memory.
  @usableFromInline var first = PhysicalAddress(0)
  /// Those of every leaf, with accessed and dirty joined.
  @usableFromInline var properties = PageProperties()
  @usableFromInline var byteCount: UInt64 = 0

  @inlinable init() {}

  /// Adds the next leaf, or says why it does not fit.
  @inlinable @inline(__always)
  mutating func append(_ leaf: Mapping) -> MergeOutcome? {
    let used: PageProperties = [.accessed, .dirty]
    let new = leaf.properties.subtracting(.contiguous)
    if byteCount == 0 {
      first = leaf.physical
      properties = new
    } else if leaf.physical != first &+ byteCount || new.symmetricDifference(properties).subtracting(used) != [] {
      return .notUniform
    }
    properties.formUnion(new.intersection(used))
    byteCount &+= leaf.byteCount
    return nil
  }
}
