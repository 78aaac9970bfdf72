public import Addressing
public import Formats
public import PageTables
public import PhysicalMemory

/// Performs steps on a table and on the oracle and compares.
///
/// What a step does depends on the steps before it and nothing else. A step whose preconditions do not hold, because the step
/// that established them was cut out, is passed over.
@usableFromInline
struct OracleExecutor<C: Configuration>: ~Copyable {
  // Before the table: it must go first.
  @usableFromInline var cursor: Cursor<C>?
  @usableFromInline let table: TranslationTable<C>
  @usableFromInline var oracle = OracleAddressSpace(levels: C.Format.levels)
  /// Where the open cursor should be.
  @usableFromInline var position: UInt64 = 0
  @usableFromInline var range = VirtualRange(start: VirtualAddress(0), byteCount: 0)
  @usableFromInline var largest = Level.one
  /// Level of its covering node.
  @usableFromInline var coverLevel = 1
  /// The first difference.
  @usableFromInline var difference: OracleDifference?

  /// Frames of the pool that do not belong to the table.
  @usableFromInline let framesBeside: Int

  /// - Parameter table: an empty one.
  @inlinable
  init(_ table: TranslationTable<C>) {
    self.table = table
    framesBeside = table.pool.framesInUse - table.pool.tablesInGrace - 1
  }

  @inlinable
  var situation: OracleStepGenerator.Situation {
    OracleStepGenerator.Situation(
      isOpen: cursor != nil, range: range, position: position, largest: largest, leafCount: oracle.leaves.count)
  }

  /// Bytes between the position and the end of the cursor's range.
  @inlinable var rest: UInt64 { range.end.rawValue - position }

  /// Returns whether there was anything to do.
  @inlinable
  mutating func perform(_ step: OracleStep) -> Bool {
    switch step {
    case .open(let range, let largest):
      let halves = [C.Format.userRange, C.Format.kernelRange]
      guard range.byteCount > 0, halves.contains(where: { $0.start <= range.start && range.end <= $0.end }) else {
        return false
      }
      close()
      self.range = range
      self.largest = largest
      coverLevel = oracle.coverLevel(range, lowest: largest)
      position = range.start.rawValue
      do {
        cursor = try Cursor(table.view, over: range, largestLeaf: largest, by: soleWorker)
      } catch {
        difference = OracleDifference(step, "\(step.code) throws \(error)")
      }
      return true
    case .check:
      close()
      compareEverything(step)
      return true
    default: return cursor != nil && act(step)
    }
  }

