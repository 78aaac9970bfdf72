public import Addressing
public import Executions
public import Formats
public import PhysicalMemory

extension TableView {
  /// Translates `address` as a processor would: from the root, one acquiring load per level, no lock.
  ///
  /// Safe beside any writer that publishes entries with releasing stores and does not free a table a walker may still be in: that is,
  /// under ``Keep``, or between `FrameAllocator.beginWalk` and `endWalk`.
  /// The result is the entry as it stood at one moment during the call; nil where nothing was mapped.
  ///
  /// - Precondition: the address is canonical for the format; upper bits are not looked at.
  /// - Complexity: one load per level.
  @inlinable @inline(__always)
  public func translate(_ address: VirtualAddress) -> Mapping? {
    let raw = address.rawValue
    var node = root
    // Written out for the same reason as `descend`.
    if C.Format.levels >= 5, let word = step(&node, raw, 5) { return leaf(word, raw, 5) }
    if C.Format.levels >= 4, let word = step(&node, raw, 4) { return leaf(word, raw, 4) }
    if let word = step(&node, raw, 3) { return leaf(word, raw, 3) }
    if let word = step(&node, raw, 2) { return leaf(word, raw, 2) }
    return leaf(slot(node, raw, 1).loadAcquiring(), raw, 1)
  }

  /// As ``translate(_:)``, safe under every reclamation policy: where tables are freed before the tree is, the walk is announced, so
  /// that no table it may be in is used again.
  @inlinable @inline(__always)
  public func translate(_ address: VirtualAddress, by thread: ThreadContext) -> Mapping? {
    guard C.Reclamation.freesTables else { return translate(address) }
    let isOutermost = allocator.beginWalk(by: thread)
    let mapping = translate(address)
    if isOutermost { allocator.endWalk(by: thread) }
    return mapping
  }

  /// Moves `node` down one level if the slot holds a table; otherwise returns what it holds.
  @inlinable @inline(__always)
  func step(_ node: inout PhysicalAddress, _ address: UInt64, _ level: Int) -> UInt64? {
    // Acquiring: pairs with the releasing store that linked the child, so its zeroed slots are visible.
    let word = slot(node, address, level).loadAcquiring()
    guard let child = C.Format.child(word, at: Level(level)) else { return word }
    node = child
    return nil
  }

  @inlinable @inline(__always)
  func leaf(_ word: UInt64, _ address: UInt64, _ level: Int) -> Mapping? {
    word == 0 ? nil : mapping(word, address, level)
  }

  /// The leaf spelled by `word` in the slot that holds `address`.
  @inlinable @inline(__always)
  package func mapping(_ word: UInt64, _ address: UInt64, _ level: Int) -> Mapping {
    let level = Level(level)
    return Mapping(
      virtual: VirtualAddress(level.slotStart(of: address)),
      physical: C.Format.leafAddress(word, at: level, translating: address),
      properties: C.Format.leafProperties(word, at: level),
      level: level)
  }
}
