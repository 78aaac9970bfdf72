import Addressing
import Executions
import Formats
import PageTables
import PagingTestSupport
import PhysicalMemory
import Strategies
import Testing

/// Statements about one cursor, for every configuration. Numbers in parentheses are those of the conformance checklist.
@Suite struct CursorTests {
  private func forEachConfiguration(_ body: (any CursorStatements) throws -> Void) rethrows {
    try body(Statements<Unlocked>())
    try body(Statements<GlobalTTAS>())
    try body(Statements<GlobalTicket>())
    try body(Statements<CouplingTTAS>())
    try body(Statements<CouplingTicket>())
    try body(Statements<Coupled<X86_64LA57>>())
    try body(Statements<Coupled<Sv39>>())
    try body(Statements<Coupled<Sv48>>())
    try body(Statements<Coupled<Sv57>>())
    try body(Statements<Coupled<AArch64>>())
    try body(Statements<Coupled<LoongArch64>>())
  }

  @Test("Ranges are checked in the documented order (1–6)")
  func ranges() throws { try forEachConfiguration { try $0.ranges() } }
  @Test("An empty tree keeps the root; existing tables give the covering level (8, 9)")
  func coveringLevel() throws { try forEachConfiguration { try $0.coveringLevel() } }
  @Test("Queries report slots, huge leaves and depletion (10–13, 21)")
  func query() throws { try forEachConfiguration { try $0.query() } }
  @Test("Jumps inside the range move, others do not (18, 21–23)")
  func jump() throws { try forEachConfiguration { try $0.jump() } }
  @Test("A map never replaces anything (26, 27, 31, 32, 34)")
  func mapNeverReplaces() throws { try forEachConfiguration { try $0.mapNeverReplaces() } }
  @Test("A cursor in a leaf table climbs to map a huge page (30)")
  func mapClimbs() throws { try forEachConfiguration { try $0.mapClimbs() } }
  @Test("A huge page takes the place of empty tables (33)")
  func hugeOverEmptyTables() throws { try forEachConfiguration { try $0.hugeOverEmptyTables() } }
  @Test("Without frames a map fails and changes no mapping (35)")
  func outOfFrames() throws { try forEachConfiguration { try $0.outOfFrames() } }
  @Test("Taking reports the page, not the address behind it (41–47)")
  func take() throws { try forEachConfiguration { try $0.take() } }
  @Test("Taking part of a huge leaf leaves the rest mapped (51)")
  func partialHugeLeaf() throws { try forEachConfiguration { try $0.partialHugeLeaf() } }
  @Test("Protecting touches only the range (57–62)")
  func protect() throws { try forEachConfiguration { try $0.protect() } }
  @Test("The largest leaf of the format maps, translates and splits (51, 87, 93)")
  func largestLeaf() throws { try forEachConfiguration { try $0.largestLeaf() } }
  @Test("A 64 KiB page of 16 equal entries translates page by page")
  func spreadPage() throws { try forEachConfiguration { try $0.spreadPage() } }
  @Test("The borders of the address space work (6, 23, 40)")
  func borders() throws { try forEachConfiguration { try $0.borders() } }
}

private protocol CursorStatements {
  func ranges() throws
  func coveringLevel() throws
  func query() throws
  func jump() throws
  func mapNeverReplaces() throws
  func mapClimbs() throws
  func hugeOverEmptyTables() throws
  func outOfFrames() throws
  func take() throws
  func partialHugeLeaf() throws
  func protect() throws
  func largestLeaf() throws
  func spreadPage() throws
  func borders() throws
}

/// `#expect` for conditions that use a cursor, which the macro cannot take apart because it cannot be copied.
private func check(_ condition: Bool, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation) {
  #expect(condition, comment, sourceLocation: location)
}

private let readWrite: PageProperties = [.read, .write, .user]
private let page: UInt64 = 4096
private let mega: UInt64 = 2 << 20
private let giga: UInt64 = 1 << 30

private func range(_ start: UInt64, _ end: UInt64) -> VirtualRange {
  VirtualRange(VirtualAddress(start), VirtualAddress(end))
}

private struct Statements<C: Configuration>: CursorStatements {
  private func cursor(
    _ table: TranslationTable<C>, _ start: UInt64, _ end: UInt64, largestLeaf: Int = 1
  ) throws -> Cursor<C> {
    try Cursor(table.view, over: range(start, end), largestLeaf: Level(largestLeaf), by: soleWorker)
  }