  @inlinable
  mutating func act(_ step: OracleStep) -> Bool {
    switch step {
    case .open, .check: return false
    case .map(let frame, let properties, let level):
      guard level <= largest, position % level.slotBytes == 0, level.slotBytes <= rest else { return false }
      let mapping = Mapping(
        virtual: VirtualAddress(position), physical: frame, properties: properties, level: level)
      let expected = oracle.map(mapping)
      if expected == .mapped { position += level.slotBytes }
      expect(step, cursor!.map(frame, properties, level: level), expected)
    case .mapRun(let frame, let properties, let pages):
      guard pages * frameBytes <= rest else { return false }
      let expected = oracle.mapRun(position, frame, properties, pages: pages)
      position += expected.mapped * frameBytes
      let run = cursor!.mapRun(frame, properties, pages: pages)
      expect(step, (run.mapped, run.outcome), (expected.mapped, expected.outcome))
    case .mapRegion(let frame, let properties, let bytes, let largest):
      guard bytes <= rest, largest <= self.largest else { return false }
      let expected = oracle.mapRegion(position, frame, properties, byteCount: bytes, largest: largest)
      position += expected.mappedBytes
      let region = cursor!.mapRegion(frame, properties, byteCount: bytes, largest: largest)
      expect(step, (region.mappedBytes, region.outcome), (expected.mappedBytes, expected.outcome))
    case .replace(let frame, let properties, let level):
      guard level <= largest, position % level.slotBytes == 0, level.slotBytes <= rest else { return false }
      let mapping = Mapping(
        virtual: VirtualAddress(position), physical: frame, properties: properties, level: level)
      let expected = oracle.replace(mapping)
      if expected == .mapped || oracle.leaf(at: position) == mapping { position += level.slotBytes }
      expect(step, cursor!.replace(frame, properties, level: level), expected)
    case .find(let bytes):
      guard bytes <= rest else { return false }
      let expected = oracle.first(position, bytes)
      position = expected.map { max($0.virtual.rawValue, position) } ?? position + bytes
      expect(step, cursor!.findNext(bytes), expected)
    case .takeFragment(let bytes):
      guard bytes <= rest else { return false }
      let highest = C.Reclamation.freesTables ? coverLevel : 0
      let expected = oracle.takeFragment(position, bytes, highest: highest)
      position = expected?.range.end.rawValue ?? position + bytes
      let found = PagingTestSupport.takeFragment(&cursor!, bytes, of: table.view)
      let pages = expected?.leaves.reduce(0) { $0 + $1.byteCount / frameBytes } ?? 0
      expect(step, (found.taken, found.pages), (expected?.leaves ?? [], pages))
    case .take(let bytes):
      guard bytes <= rest else { return false }
      let expected = oracle.take(position, bytes)
      position = expected?.range.end.rawValue ?? position + bytes
      expect(step, cursor!.takeNext(bytes), NextLeaf(expected))
    case .takeAll(let bytes):
      guard bytes <= rest else { return false }
      let expected = oracle.takeAll(position, bytes)
      position += bytes
      let found = takeAll(&cursor!, bytes)
      expect(step, (found.taken, found.isComplete), (expected, true))
    case .protect(let bytes, let flags):
      guard bytes <= rest else { return false }
      let expected = oracle.protect(position, bytes) { turnOver(flags, &$0, in: C.Format.self) }
      position = expected?.range.end.rawValue ?? position + bytes
      let found = protectNext(&cursor!, bytes, turningOver: flags)
      expect(step, (found.result, found.calls), (NextLeaf(expected), expected == nil ? 0 : 1))
    case .protectAll(let bytes, let flags):
      guard bytes <= rest else { return false }
      let expected = oracle.protectAll(position, bytes) { turnOver(flags, &$0, in: C.Format.self) }
      position += bytes
      let found = protectAll(&cursor!, bytes, turningOver: flags)
      expect(step, (found.seen, found.isComplete), (expected.map(\.properties), true))
    case .change(let bytes, let change):
      guard bytes <= rest else { return false }
      let expected = oracle.protect(position, bytes) { $0 = change.apply(to: $0) }
      position = expected?.range.end.rawValue ?? position + bytes
      expect(step, cursor!.protectNext(bytes, change), NextLeaf(expected))
    case .changeAll(let bytes, let change):
      guard bytes <= rest else { return false }
      let expected = oracle.protectAll(position, bytes) { $0 = change.apply(to: $0) }
      position += bytes
      let found = cursor!.protectAll(bytes, change)
      expect(step, (found.leaves, found.isComplete), (UInt64(expected.count), true))
    case .merge(let level):
      let slot = level.slotRange(of: VirtualAddress(position))
      guard level <= largest, rest > 0, slot.start >= range.start, slot.end <= range.end,
        slot.byteCount == level.slotBytes
      else { return false }
      let isEmpty = oracle.first(slot.start.rawValue, slot.byteCount) == nil
      let expected = oracle.merge(position, level) { C.Format.supports($0, at: level) }
      let result = cursor!.merge(level: level)
      // Where empty nodes are taken out at once there may be none.
      if C.Reclamation.prunesOnLeave && isEmpty && result == .notTable { return true }
      expect(step, result, expected)
    case .query:
      let result = cursor!.query()
      if position == range.end.rawValue {
        expect(step, result, .outOfRange)
      } else if let leaf = oracle.leaf(at: position) {
        expect(step, result, .mapped(leaf))
      } else if case .unmapped(let slot) = result, C.Reclamation.prunesOnLeave, isHole(slot) {
        return true
      } else {
        expect(step, result, .unmapped(slot: oracle.hole(position)))
      }
    case .item:
      guard position < range.end.rawValue else {
        expect(step, cursor!.nextItem() == nil, true)
        return true
      }
      let result = nextItem(&cursor!)
      let leaf = oracle.leaf(at: position)
      let slot = leaf?.range ?? oracle.hole(position)
      var expected = VirtualRange(VirtualAddress(position), min(slot.end, range.end))
      // A hole may come as one item with an empty node around it, depending on which node the cursor is in.
      if result.mapping == nil, result.range.start == expected.start, result.range.end > expected.end,
        result.range.end <= range.end, isHole(result.range)
      {
        expected = result.range
      }
      position = expected.end.rawValue
      expect(step, (result.range, result.mapping), (expected, leaf))
    case .jump(let target):
      let isInside = range.contains(target)
      if isInside { position = target.rawValue }
      expect(step, cursor!.jump(to: target), isInside)
    }
    return true
  }

