internal import AddressSpaces
internal import Addressing
internal import Executions
internal import Formats
internal import PageTables

/// The four operations on one slot, each through one cursor: what every workload is made of. All return with how many pages they
/// failed.
///
/// The shape is a type, so that the common ones compile with their constants folded: one page per operation costs a third less
/// than with level and length in registers.
struct SlotOperations<C: Configuration, S: SlotShape> {
  let view: TableView<C>
  let thread: ThreadContext
  private let worker: WorkerState
  private let table: PageTable<C>
  private let plannedLevel: Level
  private let plannedPages: Int

  init(_ space: Space<C>, _ worker: WorkerState, _: S.Type) {
    view = space.view
    self.worker = worker
    thread = worker.thread
    table = PageTable(space.table, thread: worker.thread)
    plannedLevel = space.plan.parameters.pageSize.level
    plannedPages = space.plan.parameters.pagesPerOperation
  }

  var level: Level {
    @inline(__always) get { S.level(plannedLevel) }
  }

  var pages: Int {
    @inline(__always) get { S.pages(plannedPages) }
  }

  @inline(__always)
  private func cursor(_ start: UInt64) -> Cursor<C> {
    let bytes = level.slotBytes &* UInt64(truncatingIfNeeded: pages)
    let range = VirtualRange(start: VirtualAddress(start), byteCount: bytes)
    guard let cursor = try? Cursor(view, over: range, largestLeaf: level, by: thread)
    else { preconditionFailure("the region plan made a bad range at \(VirtualAddress(start))") }
    return cursor
  }

  /// Maps every page of the slot to the equal physical address. Fails with pages that are mapped already.
  @inline(__always)
  func map(_ start: UInt64) -> Int {
    if S.usesCalls {
      do throws(PagingError) {
        try table.map(VirtualAddress(start), to: PhysicalAddress(start), Space<C>.properties)
        return 0
      } catch {
        if error == .noMemory { worker.ranOutOfFrames = true }
        return 1
      }
    }
    var cursor = cursor(start)
    if pages == 1 {
      let outcome = cursor.map(PhysicalAddress(start), Space<C>.properties, level: level)
      if _slowPath(outcome == .outOfFrames) { worker.ranOutOfFrames = true }
      return outcome == .mapped ? 0 : 1
    }
    return pages &- (level == .one ? mapRun(&cursor) : mapHuge(&cursor))
  }

  /// Maps a run of base pages; pages that somebody else has mapped are passed over. Returns how many it mapped.
  @inline(__always)
  private func mapRun(_ cursor: inout Cursor<C>) -> Int {
    var mapped: UInt64 = 0
    while true {
      let rest = cursor.range.end.rawValue &- cursor.address.rawValue
      let run = cursor.mapRun(PhysicalAddress(cursor.address.rawValue), Space<C>.properties, pages: rest &>> 12)
      mapped &+= run.mapped
      if run.outcome == .mapped { return Int(truncatingIfNeeded: mapped) }
      if run.outcome == .outOfFrames { worker.ranOutOfFrames = true }
      if !cursor.jump(to: cursor.address &+ frameBytes) { return Int(truncatingIfNeeded: mapped) }
    }
  }

  @inline(__always)
  private func mapHuge(_ cursor: inout Cursor<C>) -> Int {
    var mapped = 0
    while !cursor.isDepleted {
      let outcome = cursor.map(PhysicalAddress(cursor.address.rawValue), Space<C>.properties, level: level)
      if outcome == .mapped {
        mapped &+= 1
      } else {
        if outcome == .outOfFrames { worker.ranOutOfFrames = true }
        if !cursor.jump(to: cursor.address &+ level.slotBytes) { break }
      }
    }
    return mapped
  }

  /// Unmaps every page of the slot. Fails with pages that are not mapped.
  @inline(__always)
  func take(_ start: UInt64) -> Int {
    if S.usesCalls { return (try? table.unmap(VirtualAddress(start))) == nil ? 1 : 0 }
    var cursor = cursor(start)
    if pages == 1 {
      if case .leaf = cursor.takeNext(level.slotBytes) { return 0 }
      return 1
    }
    var taken = 0
    _ = cursor.takeAll(cursor.range.byteCount) { _ in taken &+= 1 }
    return pages &- taken
  }

  /// Turns write permission of every page in the slot over. Fails with pages that are not mapped.
  @inline(__always)
  func protect(_ start: UInt64) -> Int {
    if S.usesCalls {
      let changed = try? table.protect(VirtualAddress(start), PropertyChange(toggle: .write))
      return changed == nil ? 1 : 0
    }
    var cursor = cursor(start)
    if pages == 1 {
      if case .leaf = cursor.protectNext(level.slotBytes, PropertyChange(toggle: .write)) { return 0 }
      return 1
    }
    let changed = cursor.protectAll(cursor.range.byteCount, PropertyChange(toggle: .write))
    return pages &- Int(truncatingIfNeeded: changed.leaves)
  }

  /// Looks every page of the slot up. Fails with pages that are not mapped as planned.
  @inline(__always)
  func query(_ start: UInt64) -> Int {
    if S.usesCalls { return walk(start) }
    var cursor = cursor(start)
    var missed = 0
    var address = start
    for page in 0..<pages {
      if page > 0 { _ = cursor.jump(to: VirtualAddress(address)) }
      guard case .mapped(let mapping) = cursor.query(), mapping.physical.rawValue == address else {
        missed &+= 1
        address &+= level.slotBytes
        continue
      }
      address &+= level.slotBytes
    }
    return missed
  }

  /// Translates every page of the slot without a lock. Fails with pages that are not mapped as planned.
  @inline(__always)
  func walk(_ start: UInt64) -> Int {
    var missed = 0
    var address = start
    for _ in 0..<pages {
      if view.translate(VirtualAddress(address), by: thread)?.physical.rawValue != address { missed &+= 1 }
      address &+= level.slotBytes
    }
    return missed
  }
}

/// How much of a slot's shape is known when the code is compiled.
protocol SlotShape: SendableMetatype {
  static func level(_ planned: Level) -> Level
  static func pages(_ planned: Int) -> Int
  /// Whether operations are single calls of `PageTable` instead of cursors.
  static var usesCalls: Bool { get }
}

extension SlotShape {
  @inline(__always) static var usesCalls: Bool { false }
}

/// One base page per operation.
enum OnePage: SlotShape {
  @inline(__always) static func level(_ planned: Level) -> Level { .one }
  @inline(__always) static func pages(_ planned: Int) -> Int { 1 }
}

/// One base page per operation, by a call of `PageTable`. Its query takes no lock under any strategy.
enum OnePageCall: SlotShape {
  @inline(__always) static func level(_ planned: Level) -> Level { .one }
  @inline(__always) static func pages(_ planned: Int) -> Int { 1 }
  @inline(__always) static var usesCalls: Bool { true }
}

/// Any size, any number.
enum AnyShape: SlotShape {
  @inline(__always) static func level(_ planned: Level) -> Level { planned }
  @inline(__always) static func pages(_ planned: Int) -> Int { planned }
}
