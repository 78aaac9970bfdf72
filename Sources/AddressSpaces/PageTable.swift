public import Addressing
public import Executions
public import Formats
public import PageTables
public import PhysicalMemory

/// A page table with one call per operation, in the manner of page_table_multiarch's `PageTable64`: for callers that do not
/// want to hold a cursor.
///
/// Each call is one transaction under the configuration's strategy. A call either does what it says or throws and leaves every
/// mapping as it was. Addresses are validated, never rounded: an address that is not aligned or not canonical is
/// ``PagingError/notAligned``. Unlike that crate it never revives holes, never aliases addresses, and never leaves part of a region
/// behind.
///
/// - Important: `map`, `remap`, `protect` and `unmap` of a base page whose tables exist walk once and touch one entry; everything else goes
///   through a ``Cursor``.
public struct PageTable<C: Configuration>: Sendable {
  public let table: TranslationTable<C>
  @usableFromInline let view: TableView<C>
  @usableFromInline let thread: ThreadContext

  /// An empty table; its frames come from `pool` through the cache of `thread`.
  ///
  /// - Throws: ``PagingError/noMemory`` when not even the root can be had.
  public init(pool: FramePool<C.Execution>, thread: ThreadContext = ThreadContext(worker: 0)) throws(PagingError) {
    guard let table = TranslationTable<C>(pool: pool, owner: thread) else { throw .noMemory }
    self.init(table, thread: thread)
  }

  /// Another thread's handle on the same table.
  @inlinable
  public init(_ table: TranslationTable<C>, thread: ThreadContext) {
    self.table = table
    view = table.view
    self.thread = thread
  }

  // MARK: One page

  /// Maps one page.
  ///
  /// - Throws: ``PagingError/notAligned``; ``PagingError/alreadyMapped``; ``PagingError/mappedToHugePage``;
  ///   ``PagingError/noMemory``.
  /// - Complexity: O(levels).
  @inlinable @inline(__always)
  public func map(
    _ address: VirtualAddress, to frame: PhysicalAddress, _ properties: PageProperties, size: PageSize = .size4K
  ) throws(PagingError) {
    let outcome = size == .size4K ? mapBasePage(address, frame, properties) : .needsTable
    // One call for all that is rare: each one in a caller's loop takes registers away from it.
    if _slowPath(outcome != .done) { try mapOrFailSlow(outcome, address, frame, properties, size) }
  }

  /// Changes where a mapped page leads and what it grants, in one store. `frame` must be aligned to the page's size.
  ///
  /// - Returns: the mapping as it was; flush its range.
  /// - Throws: ``PagingError/notMapped``; ``PagingError/notAligned``, which an address inside a page is too.
  @inlinable
  public func remap(
    _ address: VirtualAddress, to frame: PhysicalAddress, _ properties: PageProperties
  ) throws(PagingError) -> Mapping {
    var isAligned = true
    let old = try editPage(address) { old, _, node in
      // Decided while the entry is held: between a look and the edit the page could become another of another size.
      isAligned = frame.isAligned(to: old.byteCount)
      guard isAligned else { return C.Format.leaf(old.physical, old.properties, at: old.level) }
      if properties.contains(.tracked) { view.memory.record(node).holdsTracked = true }
      return C.Format.leaf(frame, properties, at: old.level)
    }
    guard isAligned else { throw .notAligned }
    return old
  }

  /// Changes the properties of the page at `address`, whatever its size.
  ///
  /// - Returns: the mapping as it was; flush its range if rights shrank.
  /// - Throws: ``PagingError/notMapped``; ``PagingError/notAligned``.
  @inlinable @inline(__always)
  public func protect(
    _ address: VirtualAddress, _ change: (inout PageProperties) -> Void
  ) throws(PagingError) -> Mapping {
    try editPage(address) { old, _, _ in
      var properties = old.properties
      change(&properties)
      assert(
        properties.contains(.tracked) == old.properties.contains(.tracked),
        "who owns a frame is no permission: remap it")
      return C.Format.leaf(old.physical, properties, at: old.level)
    }
  }

