import Addressing
import Formats
import PageTables
import PagingTestSupport
import PhysicalMemory
import Testing

/// Copying from one table to another.
@Suite struct CloneStatements {
  /// A table with something of every kind in it, an empty one in the same pool, and what a copy reported.
  private struct Family<C: Configuration> {
    let parent: Lab<C>
    let child: Lab<C>
    var asked: [PageProperties] = []
    var shrunk: [Mapping] = []
    var ends: [VirtualAddress] = []

    init(_: C.Type) throws {
      parent = try Lab(C.self)
      child = try Lab(C.self, in: parent.table.pool)
    }

    /// Over the borders of two leaf tables and of a level-3 slot: writable, read-only and inaccessible pages, a huge one.
    func fill() throws {
      try parent.map(giga - 2 * page, 5 * page, 1, [.read])
      try parent.map(giga - page, page)
      try parent.map(giga + 5 * page, 2 * page, 1, [])
      try parent.map(giga + mega, 4 * mega, 2)
      try parent.map(giga + 3 * mega + page, 7 * page)
    }

    mutating func copy(
      _ start: UInt64, _ bytes: UInt64, to target: UInt64? = nil, _ change: (inout PageProperties) -> Void
    ) throws -> CopyOutcome {
      let source = parent.range(start, start + bytes)
      let destination = child.range(target ?? start, (target ?? start) + bytes)
      var (asked, shrunk, ends): ([PageProperties], [Mapping], [VirtualAddress]) = ([], [], [])
      let outcome = try Cursor.withPair(from: parent.view, source, to: child.view, destination, by: soleWorker) {
        from, to in
        let outcome = to.copy(from: &from, bytes) {
          asked.append($0)
          change(&$0)
        } shrunk: {
          shrunk.append($0)
        }
        ends = [from.address, to.address]
        return outcome
      }
      (self.asked, self.shrunk, self.ends) = (asked, shrunk, ends)
      return outcome
    }

    func expectSound(dataFrames: Int = 0, at location: SourceLocation = #_sourceLocation) {
      parent.expectSound(framesBeside: child.tables + dataFrames, at: location)
      child.expectSound(framesBeside: parent.tables + dataFrames, at: location)
      keepAlive(parent.table)
      keepAlive(child.table)
    }
  }

  private static let start = giga - mega
  private static let bytes = 6 * mega

