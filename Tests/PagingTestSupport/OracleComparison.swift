internal import Addressing
internal import Executions
internal import Formats
public import PageTables

/// Drives cursors over a table and an oracle with the same random operations and compares every result.
///
/// Addresses are biased to the borders of slots, nodes and root slots in both halves; half of the operations reuse a cursor that
/// stands at an odd place, where most known cursor bugs show.
public struct OracleComparison<C: Configuration> {
  private var table: TranslationTable<C>
  private let makeTable: () throws -> TranslationTable<C>
  private var oracle = OracleAddressSpace()
  private var generator: SeededGenerator
  private var step = 0
  /// The first difference, with the step that showed it.
  public private(set) var failure: String?

  public init(seed: UInt64, makeTable: @escaping () throws -> TranslationTable<C>) throws {
    self.makeTable = makeTable
    table = try makeTable()
    generator = SeededGenerator(seed: seed)
  }

  /// Steps on one tree. Tables stay once they are made, so only a fresh tree shows what missing ones do.
  private static var stepsPerTree: Int { 4000 }

  public mutating func run(steps: Int) throws {
    while step < steps && failure == nil {
      let end = min(step + Self.stepsPerTree, steps)
      while step < end && failure == nil {
        useOneCursor()
        // Splitting a 1 GiB leaf down leaves thousands of pieces behind: empty the tree now and then.
        if oracle.leaves.count > 2000 {
          checkAll()
          takeEverything()
        }
      }
      checkAll()
      table = try makeTable()
      oracle = OracleAddressSpace()
    }
  }

  // MARK: Operations

  private mutating func useOneCursor() {
    let range = randomRange()
    let largest = Level(Int.random(in: 1...C.Format.highestLeafLevel, using: &generator))
    guard var cursor = try? Cursor(table.view, over: range, largestLeaf: largest, by: soleWorker) else {
      return fail("cursor over \(range) was refused")
    }
    repeat {
      operate(&cursor, largest)
      step += 1
      let address = cursor.address.rawValue
      if address < range.start.rawValue || address > range.end.rawValue {
        fail("cursor left \(range): \(cursor.address)")
      }
    } while generator.chance(75) && failure == nil
  }

  private mutating func operate(_ cursor: inout Cursor<C>, _ largest: Level) {
    switch Int.random(in: 0..<100, using: &generator) {
    case 0..<30: map(&cursor, largest)
    case 30..<40: mapRun(&cursor)
    case 40..<55: take(&cursor)
    case 55..<60: takeAll(&cursor)
    case 60..<70: protect(&cursor)
    case 70..<75: protectAll(&cursor)
    case 75..<90: query(&cursor)
    default: jump(&cursor)
    }
  }

  private mutating func map(_ cursor: inout Cursor<C>, _ largest: Level) {
    let level = generator.chance(50) ? largest : .one
    let address = cursor.address
    // Anything else traps, by contract.
    guard address.isAligned(to: level.slotBytes), level.slotBytes <= cursor.range.end.rawValue - address.rawValue else {
      return
    }
    let mapping = Mapping(
      virtual: address, physical: randomFrame(level), properties: randomProperties(at: level), level: level)
    let expected = oracle.map(mapping)
    let outcome = cursor.map(mapping.physical, mapping.properties, level: level)
    let position = expected == .mapped ? address &+ level.slotBytes : address
    if outcome != expected || cursor.address != position {
      fail("map \(mapping) gave \(outcome) at \(cursor.address); expected \(expected) at \(position)")
    }
  }

  private mutating func mapRun(_ cursor: inout Cursor<C>) {
    let start = cursor.address
    let pages = randomLength(upTo: min(cursor.range.end.rawValue - start.rawValue, 1024 * frameBytes)) / frameBytes
    let frame = PhysicalAddress(UInt64.random(in: 0..<1 << 30, using: &generator) * frameBytes)
    let properties = randomProperties(at: .one)
    var mapped: UInt64 = 0
    var expected = MapOutcome.mapped
    while mapped < pages && expected == .mapped {
      expected = oracle.map(
        Mapping(
          virtual: start &+ mapped * frameBytes, physical: frame &+ mapped * frameBytes, properties: properties,
          level: .one))
      if expected == .mapped { mapped += 1 }
    }
    let run = cursor.mapRun(frame, properties, pages: pages)
    if run.mapped != mapped || run.outcome != expected || cursor.address != start &+ mapped * frameBytes {
      fail("run of \(pages) at \(start) gave \(run) at \(cursor.address); expected \(mapped), \(expected)")
    }
  }

