import Addressing
import Formats
import Locks
import PageTables
import PagingTestSupport
import Strategies
import Testing

/// Unmapping through cursors. Letters and numbers in parentheses are bugs of earlier systems.
@Suite struct UnmapStatements {
  @Test("41. Taking a page gives it as it was, and the cursor stands just behind it", arguments: everyConfiguration)
  func onePage(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.map(3 * page, 9 * page, 1, [.read])
      do {
        var cursor = try lab.cursor(3 * page, 5 * page)
        guard case .leaf(let old) = cursor.takeNext(page) else { return check(false, "the page is missed") }
        check(old.virtual == lab.at(3 * page) && old.byteCount == page)
        check(old.physical == PhysicalAddress(9 * page) && old.properties == [.read] && old.level == .one)
        check(cursor.address == lab.at(4 * page))
        check(cursor.jump(to: lab.at(3 * page)) && cursor.findNext(page) == nil)
      }
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test(
    "42. A page behind a hole is reported at its own address, not the one behind it (A-1)",
    arguments: everyConfiguration)
  func behindHole(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      for offset in [page, mega - page, mega + 7 * page, giga] {
        try lab.map(offset, offset)
        var cursor = try lab.cursor(0, 2 * giga)
        check(cursor.takeNext(2 * giga) == .leaf(lab.leaf(offset, offset)))
        check(cursor.address == lab.at(offset + page))
      }
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test(
    "43. The last slot of a node can be taken, of a leaf table and of a level-2 node (A-2)",
    arguments: everyConfiguration)
  func lastSlot(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.map(mega - page, page)
      try lab.map(giga - mega, mega, 2)
      do {
        var cursor = try lab.cursor(0, giga)
        check(cursor.takeNext(mega) == .leaf(lab.leaf(mega - page, page)))
        check(cursor.address == lab.at(mega))
        check(cursor.takeNext(giga - mega) == .leaf(lab.leaf(giga - mega, mega, 2)))
        check(cursor.address == lab.at(giga) && cursor.isDepleted)
      }
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test("44. From the middle of an absent slot the page in the next slot is found (A-3)", arguments: everyConfiguration)
  func middleOfAbsentSlot(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.map(mega, page)
      do {
        var cursor = try lab.cursor(mega / 2, 2 * mega + mega / 2)
        check(cursor.takeNext(2 * mega) == .leaf(lab.leaf(mega, page)))
        check(cursor.address == lab.at(mega + page))
      }
      try lab.map(2 * giga, page)
      do {
        var cursor = try lab.cursor(giga + giga / 2, 2 * giga + mega)
        check(cursor.takeNext(giga / 2 + page) == .leaf(lab.leaf(2 * giga, page)))
      }
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test("45. Two half-slot steps over the end of a node lead into the next node (A-4)", arguments: everyConfiguration)
  func halfSlots(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      // What a cursor that stays in the wrong node would find at 1 GiB.
      try lab.map(0, 7 * page)
      do {
        var cursor = try lab.cursor(0, 2 * giga)
        check(cursor.query() == .mapped(lab.leaf(0, 7 * page)))
        check(cursor.jump(to: lab.at(giga - mega)))
        check(cursor.takeNext(mega / 2) == .none && cursor.address == lab.at(giga - mega / 2))
        check(cursor.takeNext(mega / 2) == .none && cursor.address == lab.at(giga))
        guard case .unmapped(let slot) = cursor.query() else { return check(false, "something is found at 1 GiB") }
        check(slot.contains(lab.at(giga)) && !slot.contains(lab.at(giga - page)))
        check(cursor.map(PhysicalAddress(page), readWrite) == .mapped)
      }
      lab.expectSound(leaves: [lab.leaf(0, 7 * page), lab.leaf(giga, page)])
    }
    try holds(c)
  }

  @Test("46. Where nothing is mapped the cursor ends exactly behind the bytes (A-5)", arguments: everyConfiguration)
  func nothingMapped(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.map(4 * mega, 0)
      do {
        var cursor = try lab.cursor(mega, 3 * giga)
        for (bytes, end) in [
          (page, mega + page), (mega - page, 2 * mega), (mega / 2, 2 * mega + mega / 2), (mega, 3 * mega + mega / 2),
        ] as [(UInt64, UInt64)] {
          check(cursor.takeNext(bytes) == .none && cursor.address == lab.at(end))
        }
        check(cursor.jump(to: lab.at(5 * mega)) && cursor.takeNext(3 * giga - 5 * mega) == .none && cursor.isDepleted)
      }
      lab.expectSound(leaves: [lab.leaf(4 * mega, 0)])
    }
    try holds(c)
  }

  @Test("47. A length of 0 takes nothing and does not move", arguments: everyConfiguration)
  func lengthZero(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.mapRun(0, 0, pages: 2)
      do {
        var cursor = try lab.cursor(0, 2 * page)
        for offset in [0, page] {
          check(cursor.jump(to: lab.at(offset)))
          check(cursor.takeNext(0) == .none && cursor.takeNextFragment(0) == .none)
          check(cursor.takeAll(0) { _ in check(false, "nothing was to be taken") })
          check(cursor.address == lab.at(offset))
        }
      }
      lab.expectSound(leaves: [lab.leaf(0, 0), lab.leaf(page, page)])
    }
    try holds(c)
  }

  @Test("48. A length that is not a multiple of 4096 traps", arguments: 0..<2 * Provocation.operationCount)
  func unalignedLength(_ index: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
      try Provocation.unalignedLength(index % Provocation.operationCount).run(index)
    }
    expectTrap(result, "the length must be a multiple of 4096 and end inside the claimed range")
  }