  @Test("64. After a fork both tables translate alike, and neither may write", arguments: everyConfiguration)
  func fork(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      var family = try Family(C.self)
      try family.fill()
      let before = family.parent.leaves
      #expect(try family.copy(Self.start, Self.bytes) { $0.remove(.write) } == .copied)
      let expected = before.map {
        Mapping(
          virtual: $0.virtual, physical: $0.physical, properties: $0.properties.subtracting(.write), level: $0.level)
      }
      #expect(family.parent.leaves == expected && family.child.leaves == expected)
      family.expectSound()
    }
    try holds(c)
  }

  @Test("65. The change is asked for once per leaf, in order, with what the leaf had", arguments: everyConfiguration)
  func askedOnce(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      var family = try Family(C.self)
      try family.fill()
      let before = family.parent.leaves
      #expect(try family.copy(Self.start, Self.bytes) { $0 = [.read] } == .copied)
      #expect(family.asked == before.map(\.properties))
      #expect(family.child.leaves.allSatisfy { $0.properties == [.read] })
      family.expectSound()
    }
    try holds(c)
  }

  @Test(
    "66. Where the destination maps something the copy is refused before anything is written",
    arguments: everyConfiguration)
  func occupied(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      for (offset, level) in [
        (Self.start, 1), (giga + 5 * page, 1), (giga + 4 * mega, 2), (Self.start + Self.bytes - page, 1),
      ] {
        var family = try Family(C.self)
        try family.fill()
        try family.child.map(offset, 0, level)
        let before = family.parent.leaves
        let tables = family.child.tables
        #expect(try family.copy(Self.start, Self.bytes) { $0 = [] } == .destinationOccupied)
        #expect(family.asked == [] && family.shrunk == [])
        #expect(family.parent.leaves == before && family.child.leaves == [family.child.leaf(offset, 0, level)])
        #expect(family.child.tables == tables)
        #expect(family.ends == [family.parent.at(Self.start), family.child.at(Self.start)])
        family.expectSound()
      }
    }
    try holds(c)
  }

  @Test(
    "67. A copy may go to other addresses; huge pages become smaller where they do not fit",
    arguments: everyConfiguration)
  func otherAddresses(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      for (shift, huge) in [(giga, 1), (mega, 1), (page, 0), (giga + 3 * page, 0)] as [(UInt64, Int)] {
        var family = try Family(C.self)
        try family.fill()
        let before = family.parent.leaves
        #expect(try family.copy(Self.start, Self.bytes, to: Self.start + shift) { $0.remove(.write) } == .copied)
        #expect(TableAudit(family.child.view).leaves[2] == huge)
        for leaf in before {
          for inside in [0, leaf.byteCount - page] {
            let copy = try #require(family.child.view.translate(leaf.virtual &+ inside &+ shift))
            #expect(copy.physical(of: leaf.virtual &+ inside &+ shift) == leaf.physical &+ inside)
            #expect(copy.properties == leaf.properties.subtracting(.write))
          }
        }
        let copied = family.child.leaves.reduce(0) { $0 + $1.byteCount }
        #expect(copied == before.reduce(0) { $0 + $1.byteCount })
        family.expectSound()
      }
    }
    try holds(c)
  }

  @Test("68. Both cursors end where their bytes end, also over holes", arguments: everyConfiguration)
  func ends(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      var family = try Family(C.self)
      try family.fill()
      for (start, bytes, target) in [
        (0, page, 0), (0, mega, 7 * page), (Self.start, Self.bytes, Self.start), (5 * giga, 3 * mega, 6 * giga),
      ] as [(UInt64, UInt64, UInt64)] {
        #expect(try family.copy(start, bytes, to: target) { _ in } == .copied)
        #expect(family.ends == [family.parent.at(start + bytes), family.child.at(target + bytes)])
      }
      family.expectSound()
    }
    try holds(c)
  }

  @Test("69. A tracked frame has as many owners as tables that map it", arguments: everyConfiguration)
  func owners(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      var family = try Family(C.self)
      let view = family.parent.view
      let frame = try #require(view.allocator.allocate(for: soleWorker))
      func owners() -> Int { Int(view.memory.record(frame).references.count) }
      try family.parent.map(0, frame.rawValue, 1, readWrite.union(.tracked))
      #expect(owners() == 1)
      #expect(try family.copy(0, page) { $0.remove(.write) } == .copied)
      #expect(owners() == 2)
      #expect(try family.copy(0, page, to: mega) { _ in } == .copied)
      #expect(owners() == 3)
      family.expectSound(dataFrames: 1)
      for (lab, offset) in [(family.parent, 0), (family.child, mega), (family.child, 0)] {
        let before = owners()
        var cursor = try lab.cursor(offset, offset + page)
        guard case .leaf(let leaf) = cursor.takeNext(page) else { return check(false, "the page is gone") }
        check(owners() == before, "taking gives the reference to the caller")
        if before > 1 {
          view.release(leaf, by: soleWorker)
          check(owners() == before - 1)
        } else {
          view.release(leaf, by: soleWorker)
        }
      }
      family.expectSound()
    }
    try holds(c)
  }

  @Test("70. What the source has to flush are the leaves whose rights shrank", arguments: everyConfiguration)
  func flushes(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let changes: [(change: (inout PageProperties) -> Void, shrinks: (PageProperties) -> Bool)] = [
        ({ $0.remove(.write) }, { $0.contains(.write) }), ({ _ in }, { _ in false }),
        ({ $0.insert(.accessed) }, { _ in false }), ({ $0 = [] }, { $0.grantsAccess || $0.contains(.user) }),
      ]
      for (change, shrinks) in changes {
        var family = try Family(C.self)
        try family.fill()
        let before = family.parent.leaves
        #expect(try family.copy(Self.start, Self.bytes, change) == .copied)
        #expect(family.shrunk == before.filter { shrinks($0.properties) })
        family.expectSound()
      }
    }
    try holds(c)
  }

  @Test(
    "71. Unmapping in one table leaves the other intact, and so does dropping the source", arguments: everyConfiguration
  )
  func independent(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let child: Lab<C>
      var expected: [Mapping] = []
      do {
        var family = try Family(C.self)
        try family.fill()
        #expect(try family.copy(Self.start, Self.bytes) { $0.remove(.write) } == .copied)
        expected = family.parent.leaves
        child = family.child
        do {
          var cursor = try child.cursor(giga, giga + mega)
          check(cursor.takeAll(mega) { _ in })
        }
        #expect(family.parent.leaves == expected)
        expected.removeAll { child.range(giga, giga + mega).contains($0.virtual) }
        #expect(child.leaves == expected)
        family.expectSound()
      }
      // The parent is gone.
      child.expectSound(leaves: expected)
      keepAlive(child.table)
    }
    try holds(c)
  }
}
