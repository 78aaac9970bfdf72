import Addressing
import Formats
import Locks
import PageTables
import PagingTestSupport
import PhysicalMemory
import Strategies
import Testing

/// Queries and motion.
@Suite struct QueryStatements {
  @Test("10. On an empty table nothing is mapped, in a slot that holds the address", arguments: everyConfiguration)
  func emptyTable(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      for half in Lab<C>.halves {
        var cursor = try Cursor(lab.view, over: half, by: soleWorker)
        for address in [half.start, half.start &+ 5 * giga, half.end &+ (0 &- page)] {
          check(cursor.jump(to: address))
          check(cursor.query() == .unmapped(slot: C.Format.rootLevel.slotRange(of: address)))
          check(C.Format.rootLevel.slotRange(of: address).contains(address))
        }
      }
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test("11. A query at the end of the range is out of range", arguments: everyConfiguration)
  func atTheEnd(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      // Mapped behind the end, so that a query that looked there would find something.
      try lab.mapRun(0, 0, pages: 8)
      var cursor = try lab.cursor(0, 4 * page)
      check(cursor.protectAll(4 * page) { _ in })
      check(cursor.query() == .outOfRange)
      check(cursor.nextItem() == nil)
      check(cursor.jump(to: lab.at(3 * page)) && cursor.query() == .mapped(lab.leaf(3 * page, 3 * page)))
    }
    try holds(c)
  }