  private mutating func takeAll(_ cursor: inout Cursor<C>) {
    let start = cursor.address
    let length = randomLength(upTo: cursor.range.end.rawValue - start.rawValue)
    var expected: [Mapping] = []
    while let leaf = oracle.take(start.rawValue, length) { expected.append(leaf) }
    var taken: [Mapping] = []
    let isComplete = cursor.takeAll(length) { taken.append($0) }
    if taken != expected || !isComplete || cursor.address != start &+ length {
      fail("taking all of \(length) bytes at \(start) gave \(taken.count) leaves; expected \(expected.count)")
    }
  }

  private mutating func protectAll(_ cursor: inout Cursor<C>) {
    let start = cursor.address
    let length = randomLength(upTo: cursor.range.end.rawValue - start.rawValue)
    var expected = 0
    var next = start.rawValue
    while let leaf = oracle.protect(next, start.rawValue + length - next, { Self.turnOver(.write, &$0) }) {
      expected += 1
      next = leaf.virtual.rawValue + leaf.byteCount
    }
    var changed = 0
    let isComplete = cursor.protectAll(length) {
      Self.turnOver(.write, &$0)
      changed += 1
    }
    if changed != expected || !isComplete || cursor.address != start &+ length {
      fail("protecting all of \(length) bytes at \(start) changed \(changed) leaves; expected \(expected)")
    }
  }

  private mutating func take(_ cursor: inout Cursor<C>) {
    let start = cursor.address
    let length = randomLength(upTo: cursor.range.end.rawValue - start.rawValue)
    let expected = oracle.take(start.rawValue, length)
    compare("take", start, length, cursor.takeNext(length), expected, cursor.address)
  }

  private mutating func protect(_ cursor: inout Cursor<C>) {
    let start = cursor.address
    let length = randomLength(upTo: cursor.range.end.rawValue - start.rawValue)
    let flips: PageProperties = generator.pick([[], .write, .execute, .user, [.accessed, .dirty], .global])
    let expected = oracle.protect(start.rawValue, length) { Self.turnOver(flips, &$0) }
    var calls = 0
    let result = cursor.protectNext(length) {
      Self.turnOver(flips, &$0)
      calls += 1
    }
    compare("protect", start, length, result, expected, cursor.address)
    if calls != (expected == nil ? 0 : 1) { fail("protect called its change \(calls) times") }
  }

  private mutating func compare(
    _ verb: String, _ start: VirtualAddress, _ length: UInt64, _ result: NextLeaf, _ expected: Mapping?,
    _ position: VirtualAddress
  ) {
    let wanted = expected.map { $0.virtual &+ $0.byteCount } ?? start &+ length
    if result != expected.map(NextLeaf.leaf) ?? NextLeaf.none || position != wanted {
      fail(
        "\(verb) \(length) bytes at \(start) gave \(result) at \(position); expected \(expected as Any) at \(wanted)")
    }
  }

  private mutating func query(_ cursor: inout Cursor<C>) {
    let address = cursor.address
    let isDepleted = cursor.isDepleted
    let expected = isDepleted ? nil : oracle.leaf(at: address.rawValue)
    switch cursor.query() {
    case .outOfRange:
      if !isDepleted { fail("query at \(address) says out of range") }
    case .unmapped(let slot):
      if isDepleted || expected != nil || !slot.contains(address)
        || oracle.isMapped(slot.start.rawValue, slot.byteCount)
      {
        fail("query at \(address) says \(slot) is unmapped; expected \(expected as Any)")
      }
    case .mapped(let mapping):
      if mapping != expected { fail("query at \(address) found \(mapping); expected \(expected as Any)") }
    }
    if cursor.address != address { fail("query moved the cursor from \(address) to \(cursor.address)") }
  }

  private mutating func jump(_ cursor: inout Cursor<C>) {
    let before = cursor.address
    let range = cursor.range
    let pages = range.byteCount / frameBytes
    let target =
      generator.chance(10)
      ? range.end : range.start &+ UInt64.random(in: 0..<pages, using: &generator) * frameBytes
    let isInside = range.contains(target)
    let moved = cursor.jump(to: target)
    if moved != isInside || cursor.address != (isInside ? target : before) {
      fail("jump to \(target) in \(range) gave \(moved) at \(cursor.address)")
    }
  }

  private mutating func takeEverything() {
    for range in [C.Format.userRange, C.Format.kernelRange] where range.byteCount > 0 {
      guard var cursor = try? Cursor(table.view, over: range, by: soleWorker) else { return fail("whole half refused") }
      while case .leaf(let old) = cursor.takeNext(range.end.rawValue - cursor.address.rawValue) {
        if oracle.take(old.virtual.rawValue, old.byteCount) != old { fail("unmapping everything found a stray \(old)") }
      }
    }
    if !oracle.leaves.isEmpty { fail("unmapping everything missed \(oracle.leaves.count) leaves") }
  }