  private func map(_ table: TranslationTable<C>, _ address: UInt64, _ frame: UInt64, level: Int = 1) throws
    -> MapOutcome
  {
    var cursor = try cursor(table, address, address + Level(level).slotBytes, largestLeaf: level)
    return cursor.map(PhysicalAddress(frame), readWrite, level: Level(level))
  }

  private func expectSound(_ table: TranslationTable<C>) {
    check(TableAudit(table.view).violations == [])
  }

  func ranges() throws {
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    func error(_ start: UInt64, _ end: UInt64) -> RangeError? {
      do throws(RangeError) {
        _ = try Cursor(table.view, over: range(start, end), by: soleWorker)
        return nil
      } catch { return error }
    }
    let lastUser = C.Format.userRange.end.rawValue
    let firstKernel = C.Format.kernelRange.start.rawValue
    check(error(0, page) == nil)
    check(error(0, 0) == .invalidRange(range(0, 0)))
    check(error(0x2000, 0x1000) == .invalidRange(range(0x2000, 0x1000)))
    check(error(0, page + 1) == .unaligned(range(0, page + 1)))
    check(error(1, page + 1) == .unaligned(range(1, page + 1)))
    check(error(lastUser - page, lastUser) == nil)
    check(error(lastUser - page, lastUser + page) == .invalidRange(range(lastUser - page, lastUser + page)))
    // Non-canonical addresses, and canonical ones that the tree has no place for (92).
    let beyond = [lastUser + page, 1 << 60, ~(1 << 60) & ~(page - 1)]
    for start in C.Format.kernelRange.byteCount > 0 ? beyond : beyond + [~(giga - 1), UInt64(1) << 63] {
      check(error(start, start + page) == .invalidRange(range(start, start + page)))
    }
    if C.Format.kernelRange.byteCount > 0 {
      check(error(lastUser + page, firstKernel + page) == .invalidRange(range(lastUser + page, firstKernel + page)))
      check(error(firstKernel - page, firstKernel) == .invalidRange(range(firstKernel - page, firstKernel)))
      check(error(firstKernel, firstKernel + page) == nil)
      check(error(0, firstKernel + page) == .invalidRange(range(0, firstKernel + page)))
    }
    expectSound(table)
  }

  func coveringLevel() throws {
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    check(try cursor(table, 0, page).coveringLevel == C.Format.rootLevel)
    check(try map(table, 0, page) == .mapped)
    check(try map(table, mega, page) == .mapped)
    check(try map(table, giga, page) == .mapped)
    check(try cursor(table, 0, page).coveringLevel == .one)
    check(try cursor(table, mega - page, mega + page).coveringLevel == Level(2))
    check(try cursor(table, giga - page, giga + page).coveringLevel == Level(3))
    if C.Format.levels > 3 {
      check(try map(table, giga * 512, page) == .mapped)
      check(try cursor(table, giga * 512 - page, giga * 512 + page).coveringLevel == Level(4))
    }
  }

  func query() throws {
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    check(try map(table, mega, 4 * mega, level: 2) == .mapped)
    check(try map(table, 0, 7 * page) == .mapped)
    var cursor = try cursor(table, 0, 2 * mega)
    guard case .mapped(let small) = cursor.query() else { return check(false, "the mapped page is not found") }
    check(small == Mapping(virtual: .init(0), physical: .init(7 * page), properties: readWrite, level: .one))
    check(cursor.jump(to: VirtualAddress(page)))
    check(cursor.query() == .unmapped(slot: range(page, 2 * page)))
    check(cursor.jump(to: VirtualAddress(mega + 5 * page)))
    guard case .mapped(let huge) = cursor.query() else { return check(false, "the huge leaf is not found") }
    check(huge.range == range(mega, 2 * mega))
    check(huge.physical(of: cursor.address) == PhysicalAddress(4 * mega + 5 * page))
    check(cursor.address == VirtualAddress(mega + 5 * page))
    check(cursor.takeNext(0) == .none)
    check(cursor.jump(to: VirtualAddress(2 * mega - page)))
    check(cursor.protectNext(page) { _ in } != .none)
    check(cursor.isDepleted)
    check(cursor.query() == .outOfRange)
  }