  @Test("12. A query never moves the cursor", arguments: everyConfiguration)
  func staysPut(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.map(page, 0)
      try lab.map(mega, 0, 2)
      var cursor = try lab.cursor(0, 2 * giga)
      for offset in [0, page, 2 * page, mega, mega + page, 2 * mega, giga, 2 * giga - page] {
        check(cursor.jump(to: lab.at(offset)))
        let first = cursor.query()
        check(cursor.address == lab.at(offset))
        check(cursor.query() == first && cursor.address == lab.at(offset))
      }
    }
    try holds(c)
  }

  @Test("13. Inside a huge leaf a query gives the whole leaf and translates the address", arguments: everyConfiguration)
  func insideHuge(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      for level in 2...C.Format.highestLeafLevel {
        let bytes = Level(level).slotBytes
        // The first slot of each size lies inside the next larger one: the second does not.
        if Lab<C>.half.byteCount < 2 * bytes { continue }
        try lab.map(bytes, 2 * bytes, level)
        var cursor = try lab.cursor(bytes, 2 * bytes)
        for inside in [0, page, bytes / 2, bytes - page] {
          check(cursor.jump(to: lab.at(bytes + inside)))
          guard case .mapped(let found) = cursor.query() else { return check(false, "level \(level) is not found") }
          check(found == lab.leaf(bytes, 2 * bytes, level) && found.range == lab.range(bytes, 2 * bytes))
          check(found.physical(of: lab.at(bytes + inside + 5)) == PhysicalAddress(2 * bytes + inside + 5))
          check(lab.translate(bytes + inside + 5) == found)
        }
      }
      lab.expectSound()
    }
    try holds(c)
  }

  @Test("14. What a query reports, clipped to the range, lies in the range", arguments: everyConfiguration)
  func clipped(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.map(0, 0, 2)
      for (start, end) in [(page, 3 * page), (mega - page, mega + page), (giga + page, giga + mega)]
        as [(UInt64, UInt64)]
      {
        var cursor = try lab.cursor(start, end)
        for address in [start, (start + end) / 2 & ~(page - 1), end - page] {
          check(cursor.jump(to: lab.at(address)))
          let whole: VirtualRange
          switch cursor.query() {
          case .outOfRange: return check(false, "\(lab.at(address)) is in the range")
          case .unmapped(let slot): whole = slot
          case .mapped(let leaf): whole = leaf.range
          }
          let clipped = whole.clipped(to: cursor.range)
          check(clipped.contains(lab.at(address)))
          check(clipped.start >= lab.at(start) && clipped.end <= lab.at(end))
        }
      }
      lab.expectSound()
    }
    try holds(c)
  }

  @Test("15. Items are disjoint, in order, and together the whole range", arguments: everyConfiguration)
  func items(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.mapRun(mega - 3 * page, 0, pages: 7)
      try lab.map(3 * mega, 0, 2)
      try lab.map(giga, 0, 3)
      let ranges: [(UInt64, UInt64)] = [
        (0, page), (0, 3 * giga), (mega - page, mega + page), (mega - 4 * page, 3 * mega + 5 * page),
        (3 * mega + page, giga + page), (giga + mega, giga + 3 * mega), (2 * giga - page, 2 * giga + page),
      ]
      for (start, end) in ranges {
        var cursor = try lab.cursor(start, end)
        var next = lab.at(start)
        while let item = cursor.nextItem() {
          check(item.range.start == next && item.range.end > next && cursor.address == item.range.end)
          check(item.mapping == lab.view.translate(item.range.start))
          check(item.mapping == lab.view.translate(item.range.end &+ (0 &- page)))
          check(item.physical == item.mapping?.physical(of: item.range.start))
          next = item.range.end
        }
        check(next == lab.at(end) && cursor.isDepleted)
      }
      lab.expectSound()
    }
    try holds(c)
  }

  @Test(
    "16. A queried frame stays in use after its page was taken, until the reference is given up",
    arguments: everyConfiguration)
  func queriedFrame(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      let frame = try #require(lab.view.allocator.allocate(for: soleWorker))
      try lab.map(0, frame.rawValue, 1, readWrite.union(.tracked))
      var taken = NextLeaf.none
      do {
        var cursor = try lab.cursor(0, page)
        guard case .mapped(let queried) = cursor.query() else { return check(false, "the page is not found") }
        taken = cursor.takeNext(page)
        check(taken == .leaf(queried), "the result is a value: it does not change")
      }
      lab.expectSound(leaves: [], framesBeside: 1)
      guard case .leaf(let leaf) = taken else { return check(false, "the page is not taken") }
      lab.view.release(leaf, by: soleWorker)
      lab.expectSound(leaves: [], framesBeside: 0)
    }
    try holds(c)
  }

  @Test("16. A frame that was given up cannot be given up again", arguments: trappingConfigurations.indices)
  func staleQuery(_ index: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
      try Provocation.staleRelease.run(index)
    }
    expectTrap(result, "a frame was released more often than it was retained")
  }

  @Test("17. A jump to an address that is not a multiple of 4096 traps", arguments: trappingConfigurations.indices)
  func misalignedJump(_ index: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
      try Provocation.misalignedJump.run(index)
    }
    expectTrap(result, "a cursor only stands at multiples of 4096")
  }

  @Test("18. A jump outside the range is refused and changes nothing", arguments: everyConfiguration)
  func jumpOutside(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.mapRun(0, 0, pages: 16)
      var cursor = try lab.cursor(4 * page, 8 * page)
      check(cursor.jump(to: lab.at(5 * page)))
      for outside in [0, 3 * page, 8 * page, 9 * page, mega, giga] {
        check(!cursor.jump(to: lab.at(outside)))
        check(cursor.address == lab.at(5 * page))
        check(cursor.query() == .mapped(lab.leaf(5 * page, 5 * page)))
      }
    }
    try holds(c)
  }

  private typealias Counted<S: LockingStrategy, L: NodeLock> = Configured<X86_64, L, S, Keep, Counting>

  @Test("19. A jump inside a node touches no shared word at all")
  func jumpInsideNode() throws {
    func holds<C: Configuration>(_: C.Type) throws where C.Execution == Counting {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.mapRun(0, 0, pages: 512)
      var cursor = try lab.cursor(0, mega + page)
      check(cursor.query() != .outOfRange)
      let accesses = Counting.accesses {
        for target in [511, 0, 17, 16, 511] as [UInt64] { check(cursor.jump(to: lab.at(target * page))) }
      }
      #expect(accesses == Counting.Accesses())
      check(cursor.query() == .mapped(lab.leaf(511 * page, 511 * page)))
    }
    try holds(Counted<NoneStrategy, TTASLock>.self)
    try holds(Counted<GlobalStrategy, TTASLock>.self)
    try holds(Counted<CouplingStrategy, TTASLock>.self)
    try holds(Counted<CouplingStrategy, TicketLock>.self)
  }

  @Test("20. A jump across nodes leaves exactly those below the common ancestor")
  func jumpAcrossNodes() throws {
    func holds<C: Configuration>(_: C.Type, locksNodes: Bool) throws where C.Execution == Counting {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      for offset in [0, mega, giga, 512 * giga] { try lab.map(offset, 0) }
      var cursor = try lab.cursor(0, 512 * giga + page)
      check(cursor.coveringLevel == Level(4))
      for (target, nodes) in [(mega, 1), (0, 1), (giga, 2), (mega, 2), (512 * giga, 3)] as [(UInt64, Int)] {
        check(cursor.query() != .outOfRange)
        let jump = Counting.accesses { check(cursor.jump(to: lab.at(target))) }
        // One store gives a lock back; nothing is taken before it is needed.
        #expect(jump.stores == (locksNodes ? nodes : 0) && jump.readModifyWrites == 0)
        let query = Counting.accesses { check(cursor.query() == .mapped(lab.leaf(target, 0))) }
        #expect(query.readModifyWrites == (locksNodes ? nodes : 0) && query.stores == 0)
      }
    }
    try holds(Counted<NoneStrategy, TTASLock>.self, locksNodes: false)
    try holds(Counted<GlobalStrategy, TTASLock>.self, locksNodes: false)
    try holds(Counted<CouplingStrategy, TTASLock>.self, locksNodes: true)
    try holds(Counted<CouplingStrategy, TicketLock>.self, locksNodes: true)
  }

  @Test("21. A depleted cursor answers out of range, and jumps back", arguments: everyConfiguration)
  func depleted(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      do {
        var cursor = try lab.cursor(0, 2 * page)
        check(cursor.jump(to: lab.at(page)))
        check(cursor.map(PhysicalAddress(page), readWrite) == .mapped)
        for _ in 0..<2 {
          check(cursor.isDepleted && cursor.address == lab.at(2 * page))
          check(cursor.query() == .outOfRange)
          check(cursor.takeNext(0) == .none && cursor.findNext(0) == nil && cursor.nextItem() == nil)
        }
        check(cursor.jump(to: lab.at(0)))
        check(cursor.query() != .outOfRange && !cursor.isDepleted)
        check(cursor.map(PhysicalAddress(0), readWrite) == .mapped)
      }
      lab.expectSound(leaves: [lab.leaf(0, 0), lab.leaf(page, page)])
    }
    try holds(c)
  }

  @Test(
    "22. The same where the range ends with a node and the cursor is below its covering node",
    arguments: everyConfiguration)
  func depletedAtNodeEnd(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      for end in [2 * mega, giga, 2 * giga] {
        try lab.map(end - page, page)
        do {
          var cursor = try lab.cursor(end - mega - page, end)
          for _ in 0..<2 {
            check(cursor.jump(to: lab.at(end - page)))
            check(cursor.protectNext(page) { _ in } == .leaf(lab.leaf(end - page, page)))
            check(cursor.isDepleted && cursor.query() == .outOfRange)
            check(cursor.takeNext(0) == .none)
            check(cursor.jump(to: lab.at(end - mega - page)))
            check(cursor.findNext(mega + page) == lab.leaf(end - page, page))
          }
        }
      }
      lab.expectSound()
    }
    try holds(c)
  }

  @Test("23. Jumps near 2^64 do not overflow", arguments: everyConfiguration)
  func topOfAddresses(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      for half in Lab<C>.halves {
        let last = half.end &+ (0 &- page)
        do {
          var cursor = try Cursor(lab.view, over: half, by: soleWorker)
          check(cursor.coveringLevel == C.Format.rootLevel)
          for _ in 0..<2 {
            check(cursor.jump(to: last))
            check(cursor.query() != .outOfRange)
            check(cursor.jump(to: half.start))
            check(cursor.query() != .outOfRange)
          }
          check(cursor.jump(to: last) && cursor.map(PhysicalAddress(0), readWrite) == .mapped)
          check(cursor.jump(to: half.start) && cursor.map(PhysicalAddress(page), readWrite) == .mapped)
          check(!cursor.jump(to: half.end) && !cursor.jump(to: half.start &+ (0 &- page)))
        }
        #expect(lab.view.translate(last)?.physical == PhysicalAddress(0))
        #expect(lab.view.translate(half.start)?.physical == PhysicalAddress(page))
      }
      lab.expectSound()
    }
    try holds(c)
  }

  @Test(
    "24. The first mapped address is found, or the cursor ends exactly behind the bytes", arguments: everyConfiguration)
  func findNext(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.map(5 * page, 0)
      try lab.map(giga - page, page)
      try lab.map(giga + mega, 4 * mega, 2)
      let expected = lab.leaves
      do {
        var cursor = try lab.cursor(0, 3 * giga)
        for (start, bytes, found, position) in [
          (0, 5 * page, nil, 5 * page), (0, 6 * page, 0, 5 * page), (6 * page, giga - 7 * page, nil, giga - page),
          (6 * page, giga, 1, giga - page), (giga, mega, nil, giga + mega), (mega / 2, mega, nil, mega / 2 + mega),
          (giga, mega + page, 2, giga + mega), (giga + mega + page, page, 2, giga + mega + page),
          (giga + 2 * mega, 2 * giga - 2 * mega, nil, 3 * giga), (0, 0, nil, 0),
        ] as [(UInt64, UInt64, Int?, UInt64)] {
          check(cursor.jump(to: lab.at(start)))
          check(cursor.findNext(bytes) == found.map { expected[$0] }, "\(bytes) bytes from \(start)")
          check(cursor.address == lab.at(position), "\(bytes) bytes from \(start)")
        }
      }
      lab.expectSound(leaves: expected)
    }
    try holds(c)
  }

  @Test(
    "25. A length beyond the range traps before any change, also where its end overflows",
    arguments: 0..<2 * Provocation.operationCount)
  func lengthBeyondRange(_ index: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
      let operation = index % Provocation.operationCount
      let isHuge = index >= Provocation.operationCount
      try (isHuge ? Provocation.lengthThatOverflows(operation) : .lengthBeyondRange(operation)).run(index)
    }
    expectTrap(result, "the length must be a multiple of 4096 and end inside the claimed range")
  }
}