  /// Whether nothing is mapped in the range, which holds the position. Where nodes are taken out at once, how large a hole the
  /// cursor sees depends on which nodes it has left.
  @inlinable
  func isHole(_ hole: VirtualRange) -> Bool {
    hole.start.rawValue <= position && position < hole.end.rawValue
      && oracle.first(hole.start.rawValue, hole.byteCount) == nil
  }

  /// Ends the life of the cursor.
  @inlinable
  mutating func close() {
    cursor = nil
    if C.Reclamation.freesTables { oracle.prune() }
  }

  // MARK: Comparing

  /// Compares the result of a call, and where the cursor is after it.
  @inlinable
  mutating func expect<A: Equatable & SwiftExpressible>(_ step: OracleStep, _ result: A, _ expected: A) {
    if result != expected {
      differ(step, "gave \(result)", "expected \(expected)", ["result == \(expected.swiftCode)"])
    }
    comparePosition(step)
  }

  @inlinable
  mutating func expect<A: Equatable & SwiftExpressible, B: Equatable & SwiftExpressible>(
    _ step: OracleStep, _ result: (A, B), _ expected: (A, B)
  ) {
    if result != expected {
      differ(
        step, "gave \(result)", "expected \(expected)", ["result == (\(expected.0.swiftCode), \(expected.1.swiftCode))"]
      )
    }
    comparePosition(step)
  }

  @inlinable @inline(__always)
  mutating func comparePosition(_ step: OracleStep) {
    let address = cursor?.address ?? VirtualAddress(0)
    if address.rawValue != position {
      differ(
        step, "left the cursor at \(address)", "expected it at \(VirtualAddress(position))",
        ["address == \(VirtualAddress(position).swiftCode)"])
    }
  }

  @usableFromInline @inline(never)
  mutating func differ(_ step: OracleStep, _ found: String, _ expected: String, _ assertions: [String]) {
    if difference == nil {
      difference = OracleDifference(step, "\(step.code) \(found); \(expected)", assertions: assertions)
    }
  }

  /// Structure, every leaf by the lock-free walk and by cursors, and the number of nodes and frames.
  @inlinable
  mutating func compareEverything(_ step: OracleStep) {
    let audit = TableAudit(table.view, pool: table.pool, framesBesideTables: framesBeside)
    if let violation = audit.violations.first {
      differ(
        step, violation, "expected a sound table",
        ["TableAudit(table.view, pool: table.pool, framesBesideTables: \(framesBeside)).violations == []"])
    }
    let detached = C.Reclamation.freesTables ? 0 : oracle.retiredNodes
    if audit.detachedTables != detached {
      differ(
        step, "found \(audit.detachedTables) detached nodes", "expected \(detached)",
        ["TableAudit(table.view).detachedTables == \(detached)"])
    }
    if audit.tables != oracle.nodes.count + 1 {
      differ(
        step, "found \(audit.tables) nodes", "expected \(oracle.nodes.count + 1)",
        ["TableAudit(table.view).tables == \(oracle.nodes.count + 1)"])
    }
    let walk = leavesByWalk(table.view)
    compareLeaves(step, "leavesByWalk(table.view).leaves", walk.leaves)
    if let complaint = walk.complaint {
      differ(step, complaint, "expected the same", ["leavesByWalk(table.view).complaint == nil"])
    }
    compareLeaves(
      step, "leavesByCursor(table.view, nodes: \(audit.tables))", leavesByCursor(table.view, nodes: audit.tables))
  }

  @inlinable
  mutating func compareLeaves(_ step: OracleStep, _ code: String, _ leaves: [Mapping]) {
    if leaves == oracle.leaves { return }
    let found = leaves.first { !oracle.leaves.contains($0) }
    let missed = oracle.leaves.first { !leaves.contains($0) }
    differ(
      step, "\(code) has \(leaves.count) leaves, \(found.map { "\($0)" } ?? "none") too many",
      "expected \(oracle.leaves.count), \(missed.map { "\($0)" } ?? "none") missing",
      oracle.leaves.count <= 4
        ? ["\(code) == \(oracle.leaves.swiftCode)"] : ["\(code).count == \(oracle.leaves.count)"])
  }
}

extension NextLeaf {
  @inlinable init(_ leaf: Mapping?) { self = leaf.map(NextLeaf.leaf) ?? .none }
}
