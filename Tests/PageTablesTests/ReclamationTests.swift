import Addressing
import Executions
import Formats
import Locks
import PageTables
import PagingTestSupport
import PhysicalMemory
import Strategies
import Testing

/// What the policies promise: tables that are kept, taken out on leaving, taken out at the cursor's end; and whole subtrees.
@Suite struct ReclamationTests {
  private static let configurations: [any Statements.Type] = [
    Checks<Configured<X86_64, TTASLock, NoneStrategy, PruneWhenEmpty, Hardware>>.self,
    Checks<Configured<X86_64, TTASLock, NoneStrategy, PruneOnDrop, Hardware>>.self,
    Checks<Configured<X86_64, TTASLock, GlobalStrategy, PruneWhenEmpty, Hardware>>.self,
    Checks<Configured<X86_64, TTASLock, GlobalStrategy, PruneOnDrop, Hardware>>.self,
    Checks<Configured<X86_64, TTASLock, CouplingStrategy, PruneWhenEmpty, Hardware>>.self,
    Checks<Configured<X86_64, TTASLock, CouplingStrategy, PruneOnDrop, Hardware>>.self,
    Checks<Configured<Sv39, TicketLock, CouplingStrategy, PruneWhenEmpty, Hardware>>.self,
    Checks<Configured<LoongArch64, TTASLock, CouplingStrategy, PruneOnDrop, Hardware>>.self,
    Checks<Configured<X86_64LA57, TTASLock, CouplingStrategy, PruneWhenEmpty, Hardware>>.self,
    Checks<Configured<AArch64, TTASLock, CouplingStrategy, PruneOnDrop, Hardware>>.self,
  ]

  @Test("Unmapping the last page leaves only the root (56)", arguments: configurations.indices)
  func lastPage(_ index: Int) throws { try Self.configurations[index].lastPage() }
  @Test("Emptying a range of many tables leaves only the root (56)", arguments: configurations.indices)
  func wholeRange(_ index: Int) throws { try Self.configurations[index].wholeRange() }
  @Test("Tables beside the emptied one stay", arguments: configurations.indices)
  func neighbours(_ index: Int) throws { try Self.configurations[index].neighbours() }
  @Test(
    "A table that lies in the range goes as a whole, and its pages are counted (49)", arguments: configurations.indices)
  func wholeTable(_ index: Int) throws { try Self.configurations[index].wholeTable() }
  @Test("Huge leaves count by their size (49, A-30)", arguments: configurations.indices)
  func hugeLeaves(_ index: Int) throws { try Self.configurations[index].hugeLeaves() }
  @Test("A table that is only partly in the range is not taken", arguments: configurations.indices)
  func partialTable(_ index: Int) throws { try Self.configurations[index].partialTable() }
  @Test("Random fragments are what a dictionary says", arguments: configurations.indices)
  func randomFragments(_ index: Int) throws { try Self.configurations[index].randomFragments() }
  @Test(
    "Tracked leaves give their frames back with the subtree and with the tree (A-7)", arguments: configurations.indices)
  func trackedLeaves(_ index: Int) throws { try Self.configurations[index].trackedLeaves() }

  @Test("Where tables are kept, nothing is freed and fragments are leaves (56)")
  func keep() throws {
    let table = try makeTable(CouplingTTAS.self)
    defer { keepAlive(table) }
    let range = VirtualRange(VirtualAddress(0), VirtualAddress(4 << 20))
    do {
      var cursor = try Cursor(table.view, over: range, by: soleWorker)
      check(cursor.mapRun(PhysicalAddress(0), [.read], pages: 1024).outcome == .mapped)
    }
    let tables = table.pool.liveTables
    var leaves = 0
    do {
      var cursor = try Cursor(table.view, over: range, by: soleWorker)
      while case .leaf = cursor.takeNextFragment(range.end.rawValue - cursor.address.rawValue) { leaves += 1 }
    }
    #expect(leaves == 1024)
    #expect(table.pool.liveTables == tables)
    #expect(TableAudit(table.view, pool: table.pool).violations == [])
  }