  @Test(
    "49. A whole table goes in one piece with address, length and pages, huge leaves by their size",
    arguments: everyConfiguration)
  func wholeTable(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      for index in [3, 7, 511] as [UInt64] { try lab.map(mega + index * page, 0) }
      try lab.map(giga + 3 * mega, mega, 2)
      try lab.map(giga + 7 * mega, page)
      let before = lab.leaves
      // What a caller learns: where, how many pages, and the leaves that are gone.
      var seen: [(range: VirtualRange, pages: UInt64, leaves: [Mapping])] = []
      do {
        var cursor = try lab.cursor(0, 3 * giga)
        for rest in [3 * mega, 3 * giga] as [UInt64] {
          let start = cursor.address
          let fragment = cursor.takeNextFragment(rest - (start.rawValue - lab.base))
          switch fragment {
          case .table(let table):
            var leaves: [Mapping] = []
            lab.view.forEachLeaf(of: table) { leaves.append($0) }
            seen.append((table.range, table.pages, leaves))
            check(cursor.address == table.range.end)
            lab.view.free(table, by: soleWorker)
          case .leaf(let leaf): seen.append((leaf.range, 0, [leaf]))
          case .none, .outOfFrames: check(false, "nothing is taken: \(fragment)")
          }
        }
      }
      if C.Reclamation.freesTables {
        #expect(seen.map(\.range) == [lab.range(mega, 2 * mega), lab.range(giga, 2 * giga)])
        #expect(seen.map(\.pages) == [3, 512 + 1])
        #expect(seen.flatMap(\.leaves) == before)
        lab.expectSound(leaves: [])
      } else {
        // Tables stay, so leaves are taken one by one.
        #expect(seen.flatMap(\.leaves) == Array(before.prefix(2)))
        lab.expectSound(leaves: Array(before.dropFirst(2)))
      }
    }
    try holds(c)
  }

  @Test("50. A table in which nothing is mapped is not reported", arguments: everyConfiguration)
  func emptyTable(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      do {
        // In one cursor, so that no policy takes the empty tables out before.
        var cursor = try lab.cursor(0, 3 * giga)
        for offset in [0, mega, giga] {
          check(cursor.jump(to: lab.at(offset)) && cursor.map(PhysicalAddress(0), readWrite) == .mapped)
        }
        for offset in [0, mega, giga] {
          check(cursor.jump(to: lab.at(offset)) && cursor.takeNext(page) == .leaf(lab.leaf(offset, 0)))
        }
        check(cursor.jump(to: lab.at(0)))
        check(cursor.takeNextFragment(3 * giga) == .none && cursor.isDepleted)
        check(cursor.jump(to: lab.at(0)) && cursor.takeNext(3 * giga) == .none && cursor.isDepleted)
      }
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test(
    "51. Taking part of a huge leaf splits it, and the rest keeps frames and properties", arguments: everyConfiguration)
  func partialHuge(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      for level in 2...C.Format.highestLeafLevel {
        let bytes = Level(level).slotBytes
        for offset in [0, 5 * page, bytes - page] {
          let lab = try Lab(C.self)
          defer { keepAlive(lab.table) }
          try lab.map(0, bytes, level, [.read])
          do {
            var cursor = try lab.cursor(offset, offset + page)
            check(cursor.takeNext(page) == .leaf(lab.leaf(offset, bytes + offset, 1, [.read])))
          }
          let audit = TableAudit(lab.view)
          for below in 1..<level { #expect(audit.leaves[below] == 511) }
          #expect(audit.leaves[level] == 0 && lab.translate(offset) == nil)
          for rest in lab.leaves {
            #expect(rest.physical.rawValue - bytes == rest.virtual.rawValue - lab.base && rest.properties == [.read])
          }
          lab.expectSound()
        }
      }
    }
    try holds(c)
  }

  @Test("52. Unmapping where nothing is mapped changes nothing", arguments: everyConfiguration)
  func unmappedRange(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.mapRun(mega, 0, pages: 3)
      let before = lab.leaves
      let tables = lab.tables
      for (start, end) in [(0, mega), (mega + 3 * page, 2 * mega), (giga, 3 * giga)] as [(UInt64, UInt64)] {
        do {
          var cursor = try lab.cursor(start, end)
          check(cursor.takeAll(end - start) { _ in check(false, "nothing was mapped") } && cursor.isDepleted)
          check(cursor.jump(to: lab.at(start)) && cursor.takeNext(end - start) == .none)
        }
        #expect(lab.tables == tables)
      }
      lab.expectSound(leaves: before)
    }
    try holds(c)
  }

  @Test("53. What was taken cannot be taken again", arguments: everyConfiguration)
  func twice(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      for level in 1...C.Format.highestLeafLevel {
        let bytes = Level(level).slotBytes
        try lab.map(0, 0, level)
        do {
          var cursor = try lab.cursor(0, bytes)
          check(cursor.takeNext(bytes) == .leaf(lab.leaf(0, 0, level)))
          check(cursor.jump(to: lab.at(0)) && cursor.takeNext(bytes) == .none && cursor.isDepleted)
        }
        var cursor = try lab.cursor(0, bytes)
        check(cursor.takeNext(bytes) == .none && cursor.isDepleted)
      }
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test("54. A loop empties its range and touches nothing else", arguments: everyConfiguration)
  func loop(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let seed = testSeed("54, \(C.self)")
      var generator = SeededGenerator(seed: seed)
      for _ in 0..<20 {
        let lab = try Lab(C.self)
        defer { keepAlive(lab.table) }
        for _ in 0..<40 {
          let offset = (generator.pick([mega, 2 * mega, giga]) + generator.below(700) * page) - 350 * page
          var cursor = try lab.cursor(offset, offset + 8 * page)
          _ = cursor.mapRun(PhysicalAddress(offset), readWrite, pages: 1 + generator.below(8))
        }
        let before = lab.leaves
        let start = (mega - 300 * page) + generator.below(1500) * page
        let end = generator.pick([start + page, start + 600 * page, giga + 20 * page])
        var taken: [Mapping] = []
        do {
          var cursor = try lab.cursor(start, end)
          while case .leaf(let leaf) = cursor.takeNext(cursor.range.end.rawValue - cursor.address.rawValue) {
            taken.append(leaf)
          }
          check(cursor.isDepleted)
        }
        let range = lab.range(start, end)
        #expect(taken == before.filter { range.contains($0.virtual) }, "seed \(seed)")
        lab.expectSound(leaves: before.filter { !range.contains($0.virtual) })
      }
    }
    try holds(c)
  }

  @Test("55. An empty table is passed over without reading its slots")
  func emptyChild() throws {
    typealias Counted<S: LockingStrategy, L: NodeLock> = Configured<X86_64, L, S, Keep, Counting>
    func holds<C: Configuration>(_: C.Type) throws where C.Execution == Counting {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.map(mega - page, 0)
      try lab.map(mega, 0)
      do {
        var cursor = try lab.cursor(0, mega)
        check(cursor.takeNext(mega) != .none)
      }
      func loads(_ start: UInt64, _ act: (inout Cursor<C>) -> Void) throws -> Int {
        var cursor = try lab.cursor(0, 2 * mega)
        check(cursor.jump(to: lab.at(start)))
        return Counting.accesses { act(&cursor) }.loads
      }
      // The slot above the table, and what its lock takes.
      #expect(try loads(0) { check($0.takeNext(mega) == .none) } <= 8)
      #expect(try loads(0) { check($0.findNext(mega) == nil) } <= 8)
      #expect(try loads(0) { check($0.nextItem()?.mapping == nil) } <= 8)
      #expect(try loads(0) { check($0.protectNext(mega) { _ in } == .none) } <= 8)
      // A table with one page in its last slot is read through.
      try lab.map(mega - page, 0)
      #expect(try loads(0) { check($0.findNext(mega) != nil) } >= 512)
    }
    try holds(Counted<NoneStrategy, TTASLock>.self)
    try holds(Counted<GlobalStrategy, TTASLock>.self)
    try holds(Counted<CouplingStrategy, TTASLock>.self)
    try holds(Counted<CouplingStrategy, TicketLock>.self)
  }

  @Test(
    "56. When everything is unmapped a pruning policy leaves the root alone, and keep leaves all tables",
    arguments: everyConfiguration)
  func everythingUnmapped(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      for half in Lab<C>.halves {
        for address in [half.start, half.start &+ (giga - page), half.start &+ giga, half.end &+ (0 &- page)] {
          var cursor = try Cursor(lab.view, over: VirtualRange(start: address, byteCount: page), by: soleWorker)
          check(cursor.map(PhysicalAddress(0), readWrite) == .mapped)
        }
      }
      let tables = lab.tables
      for half in Lab<C>.halves {
        var cursor = try Cursor(lab.view, over: half, by: soleWorker)
        check(cursor.takeAll(half.byteCount) { _ in })
      }
      #expect(lab.tables == (C.Reclamation.freesTables ? 1 : tables))
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }
}
