import Addressing
import Formats
import PageTables
import PagingTestSupport
import Testing

/// `#expect` for conditions that use a cursor, which the macro cannot take apart because it cannot be copied.
private func check(_ condition: Bool, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation) {
  #expect(condition, comment, sourceLocation: location)
}

private let page: UInt64 = 4096
private let mega: UInt64 = 2 << 20
private let giga: UInt64 = 1 << 30

/// `findNext` for every configuration. Numbers in parentheses are those of the conformance checklist.
@Suite struct CursorFindTests {
  @Test("The first leaf is found, and the cursor stands on it (24)", arguments: everyConfiguration)
  func first(_ c: any Configuration.Type) throws { try firstIn(c) }

  private func firstIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    try bench.map(5 * page, 0)
    try bench.map(giga - page, page)
    try bench.map(giga + mega, 4 * mega, 2)
    var cursor = try bench.cursor(0, 3 * giga)
    check(cursor.findNext(giga) == bench.leaf(5 * page, 0))
    check(cursor.address == bench.at(5 * page))
    // It stays until it is moved.
    check(cursor.findNext(giga) == bench.leaf(5 * page, 0))
    check(cursor.jump(to: bench.at(6 * page)))
    // The last slot of the last leaf table, over 510 absent tables.
    check(cursor.findNext(giga - 6 * page) == bench.leaf(giga - page, page))
    check(cursor.jump(to: bench.at(giga)))
    let huge = bench.leaf(giga + mega, 4 * mega, 2)
    check(cursor.findNext(mega + page) == huge)
    check(cursor.address == bench.at(giga + mega))
    bench.expectNothingMoved(leaves: [2, 1, 0])
  }

  @Test("Inside a huge leaf the cursor stays and the leaf stays whole (13, 24)", arguments: everyConfiguration)
  func midHuge(_ c: any Configuration.Type) throws { try midHugeIn(c) }

  private func midHugeIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    try bench.map(mega, 4 * mega, 2)
    // The claimed range lies inside the leaf; then it begins before it.
    var inside = try bench.cursor(mega + 3 * page, mega + 5 * page)
    check(inside.findNext(page) == bench.leaf(mega, 4 * mega, 2))
    check(inside.address == bench.at(mega + 3 * page))
    check(inside.jump(to: bench.at(mega + 4 * page)))
    check(inside.findNext(page) == bench.leaf(mega, 4 * mega, 2))
    check(inside.address == bench.at(mega + 4 * page))
    bench.expectNothingMoved(leaves: [0, 1, 0])
  }

  @Test("Nothing found ends exactly at the end of the inspected bytes (24, A-5)", arguments: everyConfiguration)
  func nothing(_ c: any Configuration.Type) throws { try nothingIn(c) }

  private func nothingIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    try bench.map(2 * giga, page)
    var cursor = try bench.cursor(0, 2 * giga + page)
    check(cursor.findNext(0) == nil && cursor.address == bench.at(0))
    check(cursor.findNext(page) == nil && cursor.address == bench.at(page))
    check(cursor.findNext(mega) == nil && cursor.address == bench.at(mega + page))
    // Two steps that end in the middle of slots, over the end of a node.
    check(cursor.jump(to: bench.at(giga - mega)))
    check(cursor.findNext(mega / 2) == nil && cursor.findNext(mega) == nil)
    check(cursor.address == bench.at(giga + mega / 2))
    check(cursor.findNext(giga - mega / 2) == nil && cursor.address == bench.at(2 * giga))
    check(cursor.findNext(page)?.virtual == bench.at(2 * giga))
    check(cursor.takeNext(page) != .none && cursor.isDepleted)
    check(cursor.findNext(0) == nil && cursor.isDepleted)
    check(cursor.jump(to: bench.at(0)))
    check(cursor.findNext(2 * giga + page) == nil && cursor.isDepleted)
  }

  @Test("A page behind a hole that begins in the middle of a slot is found (44, A-3)", arguments: everyConfiguration)
  func behindHalfSlot(_ c: any Configuration.Type) throws { try behindHalfSlotIn(c) }

  private func behindHalfSlotIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    try bench.map(mega, page)
    var cursor = try bench.cursor(mega / 2, mega / 2 + mega)
    check(cursor.findNext(mega)?.virtual == bench.at(mega))
    check(cursor.address == bench.at(mega))
  }

  @Test("The last page of each half is found (6, 23)", arguments: everyConfiguration)
  func borders(_ c: any Configuration.Type) throws { try bordersIn(c) }

  private func bordersIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    for half in [C.Format.userRange, C.Format.kernelRange] where half.byteCount > 0 {
      let last = VirtualAddress(half.end.rawValue - page)
      var cursor = try Cursor(bench.table.view, over: half, by: soleWorker)
      check(cursor.findNext(half.byteCount) == nil && cursor.isDepleted)
      check(cursor.jump(to: last))
      check(cursor.map(PhysicalAddress(page), [.read]) == .mapped)
      check(cursor.jump(to: half.start))
      check(cursor.findNext(half.byteCount)?.virtual == last && cursor.address == last)
    }
  }

  @Test("A length that is not whole pages or ends behind the range traps (25)") func lengths() async throws {
    // The same with lengths that are right, so that it is the length that traps.
    try find(page, from: page, of: 2 * page)
    await #expect(processExitsWith: .failure) { try find(page - 1, from: 0, of: page) }
    await #expect(processExitsWith: .failure) { try find(2 * page, from: page, of: 2 * page) }
    // The end of the bytes would wrap around.
    await #expect(processExitsWith: .failure) { try find(0 &- page, from: page, of: 2 * page) }
  }
}

/// Finds in `byteCount` bytes from `start` of a range of `length` bytes.
private func find(_ byteCount: UInt64, from start: UInt64, of length: UInt64) throws {
  let bench = try Bench(Unlocked.self)
  defer { keepAlive(bench.table) }
  var cursor = try bench.cursor(0, length)
  check(cursor.jump(to: bench.at(start)))
  check(cursor.findNext(byteCount) == nil)
}

extension Bench {
  /// The structure has just these leaves, at levels 1 to 3.
  fileprivate func expectNothingMoved(leaves: [Int], at location: SourceLocation = #_sourceLocation) {
    check(Array(TableAudit(table.view).leaves[1...3]) == leaves, at: location)
  }
}
