import AddressSpaces
import Addressing
import Formats
import PageTables
import PagingTestSupport
import PhysicalMemory
import Strategies
import Testing

/// One call per operation.
@Suite struct PageTableStatements {
  @Test("86. Every error is provoked", arguments: everyConfiguration)
  func errors(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      let pages = PageTable(lab.table, thread: soleWorker)
      let frame = PhysicalAddress(0)
      try pages.map(lab.at(0), to: frame, readWrite)
      try pages.map(lab.at(mega), to: frame, readWrite, size: .size2M)
      try pages.map(lab.at(giga), to: frame, readWrite, size: .size1G)
      let before = lab.leaves
      // AlreadyMapped: the same size, and a table with something in it.
      #expect(throws: PagingError.alreadyMapped) { try pages.map(lab.at(0), to: frame, .read) }
      #expect(throws: PagingError.alreadyMapped) { try pages.map(lab.at(mega), to: frame, .read, size: .size2M) }
      #expect(throws: PagingError.alreadyMapped) { try pages.map(lab.at(0), to: frame, .read, size: .size2M) }
      // MappedToHugePage.
      #expect(throws: PagingError.mappedToHugePage) { try pages.map(lab.at(mega), to: frame, .read) }
      #expect(throws: PagingError.mappedToHugePage) { try pages.map(lab.at(2 * mega - page), to: frame, .read) }
      #expect(throws: PagingError.mappedToHugePage) { try pages.map(lab.at(giga), to: frame, .read, size: .size2M) }
      // NotAligned: the address, the frame, and a frame for a huge page that a remap finds.
      #expect(throws: PagingError.notAligned) { try pages.map(lab.at(1), to: frame, .read) }
      #expect(throws: PagingError.notAligned) { try pages.map(lab.at(2 * page), to: PhysicalAddress(1), .read) }
      #expect(throws: PagingError.notAligned) { try pages.map(lab.at(page), to: frame, .read, size: .size2M) }
      #expect(throws: PagingError.notAligned) { try pages.remap(lab.at(mega), to: PhysicalAddress(page), .read) }
      #expect(throws: PagingError.notAligned) { try pages.unmap(lab.at(8)) }
      #expect(throws: PagingError.notAligned) { try pages.protect(lab.at(8), .read) }
      // NotMapped.
      #expect(throws: PagingError.notMapped) { try pages.unmap(lab.at(page)) }
      // NoMemory: a table and a split.
      lab.table.pool.failAllocations(after: 0)
      #expect(throws: PagingError.noMemory) { try pages.map(lab.at(3 * giga), to: frame, .read) }
      #expect(throws: PagingError.noMemory) { try pages.unmapRegion(lab.at(giga), byteCount: page) }
      #expect(throws: PagingError.noMemory) { try pages.protectRegion(lab.at(mega), byteCount: page) { _ in } }
      lab.table.pool.allowAllocations()
      lab.expectSound(leaves: before)
    }
    try holds(c)
  }

  @Test("87. A huge leaf at physical address 0 is a huge leaf (P-1)", arguments: everyConfiguration)
  func hugeAtZero(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      let pages = PageTable(lab.table, thread: soleWorker)
      for (offset, size) in [(mega, PageSize.size2M), (giga, .size1G)] {
        for properties in [readWrite, [.read], []] as [PageProperties] {
          try pages.map(lab.at(offset), to: PhysicalAddress(0), properties, size: size)
          let inside = lab.at(offset + size.bytes - 7 * page)
          let leaf = lab.leaf(offset, 0, size.level.rawValue, properties)
          #expect(try pages.query(inside) == leaf)
          #expect(leaf.physical(of: inside) == PhysicalAddress(size.bytes - 7 * page))
          #expect(throws: PagingError.mappedToHugePage) { try pages.map(inside, to: PhysicalAddress(0), .read) }
          #expect(try pages.protect(inside, .read) == leaf)
          #expect(try pages.unmap(inside) == lab.leaf(offset, 0, size.level.rawValue, [.read]))
        }
      }
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test(
    "88. On a hole remap, protect, unmap and query say so, and nothing comes into being (P-2)",
    arguments: everyConfiguration)
  func holes(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      let pages = PageTable(lab.table, thread: soleWorker)
      func expectHole(_ offset: UInt64) {
        let address = lab.at(offset)
        #expect(throws: PagingError.notMapped) { try pages.remap(address, to: PhysicalAddress(0), readWrite) }
        #expect(throws: PagingError.notMapped) { try pages.protect(address, readWrite) }
        #expect(throws: PagingError.notMapped) { try pages.unmap(address) }
        #expect(throws: PagingError.notMapped) { try pages.query(address) }
      }
      expectHole(0)
      // With tables down to each level.
      try pages.map(lab.at(giga), to: PhysicalAddress(0), readWrite, size: .size1G)
      try pages.map(lab.at(mega), to: PhysicalAddress(0), readWrite, size: .size2M)
      try pages.map(lab.at(page), to: PhysicalAddress(0), readWrite)
      let before = lab.leaves
      for offset in [0, 2 * page, 2 * mega, 2 * giga] { expectHole(offset) }
      #expect(
        try pages.unmapRegion(lab.at(2 * giga), byteCount: giga) { _ in Issue.record("a hole has no leaf") } != .none)
      lab.expectSound(leaves: before)
    }
    try holds(c)
  }

  @Test(
    "89. A walk visits every leaf at its full address, at most so many entries per table, tables before and after",
    arguments: everyConfiguration)
  func walk(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      let pages = PageTable(lab.table, thread: soleWorker)
      var expected: [Mapping] = []
      for half in Lab<C>.halves {
        for (offset, size) in [(0, PageSize.size4K), (511 * page, .size4K), (mega, .size2M), (giga, .size1G)] {
          let address = half.start &+ offset
          try pages.map(address, to: PhysicalAddress(0), readWrite, size: size)
          expected.append(
            Mapping(virtual: address, physical: PhysicalAddress(0), properties: readWrite, level: size.level))
        }
        let last = half.end &+ (0 &- page)
        try pages.map(last, to: PhysicalAddress(page), readWrite)
        expected.append(Mapping(virtual: last, physical: PhysicalAddress(page), properties: readWrite, level: .one))
      }
      var leaves: [Mapping] = []
      var open: [VirtualAddress] = []
      var tables = 0
      pages.walk { level, _, address, entry in
        open.append(address)
        #expect(open.count == C.Format.levels - level.rawValue + 1, "parents come first")
        if case .leaf(let physical, let properties) = entry {
          leaves.append(Mapping(virtual: address, physical: physical, properties: properties, level: level))
        } else {
          tables += 1
        }
      } post: { _, _, address, _ in
        #expect(open.popLast() == address, "children are done")
      }
      #expect(leaves == expected && open.isEmpty && tables == lab.tables - 1)
      for limit in [0, 1, 2] {
        var visits: [VirtualAddress: [Int]] = [:]
        pages.walk(limit: limit) { level, index, address, _ in
          // Named by where it begins; the root by its one level.
          let node = level == C.Format.rootLevel ? 0 : level.nodeStart(of: address.rawValue)
          visits[VirtualAddress(node | UInt64(level.rawValue)), default: []].append(index)
        }
        #expect(visits.isEmpty == (limit == 0))
        #expect(visits.values.allSatisfy { $0.count <= limit && $0 == $0.sorted() })
      }
      lab.expectSound(leaves: expected)
    }
    try holds(c)
  }

  @Test(
    "90. A dropped table gives every frame back exactly once, also where tables are shared",
    arguments: everyConfiguration)
  func drop(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let pool = try makePool(C.self)
      func fill(_ table: TranslationTable<C>) throws {
        let pages = PageTable(table, thread: soleWorker)
        for half in Lab<C>.halves {
          for offset in [0, mega, giga, 3 * giga] {
            try pages.map(half.start &+ offset, to: PhysicalAddress(0), readWrite)
          }
          try pages.map(half.start &+ 8 * giga, to: PhysicalAddress(0), readWrite, size: .size1G)
          // Split once and twice.
          _ = try pages.unmapRegion(half.start &+ (8 * giga + page), byteCount: page)
          // A table that a huge page takes the place of.
          _ = try pages.unmap(half.start &+ mega)
          try? pages.map(half.start &+ mega, to: PhysicalAddress(0), readWrite, size: .size2M)
        }
        keepAlive(table)
      }
      for _ in 0..<3 {
        do { try fill(makeTable(C.self, in: pool)) }
        #expect(pool.framesInUse - pool.tablesInGrace == 0)
        #expect(pool.violations() == [])
      }
      let slot = C.Format.rootLevel.index(of: Lab<C>.half.start.rawValue)
      for ownerGoesFirst in [true, false] {
        do {
          var owner: TranslationTable<C>? = try makeTable(C.self, in: pool)
          var borrower: TranslationTable<C>? = try makeTable(C.self, in: pool)
          if let owner, let borrower {
            try PageTable(borrower, thread: soleWorker).borrow(
              slot..<slot + 1, from: PageTable(owner, thread: soleWorker))
            // Behind the loan, so that the shared tables grow through both.
            try PageTable(borrower, thread: soleWorker).map(Lab<C>.half.start, to: PhysicalAddress(0), readWrite)
            try PageTable(owner, thread: soleWorker).map(
              Lab<C>.half.start &+ mega, to: PhysicalAddress(0), readWrite)
          }
          if ownerGoesFirst { owner = nil } else { borrower = nil }
          let rest = try #require(owner ?? borrower)
          #expect(TableAudit(rest.view, pool: pool).violations == [])
          #expect(leavesByWalk(rest.view).leaves.count == 2)
          keepAlive(rest)
        }
        #expect(pool.framesInUse - pool.tablesInGrace == 0)
        #expect(pool.violations() == [])
      }
    }
    try holds(c)
  }

  @Test(
    "91. A region that fails leaves nothing behind; through a cursor it leaves a prefix and says how long",
    arguments: everyConfiguration)
  func regionFails(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.map(mega + 7 * page, 0)
      let before = lab.leaves
      let pages = PageTable(lab.table, thread: soleWorker)
      for allowHuge in [true, false] {
        #expect(throws: PagingError.alreadyMapped) {
          try pages.mapRegion(
            lab.at(0), to: PhysicalAddress(0), byteCount: 2 * mega, readWrite, allowHuge: allowHuge)
        }
        lab.expectSound(leaves: before)
      }
      do {
        var cursor = try lab.cursor(mega, 2 * mega)
        let region = cursor.mapRegion(PhysicalAddress(0), [.read], byteCount: mega, largest: .one)
        check(region.mappedBytes == 7 * page && region.outcome == .alreadyMapped)
        check(cursor.address == lab.at(mega + 7 * page))
      }
      lab.expectSound(leaves: (0..<7).map { lab.leaf(mega + $0 * page, $0 * page, 1, [.read]) } + before)
    }
    try holds(c)
  }

  @Test("92. Addresses that are not canonical, or not of this tree, are refused", arguments: everyConfiguration)
  func nonCanonical(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      try lab.map(0, 0)
      let pages = PageTable(lab.table, thread: soleWorker)
      let half = UInt64(1) << UInt64(C.Format.virtualAddressBits - 1)
      // Aliases of the mapped page if upper bits were not looked at, and the borders.
      var refused = [lab.base ^ 1 << 60, lab.base ^ 1 << 63, lab.base ^ 1 << UInt64(C.Format.virtualAddressBits)]
      for address in [half, 0 &- half &- page] where !C.Format.isCanonical(VirtualAddress(address)) {
        refused.append(address)
      }
      for address in refused.map(VirtualAddress.init) {
        #expect(throws: PagingError.notAligned) { try pages.map(address, to: PhysicalAddress(0), .read) }
        #expect(throws: PagingError.notAligned) { try pages.map(address, to: PhysicalAddress(0), .read, size: .size2M) }
        #expect(throws: PagingError.notAligned) { try pages.unmap(address) }
        #expect(throws: PagingError.notAligned) { try pages.protect(address, .read) }
        #expect(throws: PagingError.notAligned) { try pages.remap(address, to: PhysicalAddress(0), .read) }
        #expect(throws: PagingError.notAligned) { try pages.query(address) }
        #expect(throws: PagingError.notAligned) { try pages.unmapRegion(address, byteCount: page) }
        #expect(throws: PagingError.notAligned) {
          try pages.mapRegion(address, to: PhysicalAddress(0), byteCount: page, .read)
        }
      }
      lab.expectSound(leaves: [lab.leaf(0, 0)])
    }
    try holds(c)
  }

  @Test(
    "93. Trees of five levels map, translate and unmap by all five",
    arguments: [Coupled<Sv57>.self, Coupled<X86_64LA57>.self] as [any Configuration.Type])
  func fiveLevels(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let lab = try Lab(C.self)
      defer { keepAlive(lab.table) }
      let pages = PageTable(lab.table, thread: soleWorker)
      // Neighbours at every level.
      let offsets = [0] + (1...5).map { Level($0).slotBytes }
      for (index, offset) in offsets.enumerated() {
        try pages.map(lab.at(offset), to: PhysicalAddress(UInt64(index) * page), readWrite)
      }
      // One leaf table shared by the first two, then one more per level: 4 + 1 + 2 + 3 + 4 and the root.
      #expect(lab.tables == 1 + 4 + 1 + 2 + 3 + 4)
      for (index, offset) in offsets.enumerated() {
        #expect(try pages.query(lab.at(offset)) == lab.leaf(offset, UInt64(index) * page))
        #expect(throws: PagingError.notMapped) { try pages.query(lab.at(offset + 2 * page)) }
      }
      for (index, offset) in offsets.enumerated() {
        #expect(try pages.unmap(lab.at(offset)) == lab.leaf(offset, UInt64(index) * page))
      }
      lab.expectSound(leaves: [])
    }
    try holds(c)
  }

  @Test(
    "95. 2048 random maps and unmaps, three quarters of them maps, leave no frame when the table goes",
    arguments: everyConfiguration)
  func randomUse(_ c: any Configuration.Type) throws {
    func holds<C: Configuration>(_: C.Type) throws {
      let seed = testSeed("95, \(C.self)")
      var generator = SeededGenerator(seed: seed)
      let pool = try makePool(C.self, frames: 1 << 14)
      do {
        let table = try makeTable(C.self, in: pool)
        let pages = PageTable(table, thread: soleWorker)
        let half = Lab<C>.half
        var mapped: [VirtualAddress] = []
        for _ in 0..<2048 {
          let address = half.start &+ generator.below(half.byteCount / page) * page
          if generator.chance(75) {
            let frame = PhysicalAddress(UInt64(mapped.count) * page)
            if (try? pages.map(address, to: frame, readWrite)) != nil { mapped.append(address) }
          } else if !mapped.isEmpty {
            let victim = mapped.remove(at: Int(generator.below(mapped.count)))
            #expect(try pages.unmap(victim).virtual == victim, "seed \(seed)")
          }
        }
        let audit = TableAudit(table.view, pool: pool)
        #expect(audit.violations == [] && audit.leafCount == mapped.count, "seed \(seed)")
        keepAlive(table)
      }
      #expect(pool.framesInUse - pool.tablesInGrace == 0 && pool.violations() == [], "seed \(seed)")
    }
    try holds(c)
  }
}