  /// As the closure's form, for a change that is a value: formats do it without decoding the entry.
  @inlinable @inline(__always)
  public func protect(_ address: VirtualAddress, _ change: PropertyChange) throws(PagingError) -> Mapping {
    assert(!change.touched.contains(.tracked), "who owns a frame is no permission: remap it")
    return try editPage(address) { old, word, _ in C.Format.changed(word, by: change, at: old.level) }
  }

  /// Replaces the properties of the page at `address`, software and accessed bits included.
  @inlinable @inline(__always)
  public func protect(_ address: VirtualAddress, _ properties: PageProperties) throws(PagingError) -> Mapping {
    try protect(address) { $0 = properties }
  }

  /// Unmaps the page at `address`, whatever its size.
  ///
  /// - Returns: the mapping as it was; flush its range before the memory is used for anything else.
  /// - Throws: ``PagingError/notMapped``; ``PagingError/notAligned``.
  @inlinable @inline(__always)
  public func unmap(_ address: VirtualAddress) throws(PagingError) -> Mapping {
    try editPage(address) { _, _, _ in 0 }
  }

  /// The leaf that maps `address`; `Mapping.physical(of:)` translates. Lock-free.
  ///
  /// - Throws: ``PagingError/notMapped``; ``PagingError/notAligned`` when the address is not canonical.
  @inlinable @inline(__always)
  public func query(_ address: VirtualAddress) throws(PagingError) -> Mapping {
    guard _fastPath(C.Format.isCanonical(address)) else { try OneCall.failSlow(.notAligned) }
    guard let mapping = view.translate(address, by: thread) else { try OneCall.failSlow(.notMapped) }
    return mapping
  }

  // MARK: Regions

  /// Maps `byteCount` bytes with the largest pages that alignment allows, or nothing at all.
  ///
  /// - Parameter allowHuge: whether pages larger than 4 KiB may be used.
  /// - Throws: ``PagingError/notAligned`` unless all three are multiples of 4096; the first page's reason otherwise. What had
  ///   been mapped before it is unmapped again.
  /// - Complexity: O(leaves).
  @inlinable
  public func mapRegion(
    _ address: VirtualAddress, to frame: PhysicalAddress, byteCount: UInt64, _ properties: PageProperties,
    allowHuge: Bool = true
  ) throws(PagingError) {
    guard frame.isAligned(to: frameBytes) else { throw .notAligned }
    if byteCount == 0 { return try OneCall.checkEmpty(address) }
    let largest = allowHuge ? Level(C.Format.highestLeafLevel) : .one
    var outcome = MapOutcome.mapped
    do throws(RangeError) {
      var cursor = try Cursor(
        view, over: VirtualRange(start: address, byteCount: byteCount), largestLeaf: largest, by: thread)
      let region = cursor.mapRegion(frame, properties, byteCount: byteCount, largest: largest)
      outcome = region.outcome
      if outcome != .mapped {
        _ = cursor.jump(to: address)
        _ = cursor.takeAll(region.mappedBytes) { _ in }
      }
    } catch { throw .notAligned }
    if outcome != .mapped { try OneCall.failSlow(CallOutcome(outcome)) }
  }

  /// Unmaps everything in `byteCount` bytes; holes are passed over. Huge pages that reach beyond are split.
  ///
  /// - Parameter body: called with every leaf after it was removed.
  /// - Returns: what to flush.
  /// - Throws: ``PagingError/notAligned``; ``PagingError/noMemory`` when a huge page cannot be split: what lies before it is
  ///   unmapped by then, and `body` has seen it.
  @inlinable
  public func unmapRegion(
    _ address: VirtualAddress, byteCount: UInt64, _ body: (Mapping) -> Void = { _ in }
  ) throws(PagingError) -> FlushDuty {
    try editRegion(address, byteCount) { $0.takeAll(byteCount, body) }
  }