  @Test("An empty table that a huge page replaces stays allocated until the tree is dropped, and goes with it (33, 90)")
  func replacedTables() throws {
    var table: TranslationTable<CouplingTTAS>? = try makeTable(CouplingTTAS.self)
    let pool = try #require(table?.pool)
    do {
      let view = try #require(table?.view)
      let range = VirtualRange(start: VirtualAddress(0), byteCount: 1 << 30)
      var cursor = try Cursor(view, over: range, largestLeaf: Level(3), by: soleWorker)
      check(cursor.map(PhysicalAddress(0), [.read]) == .mapped)
      check(cursor.jump(to: VirtualAddress(0)))
      _ = cursor.takeNext(4096)
      check(cursor.jump(to: VirtualAddress(0)))
      check(cursor.map(PhysicalAddress(0), [.read], level: Level(3)) == .mapped)
    }
    let audit = TableAudit(try #require(table?.view), pool: pool)
    #expect(audit.violations == [])
    #expect(audit.tables == 2 && audit.detachedTables == 2)
    table = nil
    #expect(pool.framesInUse == 0)
    #expect(pool.liveTables == 0)
  }
}

/// `#expect` for conditions that use a cursor, which the macro cannot take apart because it cannot be copied.
private func check(_ condition: Bool, at location: SourceLocation = #_sourceLocation) {
  #expect(condition, sourceLocation: location)
}

private protocol Statements: SendableMetatype {
  static func lastPage() throws
  static func wholeRange() throws
  static func neighbours() throws
  static func wholeTable() throws
  static func hugeLeaves() throws
  static func partialTable() throws
  static func randomFragments() throws
  static func trackedLeaves() throws
}

private let mega: UInt64 = 2 << 20
private let giga: UInt64 = 1 << 30

private enum Checks<C: Configuration>: Statements {
  private static func cursor(
    _ table: TranslationTable<C>, _ start: UInt64, _ end: UInt64, largestLeaf: Int = 1
  ) throws -> Cursor<C> {
    try Cursor(
      table.view, over: VirtualRange(VirtualAddress(start), VirtualAddress(end)), largestLeaf: Level(largestLeaf),
      by: soleWorker)
  }

  private static func map(
    _ table: TranslationTable<C>, _ start: UInt64, pages: UInt64, level: Int = 1,
    _ properties: PageProperties = C.Format.ordinary([.read, .write])
  ) throws {
    let bytes = Level(level).slotBytes
    var cursor = try cursor(table, start, start + pages * bytes, largestLeaf: level)
    for page in 0..<pages {
      let outcome = cursor.map(PhysicalAddress(page * bytes), properties, level: Level(level))
      #expect(outcome == .mapped)
    }
  }

  private static func takeAll(_ table: TranslationTable<C>, _ start: UInt64, _ end: UInt64) throws {
    var cursor = try cursor(table, start, end)
    let isComplete = cursor.takeAll(end - start) { _ in }
    #expect(isComplete)
  }

  private static func expectTables(_ table: TranslationTable<C>, _ count: Int) {
    let audit = TableAudit(table.view, pool: table.pool)
    #expect(audit.violations == [])
    #expect(audit.tables == count)
    #expect(table.pool.liveTables == count)
  }

  /// One page, through a cursor that covers only the leaf table.
  static func lastPage() throws {
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    try map(table, giga + mega, pages: 2)
    expectTables(table, C.Format.levels)
    try takeAll(table, giga + mega, giga + mega + 4096)
    expectTables(table, C.Format.levels)
    try takeAll(table, giga + mega + 4096, giga + mega + 8192)
    expectTables(table, 1)
  }

  static func wholeRange() throws {
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    let start = giga - 3 * mega
    try map(table, start, pages: 3000)
    try takeAll(table, start, start + 3000 * 4096)
    expectTables(table, 1)
  }

  static func neighbours() throws {
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    try map(table, 0, pages: 1)
    try map(table, mega, pages: 1)
    try map(table, giga, pages: 1)
    try takeAll(table, mega, 2 * mega)
    // Root, and for both gigabytes their nodes.
    expectTables(table, C.Format.levels + 2)
    #expect(table.view.translate(VirtualAddress(0)) != nil)
    #expect(table.view.translate(VirtualAddress(giga)) != nil)
  }

  static func wholeTable() throws {
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    for page in [3, 7, 511] as [UInt64] { try map(table, 4 * mega + page * 4096, pages: 1) }
    try map(table, 6 * mega, pages: 1)
    var cursor = try cursor(table, 3 * mega, 8 * mega)
    guard case .table(let first) = cursor.takeNextFragment(3 * mega) else {
      Issue.record("no table was taken")
      return
    }
    #expect(first.range == VirtualRange(start: VirtualAddress(4 * mega), byteCount: mega))
    #expect(first.pages == 3)
    #expect(first.level == .one)
    var addresses: [UInt64] = []
    table.view.forEachLeaf(of: first) { addresses.append($0.virtual.rawValue) }
    #expect(addresses == [3, 7, 511].map { 4 * mega + $0 * 4096 })
    // Behind the table, not at the end of the bytes.
    let address = cursor.address
    #expect(address == VirtualAddress(5 * mega))
    let rest = cursor.takeNextFragment(0)
    #expect(rest == .none)
    table.view.free(first, by: soleWorker)
  }