  func jump() throws {
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    check(try map(table, giga - page, page) == .mapped)
    check(try map(table, giga, 2 * page) == .mapped)
    var cursor = try cursor(table, giga - page, giga + page)
    check(!cursor.jump(to: VirtualAddress(giga + page)))
    check(!cursor.jump(to: VirtualAddress(giga - 2 * page)))
    check(cursor.address == VirtualAddress(giga - page))
    for _ in 0..<3 {
      // To the end of one leaf table, over the border, to the end of the range and back.
      guard case .mapped(let first) = cursor.query() else { return check(false, "first page lost") }
      check(first.physical == PhysicalAddress(page))
      check(cursor.jump(to: VirtualAddress(giga)))
      guard case .mapped(let second) = cursor.query() else { return check(false, "second page lost") }
      check(second.physical == PhysicalAddress(2 * page))
      check(cursor.protectNext(page) { _ in } == .leaf(second))
      check(cursor.isDepleted && cursor.query() == .outOfRange)
      check(cursor.jump(to: VirtualAddress(giga - page)))
    }
  }

  func mapNeverReplaces() throws {
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    var cursor = try cursor(table, 0, 2 * mega, largestLeaf: 2)
    check(cursor.map(PhysicalAddress(page), readWrite) == .mapped)
    check(cursor.address == VirtualAddress(page))
    check(cursor.jump(to: VirtualAddress(0)))
    check(cursor.map(PhysicalAddress(2 * page), readWrite) == .alreadyMapped)
    check(cursor.map(PhysicalAddress(mega), readWrite, level: Level(2)) == .alreadyMapped)
    check(cursor.jump(to: VirtualAddress(mega)))
    check(cursor.map(PhysicalAddress(mega), readWrite, level: Level(2)) == .mapped)
    check(cursor.isDepleted)
    check(cursor.jump(to: VirtualAddress(mega + page)))
    check(cursor.map(PhysicalAddress(page), readWrite) == .mappedToHugePage)
    check(cursor.address == VirtualAddress(mega + page))
    check(table.view.translate(VirtualAddress(0))?.physical == PhysicalAddress(page))
    check(table.view.translate(VirtualAddress(mega + page))?.physical == PhysicalAddress(mega))
  }

  func mapClimbs() throws {
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    check(try map(table, page, page) == .mapped)
    var cursor = try cursor(table, 0, giga, largestLeaf: 2)
    // Into the leaf table, then a huge page one table further.
    guard case .mapped = (cursor.jump(to: VirtualAddress(page)), cursor.query()).1 else {
      return check(false, "mapped page is not found")
    }
    check(cursor.jump(to: VirtualAddress(mega)))
    check(cursor.map(PhysicalAddress(0), readWrite, level: Level(2)) == .mapped)
    check(cursor.address == VirtualAddress(2 * mega))
  }

  func hugeOverEmptyTables() throws {
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    check(try map(table, 5 * page, page) == .mapped)
    check(try map(table, 3 * mega, page) == .mapped)
    check(try map(table, 0, giga, level: 3) == .alreadyMapped)
    var cursor = try cursor(table, 0, giga, largestLeaf: 3)
    check(cursor.takeNext(mega) != .none)
    check(cursor.jump(to: VirtualAddress(0)))
    check(cursor.map(PhysicalAddress(giga), readWrite, level: Level(3)) == .alreadyMapped)
    check(cursor.takeNext(giga) != .none)
    check(cursor.jump(to: VirtualAddress(0)))
    check(cursor.map(PhysicalAddress(giga), readWrite, level: Level(3)) == .mapped)
    check(table.view.translate(VirtualAddress(5 * page))?.physical == PhysicalAddress(giga))
  }