  /// Structure, then every leaf by the lock-free walk.
  private mutating func checkAll() {
    let audit = TableAudit(table.view)
    if let violation = audit.violations.first { fail(violation) }
    if audit.leafCount != oracle.leaves.count {
      fail("the table has \(audit.leafCount) leaves, the oracle \(oracle.leaves.count)")
    }
    for leaf in oracle.leaves {
      for address in [leaf.virtual, leaf.virtual &+ (leaf.byteCount - frameBytes)]
      where table.view.translate(address) != leaf {
        return fail("walk of \(address) found \(table.view.translate(address) as Any); expected \(leaf)")
      }
    }
  }

  // MARK: Generators

  private static var anchors: [UInt64] {
    let user = C.Format.userRange
    let kernel = C.Format.kernelRange
    return [
      0, 2 << 20, 1 << 30, (1 << 30) - (2 << 20), 1 << 39, (1 << 39) - (1 << 30),
      (user.end.rawValue + frameBytes) &- (1 << 30), user.end.rawValue, kernel.start.rawValue,
      kernel.start.rawValue &+ (1 << 30), kernel.start.rawValue &+ (1 << 39), kernel.end.rawValue,
    ]
  }

  private mutating func randomRange() -> VirtualRange {
    // Room for a leaf of 512 GiB where the format has one.
    let large: UInt64 = C.Format.highestLeafLevel > 3 ? 1 << 27 : 1 << 19
    while true {
      let offset = Int64.random(in: -3...4, using: &generator) * generator.pick([4096, 4096, 2 << 20])
      let start = generator.pick(Self.anchors) &+ UInt64(bitPattern: offset)
      let pages = generator.pick(
        [1, 1, 2, 3, 511, 512, 513, 1024, 1 << 18, (1 << 18) + 1, large] as [UInt64])
      let range = VirtualRange(start: VirtualAddress(start), byteCount: pages * frameBytes)
      if range.start >= range.end { continue }
      for half in [C.Format.userRange, C.Format.kernelRange] where half.contains(range.start) && range.end <= half.end {
        return range
      }
    }
  }

  private mutating func randomLength(upTo limit: UInt64) -> UInt64 {
    let pages = generator.pick([0, 1, 1, 2, 511, 512, 513, 1 << 18] as [UInt64])
    return min(pages * frameBytes, limit)
  }

  private mutating func randomFrame(_ level: Level) -> PhysicalAddress {
    let slots = (UInt64(1) << UInt64(C.Format.physicalAddressBits)) / level.slotBytes
    return PhysicalAddress(
      generator.pick([0, slots - 1, UInt64.random(in: 0..<slots, using: &generator)]) * level.slotBytes)
  }

  private static var rights: [PageProperties] {
    [[], .read, [.read, .write], [.read, .execute], .execute, .write, [.read, .write, .execute, .user]]
  }

  /// Rights that the format has, decorated with whatever else it can say at the level. `contiguous` is left out: runs are
  /// their owner's to keep alike.
  private mutating func randomProperties(at level: Level) -> PageProperties {
    var properties = generator.pick(Self.rights)
    while !C.Format.supports(properties, at: level) { properties = generator.pick(Self.rights) }
    while generator.chance(40) {
      var decorated = properties
      switch Int.random(in: 0..<10, using: &generator) {
      case 0, 1: decorated.formUnion([.global, .accessed])
      case 2: decorated.insert(.dirty)
      case 3: decorated.insert(.dirtyTracking)
      case 4: decorated.insert(.executeElsewhere)
      case 5: decorated.insert(.ownLevelOnly)
      case 6: decorated.shareability = generator.pick(PageProperties.Shareability.allCases)
      case 7: decorated.protectionKey = UInt8.random(in: 0..<16, using: &generator)
      case 8: decorated.memoryIndex = UInt8.random(in: 0..<8, using: &generator)
      // Not the lowest bit: a tracked leaf owns frames, and these lead outside the arena.
      default: decorated.software = UInt16.random(in: 0..<generator.pick([4, 8, 1024]), using: &generator) & ~1
      }
      if C.Format.supports(decorated, at: level) { properties = decorated }
    }
    return properties
  }

  /// Turns the flags over if the format can say the outcome; both oracle and cursor do this.
  private static func turnOver(_ flags: PageProperties, _ properties: inout PageProperties) {
    let turned = properties.symmetricDifference(flags)
    // None of these flags depends on the level.
    if C.Format.supports(turned, at: .one) { properties = turned }
  }

  private mutating func fail(_ message: String) {
    if failure == nil { failure = "step \(step): \(message)" }
  }
}
