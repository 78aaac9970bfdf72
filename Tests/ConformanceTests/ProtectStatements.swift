import Addressing
import Formats
import Locks
import PageTables
import PagingTestSupport
import Strategies
import Testing

/// Changing properties through cursors.
@Suite struct ProtectStatements {
  @Test("57. Taking the write right away changes the range and not its neighbours", arguments: everyConfiguration)
  func neighbours(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      for (start, end) in [(17, 21), (0, 1), (511, 513), (998, 999), (0, 999)] as [(UInt64, UInt64)] {
        let lab = try Lab(C.self)
        defer { keepAlive(lab.table) }
        try lab.mapRun(0, giga, pages: 999)
        do {
          var cursor = try lab.cursor(start * page, end * page)
          check(cursor.protectAll((end - start) * page) { $0.remove(.write) } && cursor.isDepleted)
        }
        lab.expectSound(
          leaves: (0..<999).map {
            lab.leaf($0 * page, giga + $0 * page, 1, ($0 >= start && $0 < end) ? [.read, .user] : readWrite)
          })
      }
    }
    try holds(c)
  }

  @Test("58. Each leaf is returned once, in order, inside the request, as it was", arguments: everyConfiguration)
  func inOrder(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.mapRun(mega - 2 * page, 0, pages: 5)
      try lab.map(3 * mega, 0, 2)
      try lab.map(giga, 0)
      let before = lab.leaves
      do {
        var cursor = try lab.cursor(0, giga + page)
        var seen: [Mapping] = []
        var asked: [PageProperties] = []
        while case .leaf(let old) = cursor.protectNext(
          cursor.range.end.rawValue - cursor.address.rawValue,
          {
            asked.append($0)
            $0 = [.read]
          })
        {
          check(old.range.start >= cursor.range.start && old.range.end == cursor.address)
          seen.append(old)
        }
        check(seen == before && asked == before.map(\.properties) && cursor.isDepleted)
      }
      lab.expectSound(
        leaves: before.map { Mapping(virtual: $0.virtual, physical: $0.physical, properties: [.read], level: $0.level) }
      )
    }
    try holds(c)
  }

  @Test("59. A change that changes nothing writes nothing, and the leaf is returned all the same")
  func noWrite() throws {
    typealias Counted<S: LockingStrategy, L: NodeLock> = Configured<X86_64, L, S, Keep, Counting>
    func holds<C: Configuration>(_: C.Type) throws where C.Execution == Counting {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.mapRun(0, 0, pages: 4)
      try lab.map(mega, 0, 2)
      var cursor = try lab.cursor(0, 2 * mega)
      check(cursor.query() != .outOfRange)
      var result = NextLeaf.none
      let nothing = Counting.accesses { result = cursor.protectNext(page) { _ in } }
      check(result == .leaf(lab.leaf(0, 0)))
      #expect(nothing.stores == 0 && nothing.readModifyWrites == 0)
      let change = Counting.accesses { result = cursor.protectNext(page) { $0.remove(.write) } }
      check(result == .leaf(lab.leaf(page, page)))
      #expect(change.stores == 1 && change.readModifyWrites == 0)
      let run = Counting.accesses { check(cursor.protectAll(2 * page) { $0.insert(.write) }) }
      #expect(run.stores == 0)
      // A huge leaf too; the cursor is in its node already.
      check(cursor.jump(to: lab.at(mega)) && cursor.query() == .mapped(lab.leaf(mega, 0, 2)))
      let huge = Counting.accesses { result = cursor.protectNext(mega) { _ in } }
      check(result == .leaf(lab.leaf(mega, 0, 2)))
      #expect(huge.stores == 0)
    }
    try holds(Counted<NoneStrategy, TTASLock>.self)
    try holds(Counted<GlobalStrategy, TTASLock>.self)
    try holds(Counted<CouplingStrategy, TTASLock>.self)
    try holds(Counted<CouplingStrategy, TicketLock>.self)
  }

  @Test(
    "60. Over a hole nothing is returned, and the cursor ends exactly behind the bytes", arguments: everyConfiguration)
  func hole(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.map(4 * mega, 0)
      do {
        var cursor = try lab.cursor(mega, 3 * giga)
        var calls = 0
        for (bytes, end) in [
          (page, mega + page), (mega - page, 2 * mega), (mega / 2, 2 * mega + mega / 2), (mega, 3 * mega + mega / 2),
          (0, 3 * mega + mega / 2),
        ] as [(UInt64, UInt64)] {
          check(cursor.protectNext(bytes) { _ in calls += 1 } == .none && cursor.address == lab.at(end))
        }
        check(cursor.jump(to: lab.at(5 * mega)))
        check(cursor.protectAll(3 * giga - 5 * mega) { _ in calls += 1 } && cursor.isDepleted)
        check(calls == 0)
      }
      lab.expectSound(leaves: [lab.leaf(4 * mega, 0)])
    }
    try holds(c)
  }

  @Test(
    "61. A huge leaf that lies partly in the range is split first, and only the part changes",
    arguments: everyConfiguration)
  func partialHuge(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      for level in 2...C.Format.highestLeafLevel {
        let bytes = Level(level).slotBytes
        for offset in [0, 5 * page, bytes - page] {
          let lab = try Lab(C.self)
          defer { keepAlive(lab.table) }
          try lab.map(0, bytes, level)
          do {
            var cursor = try lab.cursor(offset, offset + page)
            let result = cursor.protectNext(page) { $0.remove(.write) }
            check(result == .leaf(lab.leaf(offset, bytes + offset)))
          }
          let audit = TableAudit(lab.view)
          #expect(audit.leaves[1] == 512 && audit.leafCount == 512 + (level - 2) * 511)
          for leaf in lab.leaves {
            #expect(leaf.physical.rawValue - bytes == leaf.virtual.rawValue - lab.base)
            #expect(leaf.properties == (leaf.virtual == lab.at(offset) ? [.read, .user] : readWrite))
          }
          lab.expectSound()
        }
      }
    }
    try holds(c)
  }

  @Test("62. Accessed and dirty survive unless the change clears them", arguments: everyConfiguration)
  func accessedAndDirty(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      let marked = readWrite.union([.accessed, .dirty])
      for (offset, level) in [(0, 1), (mega, 2), (giga, 3)] as [(UInt64, Int)] {
        try lab.map(offset, 0, level, marked)
        do {
          var cursor = try lab.cursor(offset, offset + Level(level).slotBytes)
          check(cursor.protectNext(Level(level).slotBytes) { $0.remove(.write) } != .none)
          check(cursor.jump(to: lab.at(offset)))
          check(cursor.query() == .mapped(lab.leaf(offset, 0, level, marked.subtracting(.write))))
          check(cursor.protectAll(Level(level).slotBytes) { $0.subtract([.accessed, .dirty]) })
        }
        #expect(lab.translate(offset) == lab.leaf(offset, 0, level, [.read, .user]))
        // The pieces of a split leaf are marked as the leaf was.
        if level > 1 {
          var cursor = try lab.cursor(offset, offset + Level(level).slotBytes)
          check(cursor.protectNext(Level(level).slotBytes) { $0.formUnion([.accessed, .dirty]) } != .none)
          check(cursor.jump(to: lab.at(offset + page)) && cursor.takeNext(page) != .none)
          check(cursor.query() == .mapped(lab.leaf(offset + 2 * page, 2 * page, 1, [.read, .user, .accessed, .dirty])))
        }
      }
      lab.expectSound()
    }
    try holds(c)
  }

  @Test(
    "63. All properties that a format can combine come back through an entry, at every leaf level",
    arguments: everyConfiguration)
  func roundTrip(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      let flags: [PageProperties] = [
        .read, .write, .execute, .user, .accessed, .dirty, .global, .dirtyTracking, .executeElsewhere, .ownLevelOnly,
      ]
      for level in 1...C.Format.highestLeafLevel {
        let bytes = Level(level).slotBytes
        var cursor = try lab.cursor(0, bytes, largestLeaf: level)
        var tried = 0
        for bits in 0..<1 << flags.count {
          var properties: PageProperties = []
          for (index, flag) in flags.enumerated() where bits >> index & 1 == 1 { properties.insert(flag) }
          // Every flag set meets some memory type, key and software bits.
          properties.memoryIndex = UInt8(bits % 8)
          properties.shareability = PageProperties.Shareability.allCases[bits % 3]
          properties.protectionKey = UInt8(bits / 3 % 16)
          // Not the lowest bit: a tracked leaf owns its frames.
          properties.software = UInt16(bits * 37 % 1024) & ~1
          let plain = properties
          for simpler in 0..<16 {
            properties = plain
            if simpler & 1 != 0 { properties.memoryIndex = C.Format.ordinaryMemoryIndex }
            if simpler & 2 != 0 { properties.shareability = .inner }
            if simpler & 4 != 0 { properties.protectionKey = 0 }
            if simpler & 8 != 0 { properties.software &= 0b10 }
            if C.Format.supports(properties, at: Level(level)) { break }
          }
          guard C.Format.supports(properties, at: Level(level)) else { continue }
          tried += 1
          let frame = UInt64(bits % 3) * bytes
          let expected = lab.leaf(0, frame, level, properties)
          check(cursor.map(PhysicalAddress(frame), properties, level: Level(level)) == .mapped)
          check(lab.translate(bytes - page) == expected, "\(properties) at level \(level)")
          check(
            cursor.jump(to: lab.at(0)) && cursor.takeNext(bytes) == .leaf(expected), "\(properties) at level \(level)")
          check(cursor.jump(to: lab.at(0)))
        }
        check(tried >= 64, "\(tried) at level \(level)")
      }
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }
}