  func outOfFrames() throws {
    // Every number of frames from none to enough: the root has one, the page needs one per level below.
    let needed = C.Format.levels - 1
    for spare in 0...needed {
      let table = try makeTable(C.self, frames: 512)
      defer { keepAlive(table) }
      var hoard: [PhysicalAddress] = []
      while let frame = table.view.allocator.allocate(for: soleWorker) { hoard.append(frame) }
      for frame in hoard.prefix(spare) { table.view.allocator.free(frame, by: soleWorker) }
      let outcome = try map(table, page, page)
      check(outcome == (spare == needed ? .mapped : .outOfFrames))
      let audit = TableAudit(table.view)
      check(audit.violations == [])
      check(audit.leafCount == (spare == needed ? 1 : 0))
      for frame in hoard.dropFirst(spare) { table.view.allocator.free(frame, by: soleWorker) }
      check(table.pool.framesInUse == audit.tables)
    }
    // A huge leaf that cannot be split stays whole.
    let table = try makeTable(C.self, frames: 512)
    defer { keepAlive(table) }
    check(try map(table, 0, 0, level: 2) == .mapped)
    while table.view.allocator.allocate(for: soleWorker) != nil {}
    var cursor = try cursor(table, 0, mega)
    check(cursor.jump(to: VirtualAddress(page)))
    check(cursor.takeNext(page) == .outOfFrames)
    check(cursor.protectNext(page) { $0.remove(.write) } == .outOfFrames)
    check(cursor.address == VirtualAddress(page))
    check(TableAudit(table.view).leaves[2] == 1)
  }

  func take() throws {
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    check(try map(table, page, 9 * page) == .mapped)
    check(try map(table, mega - page, 8 * page) == .mapped)
    check(try map(table, giga - mega, mega, level: 2) == .mapped)
    check(try map(table, 2 * giga, 3 * page) == .mapped)
    var cursor = try cursor(table, 0, 3 * giga)
    let first = Mapping(virtual: .init(page), physical: .init(9 * page), properties: readWrite, level: .one)
    check(cursor.takeNext(mega) == .leaf(first))
    check(cursor.address == VirtualAddress(2 * page))
    check(cursor.takeNext(page) == .none)
    check(cursor.address == VirtualAddress(3 * page))
    // The last slot of a leaf table, then the last slot of a level-2 node.
    guard case .leaf(let last) = cursor.takeNext(mega - 3 * page) else { return check(false, "last slot missed") }
    check(last.virtual == VirtualAddress(mega - page) && cursor.address == VirtualAddress(mega))
    guard case .leaf(let huge) = cursor.takeNext(giga - mega) else { return check(false, "huge leaf missed") }
    check(huge.range == range(giga - mega, giga) && cursor.address == VirtualAddress(giga))
    // From the middle of an absent slot into the next one.
    check(cursor.jump(to: VirtualAddress(2 * giga - mega / 2)))
    guard case .leaf(let next) = cursor.takeNext(mega) else { return check(false, "page behind a hole missed") }
    check(next.virtual == VirtualAddress(2 * giga))
    // Two half-slot steps over the end of a node.
    check(cursor.jump(to: VirtualAddress(giga - mega)))
    check(cursor.takeNext(mega / 2) == .none && cursor.takeNext(mega / 2) == .none)
    check(cursor.address == VirtualAddress(giga))
    guard case .unmapped(let slot) = cursor.query() else { return check(false, "found something at 1 GiB") }
    check(slot.contains(VirtualAddress(giga)))
    check(cursor.takeNext(0) == .none && cursor.address == VirtualAddress(giga))
    check(cursor.takeNext(2 * giga) == .none && cursor.isDepleted)
  }

  func partialHugeLeaf() throws {
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    check(try map(table, 0, giga, level: 3) == .mapped)
    do {
      var cursor = try cursor(table, 5 * page, 6 * page)
      guard case .leaf(let taken) = cursor.takeNext(page) else { return check(false, "page in a huge leaf missed") }
      check(
        taken
          == Mapping(
            virtual: .init(5 * page), physical: .init(giga + 5 * page), properties: readWrite, level: .one))
    }
    let audit = TableAudit(table.view)
    check(audit.violations == [])
    check(audit.leaves[1] == 511 && audit.leaves[2] == 511 && audit.leaves[3] == 0)
    check(table.view.translate(VirtualAddress(5 * page)) == nil)
    for address in [0, 4 * page, 6 * page, mega, giga - page] {
      let mapping = table.view.translate(VirtualAddress(address))
      check(mapping?.physical(of: VirtualAddress(address)) == PhysicalAddress(giga + address))
      check(mapping?.properties == readWrite)
    }
  }

