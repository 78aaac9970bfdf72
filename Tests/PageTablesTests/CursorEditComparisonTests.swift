import Addressing
import Formats
import PageTables
import PagingTestSupport
import Testing

private let page: UInt64 = 4096
private let mega: UInt64 = 2 << 20
private let giga: UInt64 = 1 << 30

/// Random finds, items, replaces and merges through one cursor mean the same as in a sorted list of leaves.
@Suite struct CursorEditComparisonTests {
  @Test(arguments: everyConfiguration) func comparison(_ c: any Configuration.Type) throws { try compare(c) }

  private func compare<C: Configuration>(_: C.Type) throws {
    let seed = testSeed("edits \(C.Strategy.name) \(C.Format.name)")
    var comparison = try CursorEditComparison<C>(seed: seed)
    let failure = try comparison.run(steps: testSteps(8000))
    #expect(failure == nil, "seed \(seed)")
  }
}

private struct CursorEditComparison<C: Configuration> {
  private let bench: Bench<C>
  private var oracle = OracleAddressSpace()
  private var generator: SeededGenerator
  private var failure: String?

  /// Two level-2 slots on either side of a level-3 slot's border.
  private static var first: UInt64 { giga - 2 * mega }
  private static var end: UInt64 { giga + 2 * mega }

  init(seed: UInt64) throws {
    bench = try Bench(C.self, frames: 1 << 14)
    generator = SeededGenerator(seed: seed)
  }

  mutating func run(steps: Int) throws -> String? {
    defer { keepAlive(bench.table) }
    var step = 0
    while step < steps {
      let start = Self.first + UInt64.random(in: 0..<2000, using: &generator) * page
      let length = generator.pick([1, 2, 511, 512, 513, 2048]) * page
      let range = generator.chance(50) ? (Self.first, Self.end) : (start, min(start + length, Self.end))
      var cursor = try bench.cursor(range.0, range.1, largestLeaf: 2)
      repeat {
        operate(&cursor)
        step += 1
        if let failure { return "step \(step): \(failure)" }
      } while generator.chance(90)
    }
    let leaves = try bench.leaves
    return leaves == oracle.leaves ? TableAudit(bench.table.view).violations.first : "the leaves differ in the end"
  }

  private mutating func operate(_ cursor: inout Cursor<C>) {
    switch Int.random(in: 0..<20, using: &generator) {
    case 0..<5: replace(&cursor)
    case 5..<8: find(&cursor)
    case 8..<13: nextItem(&cursor)
    case 13: merge(&cursor)
    case 14: fillAndMerge(&cursor)
    case 15..<17: take(&cursor)
    default: jump(&cursor)
    }
  }

  private mutating func randomLength(_ cursor: borrowing Cursor<C>) -> UInt64 {
    let rest = cursor.range.end.rawValue - cursor.address.rawValue
    return min(generator.pick([0, 1, 2, 16, 511, 512, 513, 2048]) * page, rest)
  }

  private mutating func replace(_ cursor: inout Cursor<C>) {
    let level = Level(generator.chance(15) ? 2 : 1)
    let address = cursor.address
    guard address.isAligned(to: level.slotBytes), level.slotBytes <= cursor.range.end.rawValue - address.rawValue else {
      return
    }
    let new = Mapping(
      virtual: address, physical: PhysicalAddress(UInt64.random(in: 0..<64, using: &generator) * level.slotBytes),
      properties: generator.pick([[.read], [.read, .write], [.read, .dirty]]), level: level)
    var expected: ReplaceOutcome
    if let old = oracle.leaf(at: address.rawValue), old.level == level {
      expected = .replaced(old)
      _ = oracle.take(address.rawValue, level.slotBytes)
      _ = oracle.map(new)
    } else {
      switch oracle.map(new) {
      case .mapped: expected = .mapped
      case .alreadyMapped: expected = .alreadyMapped
      case .mappedToHugePage: expected = .mappedToHugePage
      case .outOfFrames: expected = .outOfFrames
      }
    }
    let outcome = cursor.replace(new.physical, new.properties, level: level)
    let isDone = expected != .alreadyMapped && expected != .mappedToHugePage
    if outcome != expected || cursor.address != (isDone ? address &+ level.slotBytes : address) {
      fail("replacing by \(new) gave \(outcome) at \(cursor.address); expected \(expected)")
    }
  }

  private mutating func find(_ cursor: inout Cursor<C>) {
    let start = cursor.address
    let length = randomLength(cursor)
    let expected =
      length == 0
      ? nil
      : oracle.leaves.first {
        $0.virtual.rawValue + ($0.byteCount - 1) >= start.rawValue
          && $0.virtual.rawValue <= start.rawValue + (length - 1)
      }
    let found = cursor.findNext(length)
    let position = expected.map { max($0.virtual, start) } ?? start &+ length
    if found != expected || cursor.address != position {
      fail("finding in \(length) bytes at \(start) gave \(found as Any) at \(cursor.address)")
    }
  }