  /// Changes the properties of everything in `byteCount` bytes; holes are passed over. Huge pages that reach beyond are split.
  ///
  /// - Returns: what to flush if rights shrank.
  /// - Throws: as ``unmapRegion(_:byteCount:_:)``.
  @inlinable
  public func protectRegion(
    _ address: VirtualAddress, byteCount: UInt64, _ change: (inout PageProperties) -> Void
  ) throws(PagingError) -> FlushDuty {
    try editRegion(address, byteCount) { $0.protectAll(byteCount, change) }
  }

  /// As the closure's form, for a change that is a value: formats do it without decoding the entries.
  @inlinable
  public func protectRegion(
    _ address: VirtualAddress, byteCount: UInt64, _ change: PropertyChange
  ) throws(PagingError) -> FlushDuty {
    try editRegion(address, byteCount) { $0.protectAll(byteCount, change).isComplete }
  }

  // MARK: Machinery

  @inlinable @inline(__always)
  func mapBasePage(_ address: VirtualAddress, _ frame: PhysicalAddress, _ properties: PageProperties) -> CallOutcome {
    let raw = address.rawValue
    guard _fastPath((raw | frame.rawValue) & (frameBytes &- 1) == 0 && C.Format.isMappable(address)) else {
      return .notAligned
    }
    let cover = C.Strategy.acquire(view, first: raw, last: raw, lowest: .one, thread)
    if _slowPath(cover.level != 1) {
      C.Strategy.release(view, cover.node, thread)
      return .needsTable
    }
    let slot = view.slot(cover.node, raw, 1)
    let isFree = slot.loadRelaxed() == 0
    if _fastPath(isFree) {
      // Releasing: pairs with the acquiring load of a lock-free walker.
      slot.storeReleasing(C.Format.leaf(frame, properties, at: .one))
      view.memory.record(cover.node).addChildren(1)
      if properties.contains(.tracked) { view.memory.record(cover.node).holdsTracked = true }
    }
    C.Strategy.release(view, cover.node, thread)
    return isFree ? .done : .alreadyMapped
  }

  /// What ``mapBasePage(_:_:_:)`` leaves: other page sizes and missing tables to be mapped, and failures to be thrown.
  @inlinable @inline(never)
  func mapOrFailSlow(
    _ outcome: CallOutcome, _ address: VirtualAddress, _ frame: PhysicalAddress, _ properties: PageProperties,
    _ size: PageSize
  ) throws(PagingError) {
    if outcome != .needsTable { try OneCall.failSlow(outcome) }
    let outcome = mapThroughCursor(address, frame, properties, size)
    if outcome != .done { try OneCall.failSlow(outcome) }
  }

  @inlinable
  func mapThroughCursor(
    _ address: VirtualAddress, _ frame: PhysicalAddress, _ properties: PageProperties, _ size: PageSize
  ) -> CallOutcome {
    guard ((address.rawValue | frame.rawValue) & (size.bytes &- 1)) == 0,
      size.level.rawValue <= C.Format.highestLeafLevel,
      var cursor = try? Cursor(
        view, over: VirtualRange(start: address, byteCount: size.bytes), largestLeaf: size.level, by: thread)
    else { return .notAligned }
    return CallOutcome(cursor.map(frame, properties, level: size.level))
  }

  /// Rewrites the leaf at `address` by `change`; 0 removes it.
  @inlinable @inline(__always)
  func editPage(
    _ address: VirtualAddress, _ change: (Mapping, _ word: UInt64, _ node: PhysicalAddress) -> UInt64
  ) throws(PagingError) -> Mapping {
    let raw = address.rawValue
    guard _fastPath(raw & (frameBytes &- 1) == 0 && C.Format.isMappable(address)) else {
      try OneCall.failSlow(.notAligned)
    }
    let cover = C.Strategy.acquire(view, first: raw, last: raw, lowest: .one, thread)
    // Twice the same, so that in a leaf table the shifts are constants.
    if _fastPath(cover.level == 1) { return try edit(address, cover.node, level: 1, change) }
    return try editHugeSlow(address, cover, change)
  }

