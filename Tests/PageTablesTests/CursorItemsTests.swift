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

/// `nextItem` for every configuration. Numbers in parentheses are those of the conformance checklist.
@Suite struct CursorItemsTests {
  /// The rest of the cursor's items, in order.
  private func items<C>(_ cursor: inout Cursor<C>) -> [CursorItem] {
    var items: [CursorItem] = []
    while let item = cursor.nextItem() { items.append(item) }
    check(cursor.isDepleted)
    return items
  }

  /// Disjoint, ordered, and together everything from `start` to the end of `range`.
  private func expectCover(_ items: [CursorItem], from start: VirtualAddress, of range: VirtualRange) {
    var next = start
    for item in items {
      check(item.range.start == next && item.range.end > next && item.range.end <= range.end, "\(item) at \(next)")
      next = item.range.end
    }
    check(next == range.end)
  }

  @Test("Items are clipped to the range and cover it (13, 14, 15, A-17)", arguments: everyConfiguration)
  func clipped(_ c: any Configuration.Type) throws { try clippedIn(c) }

  private func clippedIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    try bench.map(mega, 4 * mega, 2)
    try bench.map(2 * mega, page)
    try bench.map(4 * mega, 8 * mega, 2)
    // From inside one huge leaf into another.
    var cursor = try bench.cursor(mega + 3 * page, 4 * mega + 7 * page)
    let items = items(&cursor)
    expectCover(items, from: cursor.range.start, of: cursor.range)
    check(items.first?.range == bench.range(mega + 3 * page, 2 * mega))
    check(items.first?.mapping == bench.leaf(mega, 4 * mega, 2))
    check(items.first?.physical == PhysicalAddress(4 * mega + 3 * page))
    check(items[1].mapping == bench.leaf(2 * mega, page) && items[1].physical == PhysicalAddress(page))
    check(items[2..<513].allSatisfy { $0.mapping == nil && $0.physical == nil && $0.range.byteCount == page })
    check(items[513].range == bench.range(3 * mega, 4 * mega) && items[513].mapping == nil)
    check(items[514].range == bench.range(4 * mega, 4 * mega + 7 * page))
    check(items[514].mapping == bench.leaf(4 * mega, 8 * mega, 2))
    check(items.count == 515)
    // The same from the middle, and none at the end.
    check(cursor.nextItem() == nil)
    check(cursor.jump(to: bench.at(2 * mega - page)))
    let last = cursor.nextItem()
    check(last?.range == bench.range(2 * mega - page, 2 * mega))
    check(last?.physical == PhysicalAddress(5 * mega - page))
    check(cursor.address == bench.at(2 * mega))
  }

  @Test("A range without tables is a few large holes (15)", arguments: everyConfiguration)
  func holes(_ c: any Configuration.Type) throws { try holesIn(c) }

  private func holesIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    try bench.map(2 * giga, page)
    var cursor = try bench.cursor(giga + page, 2 * giga + 2 * page)
    let items = items(&cursor)
    expectCover(items, from: cursor.range.start, of: cursor.range)
    check(items.count == 3)
    check(items.first == CursorItemExpectation(bench.range(giga + page, 2 * giga)))
    check(items.last == CursorItemExpectation(bench.range(2 * giga + page, 2 * giga + 2 * page)))
  }

  @Test("An empty table is one hole (15, 55)", arguments: everyConfiguration)
  func emptyTable(_ c: any Configuration.Type) throws { try emptyTableIn(c) }

  private func emptyTableIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    try bench.map(mega + page, page)
    // Keeps the node above, whatever becomes of the empty table.
    try bench.map(5 * mega, page)
    try bench.map(giga, page)
    try bench.clear(mega, 2 * mega)
    var cursor = try bench.cursor(mega + 5 * page, 2 * giga)
    check(cursor.nextItem() == CursorItemExpectation(bench.range(mega + 5 * page, 2 * mega)))
    check(cursor.address == bench.at(2 * mega))
    expectCover(items(&cursor), from: bench.at(2 * mega), of: cursor.range)
  }

  @Test("Whole halves are covered, up to their last page (6, 15, 23)", arguments: everyConfiguration)
  func borders(_ c: any Configuration.Type) throws { try bordersIn(c) }

  private func bordersIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    for half in [C.Format.userRange, C.Format.kernelRange] where half.byteCount > 0 {
      var cursor = try Cursor(bench.table.view, over: half, by: soleWorker)
      check(cursor.jump(to: VirtualAddress(half.end.rawValue - page)))
      check(cursor.map(PhysicalAddress(page), [.read]) == .mapped)
      check(cursor.jump(to: half.start))
      let items = items(&cursor)
      expectCover(items, from: half.start, of: half)
      check(items.filter { $0.mapping != nil }.map(\.range.start.rawValue) == [half.end.rawValue - page])
    }
  }
}

/// A hole as a test expects it.
private struct CursorItemExpectation {
  let range: VirtualRange
  init(_ range: VirtualRange) { self.range = range }
  static func == (item: CursorItem?, hole: Self) -> Bool {
    item?.range == hole.range && item?.mapping == nil && item?.physical == nil
  }
}