  private mutating func nextItem(_ cursor: inout Cursor<C>) {
    let start = cursor.address
    guard let item = cursor.nextItem() else {
      if start != cursor.range.end { fail("no item at \(start)") }
      return
    }
    let leaf = oracle.leaf(at: start.rawValue)
    let isRight =
      leaf.map {
        item.range == $0.range.clipped(to: VirtualRange(start, cursor.range.end))
          && item.physical == $0.physical(of: start)
      } ?? !oracle.isMapped(start.rawValue, item.range.byteCount)
    if item.mapping != leaf || !isRight || item.range.start != start || item.range.end <= start
      || item.range.end > cursor.range.end || cursor.address != item.range.end
    {
      fail("the item at \(start) is \(item), and the cursor at \(cursor.address); expected \(leaf as Any)")
    }
  }

  private mutating func merge(_ cursor: inout Cursor<C>) {
    let start = cursor.address
    let slot = Level(2).slotRange(of: start)
    guard start < cursor.range.end, slot.start >= cursor.range.start, slot.end <= cursor.range.end else { return }
    let leaves = oracle.leaves.filter { slot.contains($0.virtual) }
    let isFull = leaves.count == 512
    let used: PageProperties = [.accessed, .dirty]
    let isUniform =
      isFull
      && leaves.enumerated().allSatisfy {
        $1.physical == leaves[0].physical &+ UInt64($0) * page
          && $1.properties.subtracting(used) == leaves[0].properties.subtracting(used)
      }
    let isAligned = isUniform && leaves[0].physical.isAligned(to: mega)
    let outcome = cursor.merge(level: Level(2))
    if cursor.address != start { fail("merging moved the cursor from \(start) to \(cursor.address)") }
    switch outcome {
    case .merged(let leaf):
      let properties = leaves.reduce(into: PageProperties()) { $0.formUnion($1.properties) }
      let expected = Mapping(
        virtual: slot.start, physical: leaves.first?.physical ?? PhysicalAddress(0), properties: properties,
        level: Level(2))
      guard isAligned && leaf == expected else { return fail("merging at \(start) gave \(leaf)") }
      while oracle.take(slot.start.rawValue, mega) != nil {}
      _ = oracle.map(leaf)
    case .notTable: if leaves.count > 1 || leaves.first?.level == .one { fail("no table at \(start)") }
    case .notUniform: if isUniform || leaves.first?.level == Level(2) { fail("not uniform at \(start)") }
    case .misaligned: if !isUniform || isAligned { fail("misaligned at \(start)") }
    case .unsupported, .sharedTable: fail("merging at \(start) gave \(outcome)")
    }
  }

  /// Makes a table that can be merged, or nearly so.
  private mutating func fillAndMerge(_ cursor: inout Cursor<C>) {
    let slot = Level(2).slotRange(of: cursor.address)
    guard slot.start >= cursor.range.start, slot.end <= cursor.range.end, cursor.jump(to: slot.start) else { return }
    while oracle.take(slot.start.rawValue, mega) != nil {}
    if !cursor.takeAll(mega, { _ in }) { fail("taking ran out of frames") }
    let shift = generator.chance(20) ? page : 0
    let odd = generator.chance(30) ? UInt64.random(in: 0..<512, using: &generator) : 512
    _ = cursor.jump(to: slot.start)
    for index in 0..<512 as Range<UInt64> {
      var properties: PageProperties = [.read, .write]
      if generator.chance(1) { properties.insert(.accessed) }
      if index == odd { properties = generator.pick([[.read], [.read, .write, .dirty]]) }
      let leaf = Mapping(
        virtual: slot.start &+ index * page, physical: PhysicalAddress(4 * giga + shift + index * page),
        properties: properties, level: .one)
      _ = oracle.map(leaf)
      if cursor.map(leaf.physical, properties) != .mapped { fail("filling \(slot) stopped at \(index)") }
    }
    let inside = slot.start &+ UInt64.random(in: 0..<512, using: &generator) * page
    if cursor.jump(to: inside) { merge(&cursor) }
  }

  private mutating func take(_ cursor: inout Cursor<C>) {
    let start = cursor.address
    let length = randomLength(cursor)
    let expected = oracle.take(start.rawValue, length)
    if cursor.takeNext(length) != expected.map(NextLeaf.leaf) ?? NextLeaf.none { fail("taking at \(start)") }
  }

  private mutating func jump(_ cursor: inout Cursor<C>) {
    let pages = cursor.range.byteCount / page
    let offset = UInt64.random(in: 0..<pages, using: &generator)
    // Often to where a huge page fits.
    let target = cursor.range.start &+ (generator.chance(40) ? offset & ~511 : offset) * page
    if !cursor.jump(to: target) { fail("no jump to \(target)") }
  }

  private mutating func fail(_ message: String) {
    if failure == nil { failure = message }
  }
}
