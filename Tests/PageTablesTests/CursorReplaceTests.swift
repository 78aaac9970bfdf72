import Addressing
import Formats
import PageTables
import PagingTestSupport
import PhysicalMemory
import Testing

/// `#expect` for conditions that use a cursor, which the macro cannot take apart because it cannot be copied.
private func check(_ condition: Bool, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation) {
  #expect(condition, comment, sourceLocation: location)
}

private let page: UInt64 = 4096
private let mega: UInt64 = 2 << 20
private let giga: UInt64 = 1 << 30

/// `replace` for every configuration. Numbers in parentheses are those of the conformance checklist.
@Suite struct CursorReplaceTests {
  @Test("A hole is mapped, a leaf of the same size is returned exactly (31)", arguments: everyConfiguration)
  func sameSize(_ c: any Configuration.Type) throws { try sameSizeIn(c) }

  private func sameSizeIn<C: Configuration>(_: C.Type) throws {
    for level in 1...C.Format.highestLeafLevel {
      let bench = try Bench(C.self)
      defer { keepAlive(bench.table) }
      let size = Level(level).slotBytes
      var cursor = try bench.cursor(0, 2 * size, largestLeaf: level)
      check(cursor.jump(to: bench.at(size)))
      check(cursor.replace(PhysicalAddress(3 * size), Bench<C>.readWrite, level: Level(level)) == .mapped)
      check(cursor.isDepleted && bench.translate(size) == bench.leaf(size, 3 * size, level))
      check(cursor.jump(to: bench.at(size)))
      let outcome = cursor.replace(PhysicalAddress(2 * size), [.read, .dirty], level: Level(level))
      check(outcome == .replaced(bench.leaf(size, 3 * size, level)))
      check(cursor.address == bench.at(2 * size))
      check(bench.translate(size) == bench.leaf(size, 2 * size, level, [.read, .dirty]))
      // The next one goes through the fast path of a base page.
      check(cursor.jump(to: bench.at(0)))
      check(cursor.replace(PhysicalAddress(0), [.read], level: Level(level)) == .mapped)
      let again = cursor.replace(PhysicalAddress(0), [.read], level: Level(level))
      check(again == .replaced(bench.leaf(size, 2 * size, level, [.read, .dirty])))
    }
  }

  @Test("Child counts follow: replacing keeps them, mapping adds one", arguments: everyConfiguration)
  func counts(_ c: any Configuration.Type) throws { try countsIn(c) }

