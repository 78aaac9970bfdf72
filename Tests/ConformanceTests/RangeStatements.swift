import Addressing
import Formats
import Locks
import PageTables
import PagingTestSupport
import Strategies
import Testing

/// Range and creation of cursors.
@Suite struct RangeStatements {
  @Test("1. A cursor over one page of an empty table opens", arguments: everyConfiguration)
  func onePage(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      do {
        let cursor = try lab.cursor(0, page)
        check(cursor.address == lab.at(0) && cursor.range == lab.range(0, page) && !cursor.isDepleted)
      }
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test("2. An empty or reversed range is invalid", arguments: everyConfiguration)
  func emptyOrReversed(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      for (start, end) in [(0, 0), (page, page), (2 * page, page), (giga, 0)] as [(UInt64, UInt64)] {
        #expect(lab.refusal(lab.range(start, end)) == .invalidRange(lab.range(start, end)))
      }
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test("3. Unaligned ranges are refused as such, after the range check", arguments: everyConfiguration)
  func unaligned(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      for (start, end) in [(0, page + 1), (1, page + 1), (1, page), (page - 1, 2 * page)] as [(UInt64, UInt64)] {
        #expect(lab.refusal(lab.range(start, end)) == .unaligned(lab.range(start, end)))
      }
      // Both wrong: the range is what is reported.
      #expect(lab.refusal(lab.range(page + 1, 1)) == .invalidRange(lab.range(page + 1, 1)))
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test("4. A range that touches the last user page or crosses the halves is invalid", arguments: everyConfiguration)
  func lastUserPage(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      let user = C.Format.userRange
      let kernel = C.Format.kernelRange
      var ranges = [VirtualRange(VirtualAddress(0), VirtualAddress(0 &- page))]
      if user.byteCount > 0 {
        ranges.append(VirtualRange(start: user.end, byteCount: page))
        ranges.append(VirtualRange(user.end &+ (0 &- page), user.end &+ page))
        ranges.append(VirtualRange(user.start, user.end &+ page))
      } else {
        ranges.append(VirtualRange(start: VirtualAddress(0), byteCount: page))
      }
      if kernel.byteCount > 0 {
        ranges.append(VirtualRange(user.start, kernel.start &+ page))
        ranges.append(VirtualRange(start: kernel.end, byteCount: page - 1))
      } else {
        ranges.append(VirtualRange(start: VirtualAddress(~(giga - 1)), byteCount: page))
      }
      for range in ranges { #expect(lab.refusal(range) == .invalidRange(range)) }
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test("5. A range that holds or straddles non-canonical addresses is invalid", arguments: everyConfiguration)
  func nonCanonical(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      let half = UInt64(1) << UInt64(C.Format.virtualAddressBits - 1)
      let lastLow = C.Format.userRange.byteCount > 0 ? C.Format.userRange.end.rawValue + page : half
      let firstHigh = C.Format.kernelRange.byteCount > 0 ? C.Format.kernelRange.start.rawValue : 0 &- half
      let ranges = [
        (lastLow - page, lastLow + page), (lastLow, lastLow + page), (lastLow - 2 * page, firstHigh + page),
        (firstHigh - page, firstHigh + page), (1 << 60, (1 << 60) + page), (~(1 << 60) & ~(page - 1), ~0 & ~(page - 1)),
      ]
      for (start, end) in ranges {
        let range = VirtualRange(VirtualAddress(start), VirtualAddress(end))
        #expect(lab.refusal(range) == .invalidRange(range))
      }
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test("6. A range up to the highest address works without overflow", arguments: everyConfiguration)
  func highestAddress(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      for half in Lab<C>.halves {
        for bytes in [page, 3 * page, mega, giga - page, half.byteCount] {
          let range = VirtualRange(half.end &+ (0 &- bytes), half.end)
          var cursor = try Cursor(lab.view, over: range, by: soleWorker)
          let last = half.end &+ (0 &- page)
          check(cursor.jump(to: last))
          check(cursor.map(PhysicalAddress(page), readWrite) == .mapped)
          check(cursor.isDepleted && cursor.address == half.end)
          check(cursor.query() == .outOfRange && !cursor.jump(to: half.end))
          check(cursor.jump(to: range.start) && cursor.findNext(bytes)?.virtual == last)
          check(cursor.jump(to: last))
          check(cursor.takeNext(page) != .none && cursor.isDepleted)
        }
      }
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  private typealias Counted<S: LockingStrategy, L: NodeLock> = Configured<X86_64, L, S, Keep, Counting>

  @Test("7. Opening a cursor takes at most as many locks as there are levels")
  func locksTaken() throws {
    func locks<C: Configuration>(_: C.Type) throws -> [Int] where C.Execution == Counting {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      var counts = [try Counting.accesses { _ = try lab.cursor(0, page) }.readModifyWrites]
      for offset in [0, mega, giga, 512 * giga] { try lab.map(offset, 0) }
      for (start, end) in [(0, page), (0, mega + page), (0, giga + page), (0, 512 * giga + page)] as [(UInt64, UInt64)]
      { counts.append(try Counting.accesses { _ = try lab.cursor(start, end) }.readModifyWrites) }
      return counts
    }
    // Empty tree: the root. Then a path from the root down to the leaf table, or less for wider ranges.
    #expect(try locks(Counted<NoneStrategy, TTASLock>.self) == [0, 0, 0, 0, 0])
    #expect(try locks(Counted<GlobalStrategy, TTASLock>.self) == [1, 1, 1, 1, 1])
    #expect(try locks(Counted<GlobalStrategy, TicketLock>.self) == [1, 1, 1, 1, 1])
    #expect(try locks(Counted<CouplingStrategy, TTASLock>.self) == [1, 4, 3, 2, 1])
    #expect(try locks(Counted<CouplingStrategy, TicketLock>.self) == [1, 4, 3, 2, 1])
  }

  @Test("8. On an empty tree the covering node is the root, and no table is made", arguments: everyConfiguration)
  func emptyTree(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      do {
        let cursor = try lab.cursor(0, page)
        check(cursor.coveringLevel == C.Format.rootLevel)
      }
      #expect(lab.tables == 1)
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test(
    "9. Existing tables give the covering level: one leaf table, then 2 MiB, 1 GiB, 512 GiB borders",
    arguments: everyConfiguration)
  func coveringLevel(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      for border in [0, mega, giga] { try lab.map(border, page) }
      func level(_ start: UInt64, _ end: UInt64, largestLeaf: Int = 1) throws -> Int {
        let cursor = try lab.cursor(start, end, largestLeaf: largestLeaf)
        return cursor.coveringLevel.rawValue
      }
      #expect(try level(0, page) == 1)
      #expect(try level(0, mega) == 1)
      #expect(try level(mega - page, mega + page) == 2)
      #expect(try level(giga - page, giga + page) == 3)
      // A huge page is written above the table it may replace.
      #expect(try level(0, page, largestLeaf: 2) == 2)
      #expect(try level(0, page, largestLeaf: 3) == 3)
      if C.Format.levels > 3 {
        try lab.map(512 * giga, page)
        #expect(try level(512 * giga - page, 512 * giga + page) == 4)
      }
      lab.expectSound()
    }
    try holds(c)
  }
}
