import AddressSpaces
import Addressing
import Formats
import PageTables
import PagingTestSupport
import PhysicalMemory
import Strategies
import Testing

/// Mapping through cursors.
@Suite struct MapStatements {
  @Test("26. A page that was mapped is found with its address, properties and range", arguments: everyConfiguration)
  func mapThenQuery(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      do {
        var cursor = try lab.cursor(3 * page, 5 * page)
        check(cursor.map(PhysicalAddress(7 * page), readWrite) == .mapped)
        check(cursor.map(PhysicalAddress(9 * page), [.read]) == .mapped)
        check(cursor.jump(to: lab.at(3 * page)) && cursor.query() == .mapped(lab.leaf(3 * page, 7 * page)))
        check(cursor.jump(to: lab.at(4 * page)) && cursor.query() == .mapped(lab.leaf(4 * page, 9 * page, 1, [.read])))
      }
      #expect(lab.translate(3 * page + 17)?.physical(of: lab.at(3 * page + 17)) == PhysicalAddress(7 * page + 17))
      lab.expectSound(leaves: [lab.leaf(3 * page, 7 * page), lab.leaf(4 * page, 9 * page, 1, [.read])])
    }
    try holds(c)
  }

  @Test("27. A map moves the cursor by the size of the leaf", arguments: everyConfiguration)
  func advances(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      var cursor = try lab.cursor(0, 2 * giga, largestLeaf: 3)
      check(cursor.map(PhysicalAddress(0), readWrite, level: Level(3)) == .mapped && cursor.address == lab.at(giga))
      check(cursor.map(PhysicalAddress(0), readWrite, level: Level(2)) == .mapped)
      check(cursor.address == lab.at(giga + mega))
      for index in 1...512 as ClosedRange<UInt64> {
        check(cursor.map(PhysicalAddress(0), readWrite) == .mapped)
        check(cursor.address == lab.at(giga + mega + index * page))
      }
      // Behind the last slot of the leaf table.
      check(cursor.map(PhysicalAddress(0), readWrite) == .mapped)
      check(cursor.address == lab.at(giga + 2 * mega + page))
    }
    try holds(c)
  }

  @Test("28. A map beyond the end of the range traps", arguments: trappingConfigurations.indices)
  func beyondTheEnd(_ index: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
      try Provocation.mapBeyondEnd.run(index)
    }
    expectTrap(result, "the page must end inside the claimed range")
  }

  @Test("28. A huge page that does not end in the range traps", arguments: trappingConfigurations.indices)
  func hugeBeyondTheEnd(_ index: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
      try Provocation.hugeMapBeyondEnd.run(index)
    }
    expectTrap(result, "the page must end inside the claimed range")
  }

  @Test(
    "29. A huge page at an address that is not a multiple of its size traps", arguments: trappingConfigurations.indices)
  func misalignedHuge(_ index: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
      try Provocation.misalignedHugeMap.run(index)
    }
    expectTrap(result, "the address must be aligned to the page size")
  }

  @Test("29. One call refuses such a page and leaves the table untouched", arguments: everyConfiguration)
  func misalignedHugeCall(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      let pages = PageTable(lab.table, thread: soleWorker)
      #expect(throws: PagingError.notAligned) {
        try pages.map(lab.at(page), to: PhysicalAddress(0), readWrite, size: .size2M)
      }
      #expect(throws: PagingError.notAligned) {
        try pages.map(lab.at(mega), to: PhysicalAddress(0), readWrite, size: .size1G)
      }
      #expect(lab.tables == 1)
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test("30. A cursor in a leaf table climbs to map a huge page", arguments: everyConfiguration)
  func climbs(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.map(page, page)
      do {
        var cursor = try lab.cursor(0, giga, largestLeaf: 2)
        check(cursor.jump(to: lab.at(page)) && cursor.query() == .mapped(lab.leaf(page, page)))
        // In the table that is in the way: it must look at the slot above.
        check(cursor.jump(to: lab.at(0)) && cursor.query() == .unmapped(slot: lab.range(0, page)))
        check(cursor.map(PhysicalAddress(0), readWrite, level: Level(2)) == .alreadyMapped)
        check(cursor.jump(to: lab.at(page)) && cursor.query() == .mapped(lab.leaf(page, page)))
        check(cursor.jump(to: lab.at(mega)))
        check(cursor.map(PhysicalAddress(4 * mega), readWrite, level: Level(2)) == .mapped)
        check(cursor.address == lab.at(2 * mega))
        // And down again.
        check(cursor.map(PhysicalAddress(0), readWrite) == .mapped)
      }
      lab.expectSound(leaves: [lab.leaf(page, page), lab.leaf(mega, 4 * mega, 2), lab.leaf(2 * mega, 0)])
    }
    try holds(c)
  }

  @Test("31. An occupied slot is refused; a replace returns exactly the old leaf", arguments: everyConfiguration)
  func occupied(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      for level in 1...C.Format.highestLeafLevel {
        let bytes = Level(level).slotBytes
        if Lab<C>.half.byteCount < 2 * bytes { continue }
        let old = lab.leaf(bytes, 0, level)
        try lab.map(bytes, 0, level)
        do {
          var cursor = try lab.cursor(bytes, 2 * bytes, largestLeaf: level)
          check(cursor.map(PhysicalAddress(bytes), [.read], level: Level(level)) == .alreadyMapped)
          check(cursor.address == lab.at(bytes) && cursor.query() == .mapped(old))
          check(cursor.replace(PhysicalAddress(bytes), [.read], level: Level(level)) == .replaced(old))
          check(cursor.isDepleted && cursor.jump(to: lab.at(bytes)))
          check(cursor.query() == .mapped(lab.leaf(bytes, bytes, level, [.read])))
          check(cursor.takeNext(bytes) == .leaf(lab.leaf(bytes, bytes, level, [.read])))
          check(cursor.jump(to: lab.at(bytes)))
          check(cursor.replace(PhysicalAddress(0), readWrite, level: Level(level)) == .mapped)
          check(cursor.jump(to: lab.at(bytes)) && cursor.takeNext(bytes) == .leaf(old))
        }
      }
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test("32. A small page inside a huge leaf is refused, never a silent split", arguments: everyConfiguration)
  func insideHuge(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      for level in 2...C.Format.highestLeafLevel {
        try lab.map(0, 0, level)
        for smaller in 1..<level {
          for offset in [0, Level(level).slotBytes - Level(smaller).slotBytes] {
            let bytes = Level(smaller).slotBytes
            var cursor = try lab.cursor(offset, offset + bytes, largestLeaf: smaller)
            let frame = PhysicalAddress(bytes)
            check(cursor.map(frame, [.read], level: Level(smaller)) == .mappedToHugePage)
            check(cursor.replace(frame, [.read], level: Level(smaller)) == .mappedToHugePage)
            if smaller == 1 { check(cursor.mapRun(frame, [.read], pages: 1) == (0, .mappedToHugePage)) }
            check(cursor.address == lab.at(offset))
          }
        }
        #expect(lab.leaves == [lab.leaf(0, 0, level)])
        var cursor = try lab.cursor(0, Level(level).slotBytes)
        check(cursor.takeNext(Level(level).slotBytes) == .leaf(lab.leaf(0, 0, level)))
      }
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test("33. A huge page takes the place of an empty table, which is retired", arguments: everyConfiguration)
  func overEmptyTable(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      for level in 2...3 {
        let bytes = Level(level).slotBytes
        let before = lab.table.pool.framesInUse
        do {
          // In one cursor, so that no policy takes the empty table out before.
          var cursor = try lab.cursor(0, bytes, largestLeaf: level)
          check(cursor.jump(to: lab.at(5 * page)) && cursor.map(PhysicalAddress(page), readWrite) == .mapped)
          check(cursor.jump(to: lab.at(0)) && cursor.takeNext(bytes) == .leaf(lab.leaf(5 * page, page)))
          check(cursor.jump(to: lab.at(0)))
          check(cursor.map(PhysicalAddress(bytes), readWrite, level: Level(level)) == .mapped)
        }
        let audit = TableAudit(lab.view, pool: lab.table.pool)
        #expect(audit.violations == [])
        #expect(lab.translate(5 * page) == lab.leaf(0, bytes, level))
        // Not used again while a walker may be in it.
        #expect(lab.table.pool.framesInUse > before)
        #expect(audit.tables == C.Format.levels - level + 1)
        var cursor = try lab.cursor(0, bytes)
        check(cursor.takeNext(bytes) == .leaf(lab.leaf(0, bytes, level)))
      }
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test(
    "34. A huge page over a table that maps something is refused, with nothing changed", arguments: everyConfiguration)
  func overUsedTable(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      // At the end of the table, one level further down, and beside an empty table.
      try lab.map(giga - page, page)
      let expected = lab.leaves
      let tables = lab.tables
      for (start, level) in [(giga - mega, 2), (0, 3)] as [(UInt64, Int)] {
        let bytes = Level(level).slotBytes
        var cursor = try lab.cursor(start, start + bytes, largestLeaf: level)
        check(cursor.map(PhysicalAddress(0), readWrite, level: Level(level)) == .alreadyMapped)
        check(cursor.replace(PhysicalAddress(0), readWrite, level: Level(level)) == .alreadyMapped)
        check(cursor.address == lab.at(start))
      }
      #expect(lab.tables == tables)
      lab.expectSound(leaves: expected)
    }
    try holds(c)
  }

  @Test(
    "35. Without memory at any allocation a map fails and changes nothing that is mapped", arguments: everyConfiguration
  )
  func outOfFrames(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      for level in 1...C.Format.highestLeafLevel {
        let bytes = Level(level).slotBytes
        let needed = C.Format.levels - level
        for allowed in 0...needed {
          let lab = try Lab(C.self, frames: 512)
          defer { keepAlive(lab.table) }
          lab.table.pool.failAllocations(after: allowed)
          do {
            var cursor = try lab.cursor(0, bytes, largestLeaf: level)
            let outcome = cursor.map(PhysicalAddress(bytes), readWrite, level: Level(level))
            check(outcome == (allowed == needed ? .mapped : .outOfFrames), "level \(level), \(allowed) of \(needed)")
            check(cursor.address == (outcome == .mapped ? lab.at(bytes) : lab.at(0)))
          }
          lab.expectSound(leaves: allowed == needed ? [lab.leaf(0, bytes, level)] : [])
          lab.table.pool.allowAllocations()
          if allowed < needed { try lab.map(0, bytes, level) }
          lab.expectSound(leaves: [lab.leaf(0, bytes, level)])
        }
      }
    }
    try holds(c)
  }

  @Test("36. A region from 0x3fdff000 to 0x80002000 uses the largest pages that fit", arguments: everyConfiguration)
  func region(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let start: UInt64 = 0x3fdf_f000
      let bytes: UInt64 = 0x8000_2000 - 0x3fdf_f000
      func levels(_ largest: Int) throws -> [Int] {
        let lab = try Lab(C.self)
        defer { keepAlive(lab.table) }
        do {
          var cursor = try lab.cursor(start, start + bytes, largestLeaf: largest)
          let region = cursor.mapRegion(PhysicalAddress(start), readWrite, byteCount: bytes, largest: Level(largest))
          check(region.mappedBytes == bytes && region.outcome == .mapped && cursor.isDepleted)
        }
        let leaves = lab.leaves
        var next = lab.at(start)
        for leaf in leaves {
          #expect(leaf.virtual == next && leaf.physical.rawValue == leaf.virtual.rawValue - lab.base)
          next = leaf.range.end
        }
        #expect(next == lab.at(start + bytes))
        lab.expectSound()
        return leaves.map(\.level.rawValue)
      }
      #expect(try levels(3) == [1, 2, 3, 1, 1])
      #expect(try levels(2) == [1] + Array(repeating: 2, count: 513) + [1, 1])
    }
    try holds(c)
  }

  @Test(
    "37. Physical addresses out of step by 4 KiB allow no huge page, by 2 MiB none of 1 GiB",
    arguments: everyConfiguration)
  func outOfStep(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      for (frame, bytes, expected) in [
        (giga + page, 4 * mega, [2048, 0, 0]), (giga + mega, giga, [0, 512, 0]), (2 * giga, giga, [0, 0, 1]),
      ] as [(UInt64, UInt64, [Int])] {
        let lab = try Lab(C.self)
        defer { keepAlive(lab.table) }
        do {
          var cursor = try lab.cursor(giga, giga + bytes, largestLeaf: 3)
          let region = cursor.mapRegion(PhysicalAddress(frame), readWrite, byteCount: bytes, largest: Level(3))
          check(region.mappedBytes == bytes && region.outcome == .mapped)
        }
        #expect(Array(TableAudit(lab.view).leaves[1...3]) == expected)
        for offset in [0, bytes / 2, bytes - page] {
          let address = lab.at(giga + offset)
          #expect(lab.view.translate(address)?.physical(of: address) == PhysicalAddress(frame + offset))
        }
        lab.expectSound()
      }
    }
    try holds(c)
  }

  @Test(
    "38. A region whose address, frame or length is not a multiple of 4096 is refused", arguments: everyConfiguration)
  func unalignedRegion(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      let pages = PageTable(lab.table, thread: soleWorker)
      for (address, frame, bytes) in [(1, 0, page), (0, 1, page), (0, 0, page + 1), (8, 8, 8)]
        as [(UInt64, UInt64, UInt64)]
      {
        #expect(throws: PagingError.notAligned) {
          try pages.mapRegion(lab.at(address), to: PhysicalAddress(frame), byteCount: bytes, readWrite)
        }
        if frame & (page - 1) == 0 {
          #expect(throws: PagingError.notAligned) { try pages.unmapRegion(lab.at(address), byteCount: bytes) }
          #expect(throws: PagingError.notAligned) {
            try pages.protectRegion(lab.at(address), byteCount: bytes) { _ in }
          }
        }
      }
      #expect(lab.tables == 1)
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test("39. A table that several trees share never becomes a leaf and never goes", arguments: everyConfiguration)
  func sharedTable(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      let other = try makeTable(C.self, in: lab.table.pool)
      defer { keepAlive(other) }
      let owner = PageTable(lab.table, thread: soleWorker)
      let borrower = PageTable(other, thread: soleWorker)
      let index = C.Format.rootLevel.index(of: lab.base)
      try borrower.borrow(index..<index + 1, from: owner)
      let shared = lab.view.child(of: lab.view.root, lab.base, C.Format.levels)
      #expect(shared != nil && shared == other.view.child(of: other.view.root, lab.base, C.Format.levels))
      if C.Format.highestLeafLevel == C.Format.levels {
        let bytes = C.Format.rootLevel.slotBytes
        var cursor = try Cursor(
          other.view, over: VirtualRange(start: lab.at(0), byteCount: bytes), largestLeaf: C.Format.rootLevel,
          by: soleWorker)
        check(cursor.map(PhysicalAddress(0), readWrite, level: C.Format.rootLevel) == .alreadyMapped)
      }
      // Mapped through one, seen through the other, and still shared when it is empty again.
      try borrower.map(lab.at(0), to: PhysicalAddress(page), readWrite)
      #expect(lab.translate(0) == lab.leaf(0, page))
      _ = try owner.unmap(lab.at(0))
      #expect(other.view.translate(lab.at(0)) == nil)
      #expect(lab.view.child(of: lab.view.root, lab.base, C.Format.levels) == shared)
      #expect(other.view.child(of: other.view.root, lab.base, C.Format.levels) == shared)
      #expect(TableAudit(lab.view).violations == [] && TableAudit(other.view).violations == [])
    }
    try holds(c)
  }

  @Test("40. The first and the last page that may be mapped can be", arguments: everyConfiguration)
  func firstAndLast(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      let pages = PageTable(lab.table, thread: soleWorker)
      var expected: [Mapping] = []
      for half in Lab<C>.halves {
        for address in [half.start, half.end &+ (0 &- page)] {
          let frame = PhysicalAddress((UInt64(1) << UInt64(C.Format.physicalAddressBits)) - page)
          try pages.map(address, to: frame, readWrite)
          #expect(throws: PagingError.alreadyMapped) { try pages.map(address, to: frame, readWrite) }
          expected.append(Mapping(virtual: address, physical: frame, properties: readWrite, level: .one))
        }
      }
      lab.expectSound(leaves: expected)
    }
    try holds(c)
  }
}
