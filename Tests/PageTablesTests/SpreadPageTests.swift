import Addressing
import Formats
import PageTables
import PagingTestSupport
import Testing

/// Pages of 64 KiB that are spelled as 16 entries.
@Suite struct SpreadPageTests {
  /// `#expect` for conditions that use a cursor, which the macro cannot take apart because it cannot be copied.
  private func check(_ condition: Bool, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation) {
    #expect(condition, comment, sourceLocation: location)
  }

  @Test(
    "A 64 KiB page of 16 equal entries translates, protects and goes page by page",
    arguments: [Coupled<Sv39>.self, Coupled<Sv48>.self, Coupled<Sv57>.self, Coupled<AArch64>.self]
      as [any Configuration.Type])
  func pageByPage(_ c: any Configuration.Type) throws { try pageByPageIn(c) }

  private func pageByPageIn<C: Configuration>(_: C.Type) throws {
    let page: UInt64 = 4096
    let start: UInt64 = (2 << 20) + 16 * page
    let frame: UInt64 = 1 << 30
    let properties: PageProperties = [.read, .write, .user, .contiguous]
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    var cursor = try bench.cursor(start, start + 16 * page)
    for index in 0..<16 as Range<UInt64> {
      check(cursor.map(PhysicalAddress(frame + index * page), properties) == .mapped)
    }
    check(cursor.jump(to: bench.at(start)))
    for index in 0..<16 as Range<UInt64> {
      let expected = bench.leaf(start + index * page, frame + index * page, 1, properties)
      check(bench.translate(start + index * page) == expected)
      check(cursor.protectNext(page) { $0.insert(.accessed) } == .leaf(expected))
    }
    check(cursor.jump(to: bench.at(start)))
    for index in 0..<16 as Range<UInt64> {
      let expected = bench.leaf(start + index * page, frame + index * page, 1, properties.union(.accessed))
      check(cursor.takeNext(page) == .leaf(expected))
    }
  }
}