  /// What ``editPage(_:_:)`` leaves: huge pages, and addresses without a leaf table.
  @inlinable @inline(never)
  func editHugeSlow(
    _ address: VirtualAddress, _ cover: CoveringNode,
    _ change: (Mapping, _ word: UInt64, _ node: PhysicalAddress) -> UInt64
  ) throws(PagingError) -> Mapping {
    try edit(address, cover.node, level: cover.level, change)
  }

  /// Rewrites the leaf at `address` in `node`, which was acquired, and releases the node.
  @inlinable @inline(__always)
  func edit(
    _ address: VirtualAddress, _ node: PhysicalAddress, level: Int,
    _ change: (Mapping, _ word: UInt64, _ node: PhysicalAddress) -> UInt64
  ) throws(PagingError) -> Mapping {
    let slot = view.slot(node, address.rawValue, level)
    let word = slot.loadRelaxed()
    if _slowPath(word == 0) {
      C.Strategy.release(view, node, thread)
      try OneCall.failSlow(.notMapped)
    }
    let old = view.mapping(word, address.rawValue, level)
    let changed = change(old, word, node)
    if changed != word { slot.storeReleasing(changed) }
    if changed == 0 {
      view.memory.record(node).addChildren(-1)
      if C.Reclamation.freesTables {
        view.releaseAndPrune(CoveringNode(node: node, level: level), at: address, by: thread)
        return old
      }
    }
    C.Strategy.release(view, node, thread)
    return old
  }

  @inlinable
  func editRegion(
    _ address: VirtualAddress, _ byteCount: UInt64, _ body: (inout Cursor<C>) -> Bool
  ) throws(PagingError) -> FlushDuty {
    if byteCount == 0 {
      try OneCall.checkEmpty(address)
      return .none
    }
    let range = VirtualRange(start: address, byteCount: byteCount)
    var isComplete = false
    do throws(RangeError) {
      var cursor = try Cursor(view, over: range, by: thread)
      isComplete = body(&cursor)
    } catch { throw .notAligned }
    if !isComplete { throw .noMemory }
    return FlushDuty(changed: range)
  }
}

/// Result of one call inside the machinery: a byte, where a thrown error would cost the fast path.
@usableFromInline
enum CallOutcome: UInt8 {
  case done
  /// No leaf table covers the address.
  case needsTable
  case noMemory
  case notAligned
  case notMapped
  case alreadyMapped
  case mappedToHugePage

  @inlinable
  init(_ outcome: MapOutcome) {
    switch outcome {
    case .mapped: self = .done
    case .alreadyMapped: self = .alreadyMapped
    case .mappedToHugePage: self = .mappedToHugePage
    case .outOfFrames: self = .noMemory
    }
  }
}

/// The outlined failure paths.
@usableFromInline
enum OneCall {
  @usableFromInline @inline(never)
  static func failSlow(_ outcome: CallOutcome) throws(PagingError) -> Never {
    switch outcome {
    case .done, .needsTable: preconditionFailure("a call that did its work, or has not, has nothing to throw")
    case .noMemory: throw .noMemory
    case .notAligned: throw .notAligned
    case .notMapped: throw .notMapped
    case .alreadyMapped: throw .alreadyMapped
    case .mappedToHugePage: throw .mappedToHugePage
    }
  }

  /// An empty region still needs an aligned address.
  @usableFromInline
  static func checkEmpty(_ address: VirtualAddress) throws(PagingError) {
    if !address.isAligned(to: frameBytes) { throw .notAligned }
  }
}