  static func hugeLeaves() throws {
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    try map(table, giga, pages: 2, level: 2)
    try map(table, giga + 8 * mega, pages: 5)
    do {
      var cursor = try cursor(table, 0, 3 * giga, largestLeaf: 3)
      guard case .table(let fragment) = cursor.takeNextFragment(3 * giga) else {
        Issue.record("no table was taken")
        return
      }
      #expect(fragment.pages == 1024 + 5)
      #expect(fragment.range == VirtualRange(start: VirtualAddress(giga), byteCount: giga))
      let rest = cursor.takeNextFragment(giga)
      #expect(rest == .none)
      table.view.free(fragment, by: soleWorker)
    }
    expectTables(table, 1)
  }

  static func partialTable() throws {
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    try map(table, mega, pages: 512)
    do {
      var cursor = try cursor(table, mega, 2 * mega)
      let fragment = cursor.takeNextFragment(mega - 4096)
      guard case .leaf(let old) = fragment else {
        Issue.record("\(fragment) was taken")
        return
      }
      #expect(old.virtual == VirtualAddress(mega))
    }
    expectTables(table, C.Format.levels)
  }

  static func randomFragments() throws {
    let seed = testSeed("fragments, \(C.self)")
    var generator = SeededGenerator(seed: seed)
    let table = try makeTable(C.self, frames: 1 << 14)
    defer { keepAlive(table) }
    var pages: Set<UInt64> = []
    let window = 2 * giga
    for _ in 0..<testSteps(300) {
      // Around the borders of tables.
      for _ in 0..<Int.random(in: 0...12, using: &generator) {
        let border = UInt64.random(in: 0...16, using: &generator) * (window / 16)
        let offset = Int64.random(in: -520...520, using: &generator) * 4096
        let address = border &+ UInt64(bitPattern: offset)
        guard address < window, !pages.contains(address) else { continue }
        try map(table, address, pages: 1)
        pages.insert(address)
      }
      let borders = [0, mega, giga, giga - mega, 2 * giga - mega, 2 * giga]
      var start = generator.pick(borders) &+ UInt64(bitPattern: Int64.random(in: -3...3, using: &generator) * 4096)
      if start >= window { start = 0 }
      let longest = (window - start) / 4096
      let length =
        min(generator.pick([1, 2, 511, 512, 513, 1024, longest]), longest) * 4096
      do {
        var cursor = try cursor(table, start, window)
        var at = start
        while true {
          let fragment = cursor.takeNextFragment(start + length - at)
          let now = cursor.address.rawValue
          let gone = pages.filter { at <= $0 && $0 < now }
          var taken: Set<UInt64> = []
          switch fragment {
          case .none:
            #expect(now == start + length, "seed \(seed)")
          case .leaf(let old): taken = [old.virtual.rawValue]
          case .table(let subtree):
            table.view.forEachLeaf(of: subtree) { taken.insert($0.virtual.rawValue) }
            #expect(subtree.pages == UInt64(taken.count), "seed \(seed)")
            #expect(subtree.range.end.rawValue == now && subtree.range.start.rawValue >= at, "seed \(seed)")
            table.view.free(subtree, by: soleWorker)
          case .outOfFrames: Issue.record("out of frames, seed \(seed)")
          }
          #expect(gone == taken, "seed \(seed), from \(at) to \(now)")
          pages.subtract(gone)
          at = now
          if fragment == .none { break }
        }
      }
      let audit = TableAudit(table.view, pool: table.pool)
      #expect(audit.violations == [], "seed \(seed)")
      #expect(audit.leafCount == pages.count, "seed \(seed)")
      #expect(pages.allSatisfy { table.view.translate(VirtualAddress($0)) != nil }, "seed \(seed)")
    }
    try takeAll(table, 0, window)
    expectTables(table, 1)
  }

  static func trackedLeaves() throws {
    let pool: FramePool<C.Execution>
    do {
      let table = try makeTable(C.self)
      pool = table.pool
      let properties = C.Format.ordinary([.read, .write]).union(.tracked)
      func mapTracked(_ address: UInt64) throws {
        let frame = try #require(pool.allocator.allocate(for: soleWorker))
        var cursor = try cursor(table, address, address + 4096)
        let outcome = cursor.map(frame, properties)
        #expect(outcome == .mapped)
      }
      for page in 0..<UInt64(20) { try mapTracked(mega + page * 4096) }
      try mapTracked(giga)
      do {
        var cursor = try cursor(table, 0, 2 * giga)
        guard case .table(let fragment) = cursor.takeNextFragment(giga) else {
          Issue.record("no table was taken")
          return
        }
        #expect(fragment.pages == 20)
        table.view.free(fragment, by: soleWorker)
      }
      let audit = TableAudit(table.view, pool: pool, framesBesideTables: 1)
      #expect(audit.violations == [], "twenty frames were given back")
      keepAlive(table)
    }
    #expect(pool.framesInUse == pool.tablesInGrace, "and the last with the tree")
  }
}