  func protect() throws {
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    for index in 0..<999 { check(try map(table, UInt64(index) * page, UInt64(index) * page) == .mapped) }
    do {
      var cursor = try cursor(table, 17 * page, 21 * page)
      var seen: [VirtualAddress] = []
      while case .leaf(let old) = cursor.protectNext(
        cursor.range.end.rawValue - cursor.address.rawValue,
        {
          $0.remove(.write)
          $0.insert(.dirty)
        })
      {
        seen.append(old.virtual)
        check(old.properties == readWrite)
        if cursor.isDepleted { break }
      }
      check(seen == (17..<21).map { VirtualAddress(UInt64($0) * page) })
    }
    for index in 0..<999 {
      let properties = table.view.translate(VirtualAddress(UInt64(index) * page))?.properties
      check(properties == ((17..<21).contains(index) ? [.read, .user, .dirty] : readWrite))
    }
    var cursor = try cursor(table, 999 * page, 2 * mega)
    check(cursor.protectNext(2 * mega - 999 * page) { _ in } == .none)
    check(cursor.isDepleted)
  }

  func largestLeaf() throws {
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    let level = C.Format.highestLeafLevel
    let bytes = Level(level).slotBytes
    check(try map(table, 0, 0, level: level) == .mapped)
    check(table.view.translate(VirtualAddress(bytes - page))?.range == range(0, bytes))
    check(try map(table, bytes - page, 0) == .mappedToHugePage)
    do {
      var cursor = try cursor(table, bytes - page, bytes)
      guard case .leaf(let last) = cursor.takeNext(page) else { return check(false, "last page of the leaf missed") }
      check(last.physical == PhysicalAddress(bytes - page) && last.level == .one && last.properties == readWrite)
    }
    let audit = TableAudit(table.view)
    check(audit.violations == [])
    for below in 1..<level { check(audit.leaves[below] == 511) }
    check(audit.leaves[level] == 0)
    check(table.view.translate(VirtualAddress(bytes - page)) == nil)
    check(table.view.translate(VirtualAddress(0))?.physical == PhysicalAddress(0))
  }

  func spreadPage() throws {
    let properties = readWrite.union(.contiguous)
    guard C.Format.supports(properties, at: .one) else { return }
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    let start = mega + 16 * page
    var cursor = try cursor(table, start, start + 16 * page)
    while !cursor.isDepleted {
      let frame = PhysicalAddress(cursor.address.rawValue + giga)
      check(cursor.map(frame, properties) == .mapped)
    }
    check(cursor.jump(to: VirtualAddress(start)))
    for index in 0..<16 as Range<UInt64> {
      let expected = Mapping(
        virtual: .init(start + index * page), physical: .init(giga + start + index * page), properties: properties,
        level: .one)
      check(table.view.translate(expected.virtual) == expected)
      check(cursor.protectNext(page) { $0.insert(.accessed) } == .leaf(expected))
    }
    check(cursor.jump(to: VirtualAddress(start)))
    for index in 0..<16 as Range<UInt64> {
      guard case .leaf(let old) = cursor.takeNext(page) else { return check(false, "page \(index) missed") }
      check(old.physical == PhysicalAddress(giga + start + index * page))
      check(old.properties == properties.union(.accessed))
    }
  }

  func borders() throws {
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    let user = C.Format.userRange
    let kernel = C.Format.kernelRange
    let halves = [user, kernel].filter { $0.byteCount > 0 }
    for address in halves.flatMap({ [$0.start.rawValue, $0.end.rawValue - page] }) {
      check(try map(table, address, page) == .mapped)
      check(table.view.translate(VirtualAddress(address))?.virtual == VirtualAddress(address))
    }
    for half in halves {
      var cursor = try Cursor(table.view, over: half, by: soleWorker)
      check(cursor.jump(to: VirtualAddress(half.end.rawValue - page)))
      guard case .mapped = cursor.query() else { return check(false, "last page of the half lost") }
      check(cursor.jump(to: half.start))
      guard case .leaf(let first) = cursor.takeNext(half.byteCount) else { return check(false, "first page lost") }
      check(first.virtual == half.start)
      guard case .leaf(let last) = cursor.takeNext(half.end.rawValue - cursor.address.rawValue) else {
        return check(false, "last page lost")
      }
      check(last.virtual == VirtualAddress(half.end.rawValue - page) && cursor.isDepleted)
    }
  }
}