  private func countsIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    do {
      var cursor = try bench.cursor(0, 8 * page)
      for round in 0..<3 as Range<UInt64> {
        check(cursor.jump(to: bench.at(0)))
        while !cursor.isDepleted {
          let offset = cursor.address.rawValue &- bench.base
          let outcome = cursor.replace(PhysicalAddress(offset + round * mega), Bench<C>.readWrite)
          check(outcome == (round == 0 ? .mapped : .replaced(bench.leaf(offset, offset + (round - 1) * mega))))
        }
      }
    }
    bench.expectSound()
  }

  @Test("Other sizes are refused as a map refuses them (31, 32, 34)", arguments: everyConfiguration)
  func otherSizes(_ c: any Configuration.Type) throws { try otherSizesIn(c) }

  private func otherSizesIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    try bench.map(5 * page, page)
    try bench.map(mega, 4 * mega, 2)
    let before = try bench.leaves
    do {
      var cursor = try bench.cursor(0, 2 * mega, largestLeaf: 2)
      check(cursor.replace(PhysicalAddress(0), [.read], level: Level(2)) == .alreadyMapped)
      check(cursor.address == bench.at(0))
      check(cursor.jump(to: bench.at(mega + page)))
      check(cursor.replace(PhysicalAddress(0), [.read]) == .mappedToHugePage)
      check(cursor.address == bench.at(mega + page))
    }
    #expect(try bench.leaves == before)
    bench.expectSound()
  }

  @Test("A huge page takes the place of an empty table (33)", arguments: everyConfiguration)
  func emptyTable(_ c: any Configuration.Type) throws { try emptyTableIn(c) }

  private func emptyTableIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    try bench.map(0, page)
    try bench.clear(0, page)
    var cursor = try bench.cursor(0, mega, largestLeaf: 2)
    check(cursor.replace(PhysicalAddress(mega), [.read], level: Level(2)) == .mapped)
    check(cursor.jump(to: bench.at(0)))
    check(
      cursor.replace(PhysicalAddress(0), [.read], level: Level(2)) == .replaced(bench.leaf(0, mega, 2, [.read])))
  }

  @Test("A 64 KiB page of 16 equal entries is replaced page by page", arguments: everyConfiguration)
  func spread(_ c: any Configuration.Type) throws { try spreadIn(c) }

  private func spreadIn<C: Configuration>(_: C.Type) throws {
    let properties = Bench<C>.readWrite.union(.contiguous)
    guard C.Format.supports(properties, at: .one) else { return }
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    for index in 0..<16 as Range<UInt64> { try bench.map(index * page, mega + index * page, 1, properties) }
    var cursor = try bench.cursor(0, 16 * page)
    for index in 0..<16 as Range<UInt64> {
      let outcome = cursor.replace(PhysicalAddress(giga + index * page), [.read])
      check(outcome == .replaced(bench.leaf(index * page, mega + index * page, 1, properties)))
      check(bench.translate(index * page) == bench.leaf(index * page, giga + index * page, 1, [.read]))
    }
  }

  @Test("What a replacing leaf owns goes with its table (69)", arguments: everyConfiguration)
  func tracked(_ c: any Configuration.Type) throws { try trackedIn(c) }

  private func trackedIn<C: Configuration>(_: C.Type) throws {
    let other = try Bench(C.self)
    defer { keepAlive(other.table) }
    let memory = other.table.view.memory
    let frames = (0..<2).compactMap { _ in other.table.view.allocator.allocate(for: soleWorker) }
    for frame in frames { memory.record(frame).references.retain() }
    do {
      let bench = try Bench(C.self, pool: other.table.pool)
      defer { keepAlive(bench.table) }
      var cursor = try bench.cursor(0, page)
      check(cursor.replace(PhysicalAddress(giga), [.read]) == .mapped)
      for (old, new) in [(nil, frames[0]), (frames[0], frames[1])] as [(PhysicalAddress?, PhysicalAddress)] {
        check(cursor.jump(to: bench.at(0)))
        guard case .replaced(let leaf) = cursor.replace(new, [.read, .tracked]) else { return check(false, "no leaf") }
        check(leaf.properties.contains(.tracked) == (old != nil) && (old == nil || leaf.physical == old))
      }
    }
    check(frames.map { memory.record($0).references.count } == [2, 1])
  }

  @Test("A page that is misaligned or ends behind the range traps (28, 29)") func misuse() async throws {
    try replace(at: 0, of: 2 * mega, frame: mega, level: 2)
    await #expect(processExitsWith: .failure) { try replace(at: page, of: 2 * mega, frame: mega, level: 2) }
    await #expect(processExitsWith: .failure) { try replace(at: 0, of: 2 * mega, frame: page, level: 2) }
    await #expect(processExitsWith: .failure) { try replace(at: mega, of: 2 * mega - page, frame: mega, level: 2) }
  }
}

private func replace(at offset: UInt64, of length: UInt64, frame: UInt64, level: Int) throws {
  let bench = try Bench(Unlocked.self)
  defer { keepAlive(bench.table) }
  var cursor = try bench.cursor(0, length, largestLeaf: level)
  check(cursor.jump(to: bench.at(offset)))
  check(cursor.replace(PhysicalAddress(frame), [.read], level: Level(level)) == .mapped)
}
