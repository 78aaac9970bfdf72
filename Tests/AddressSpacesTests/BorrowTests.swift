import AddressSpaces
import Addressing
import Executions
import Formats
import Locks
import PageTables
import PagingTestSupport
import PhysicalMemory
import Strategies
import Testing

/// Root slots shared between tables: one meaning, and every frame freed exactly once (39, 90, P-7).
@Suite struct BorrowTests {
  private static let configurations: [any Statements.Type] = [
    Checks<Unlocked>.self, Checks<GlobalTTAS>.self, Checks<CouplingTTAS>.self, Checks<Coupled<Sv39>>.self,
    Checks<Coupled<Sv48>>.self, Checks<Coupled<Sv57>>.self, Checks<Coupled<X86_64LA57>>.self,
    Checks<Coupled<AArch64>>.self, Checks<Coupled<LoongArch64>>.self,
    Checks<Configured<X86_64, TTASLock, CouplingStrategy, PruneWhenEmpty, Hardware>>.self,
    Checks<Configured<X86_64, TTASLock, NoneStrategy, PruneOnDrop, Hardware>>.self,
  ]

  @Test("What the owner maps later is seen, and what the borrower maps too", arguments: configurations.indices)
  func oneMeaning(_ index: Int) throws { try Self.configurations[index].oneMeaning() }
  @Test("Whoever goes last frees the shared tables, once (90)", arguments: configurations.indices)
  func lastFrees(_ index: Int) throws { try Self.configurations[index].lastFrees() }
  @Test("A shared table never becomes a leaf and is never taken out (39)", arguments: configurations.indices)
  func neverALeaf(_ index: Int) throws { try Self.configurations[index].neverALeaf() }
  @Test("An occupied slot and want of memory are refused, with nothing shared", arguments: configurations.indices)
  func refusals(_ index: Int) throws { try Self.configurations[index].refusals() }
}

private protocol Statements: SendableMetatype {
  static func oneMeaning() throws
  static func lastFrees() throws
  static func neverALeaf() throws
  static func refusals() throws
}

private enum Checks<C: Configuration>: Statements {
  private static var slotBytes: UInt64 { C.Format.rootLevel.slotBytes }
  private static var properties: PageProperties { C.Format.ordinary([.read, .write]) }

  private static func pool() throws -> FramePool<C.Execution> {
    let arena = try PhysicalArena<C.Execution>(
      spans: [ArenaSpan(frameCount: 1024, binding: .unbound)], populate: false)
    return FramePool(arena: arena, homeSpan: [0])
  }

  static func oneMeaning() throws {
    let owner = try PageTable<C>(pool: try pool())
    let borrower = try PageTable<C>(pool: owner.table.pool)
    try borrower.borrow(2..<4, from: owner)
    let inSecond = VirtualAddress(2 * slotBytes)
    let inThird = VirtualAddress(3 * slotBytes + 4096)
    try owner.map(inSecond, to: PhysicalAddress(0x5000), properties)
    try borrower.map(inThird, to: PhysicalAddress(0x6000), properties)
    #expect(try borrower.query(inSecond).physical == PhysicalAddress(0x5000))
    #expect(try owner.query(inThird).physical == PhysicalAddress(0x6000))
    // Elsewhere they differ.
    try owner.map(VirtualAddress(slotBytes), to: PhysicalAddress(0x7000), properties)
    #expect(throws: PagingError.notMapped) { try borrower.query(VirtualAddress(slotBytes)) }
    _ = try borrower.unmap(inSecond)
    #expect(throws: PagingError.notMapped) { try owner.query(inSecond) }
  }

  static func lastFrees() throws {
    let pool = try pool()
    for ownerGoesFirst in [true, false] {
      do {
        var owner: PageTable<C>? = try PageTable<C>(pool: pool)
        var borrower: PageTable<C>? = try PageTable<C>(pool: pool)
        var third: PageTable<C>? = try PageTable<C>(pool: pool)
        try owner?.map(VirtualAddress(0), to: PhysicalAddress(0), properties)
        try borrower?.borrow(0..<3, from: try #require(owner))
        // A table that was borrowed can be lent on.
        try third?.borrow(1..<2, from: try #require(borrower))
        try borrower?.map(VirtualAddress(slotBytes), to: PhysicalAddress(0), properties)
        let tables = pool.liveTables
        // Three roots, three shared tables at the top, two paths down.
        #expect(tables == 3 + 3 + 2 * (C.Format.levels - 2))
        if ownerGoesFirst { owner = nil } else { borrower = nil }
        #expect(pool.liveTables == tables - 1, "only its root went")
        #expect(try (borrower ?? owner)?.query(VirtualAddress(0)).physical == PhysicalAddress(0))
        #expect(try third?.query(VirtualAddress(slotBytes)).physical == PhysicalAddress(0))
        owner = nil
        borrower = nil
        // Slot 1 and the page in it.
        #expect(pool.liveTables == C.Format.levels)
        third = nil
      }
      #expect(pool.framesInUse == 0)
      #expect(pool.violations() == [])
    }
  }

  static func neverALeaf() throws {
    let owner = try PageTable<C>(pool: try pool())
    let borrower = try PageTable<C>(pool: owner.table.pool)
    try borrower.borrow(1..<2, from: owner)
    let address = VirtualAddress(slotBytes)
    try borrower.map(address, to: PhysicalAddress(0), properties)
    _ = try borrower.unmap(address)
    // The empty table stays, so what the owner maps now is still seen.
    try owner.map(address, to: PhysicalAddress(0x3000), properties)
    #expect(try borrower.query(address).physical == PhysicalAddress(0x3000))
    _ = try owner.unmap(address)
    if C.Format.highestLeafLevel == C.Format.levels {
      // The format has leaves as large as a root slot; the table below it is empty.
      var cursor = try Cursor(
        owner.table.view, over: VirtualRange(start: address, byteCount: slotBytes), largestLeaf: C.Format.rootLevel,
        by: soleWorker)
      let outcome = cursor.map(PhysicalAddress(0), properties, level: C.Format.rootLevel)
      #expect(outcome == .alreadyMapped)
    }
    do {
      var cursor = try Cursor(
        owner.table.view, over: VirtualRange(start: address, byteCount: slotBytes), by: soleWorker)
      _ = cursor.map(PhysicalAddress(0), properties)
      _ = cursor.jump(to: address)
      // Not the shared table, but at most what hangs below it.
      if case .table(let subtree) = cursor.takeNextFragment(slotBytes) {
        #expect(subtree.level < C.Format.rootLevel.below)
        owner.table.view.free(subtree, by: soleWorker)
      }
    }
    try borrower.map(address, to: PhysicalAddress(0x4000), properties)
    #expect(try owner.query(address).physical == PhysicalAddress(0x4000))
  }

  static func refusals() throws {
    let pool = try pool()
    let owner = try PageTable<C>(pool: pool)
    let borrower = try PageTable<C>(pool: pool)
    try borrower.map(VirtualAddress(2 * slotBytes), to: PhysicalAddress(0), properties)
    #expect(throws: PagingError.alreadyMapped) { try borrower.borrow(1..<3, from: owner) }
    try owner.map(VirtualAddress(slotBytes), to: PhysicalAddress(0x1000), properties)
    #expect(throws: PagingError.notMapped) { try borrower.query(VirtualAddress(slotBytes)) }
    for allowed in 0..<3 {
      pool.failAllocations(after: allowed)
      // Slots nobody has touched: a table is needed for each.
      let first = 10 + 4 * allowed
      #expect(throws: PagingError.noMemory) { try borrower.borrow(first..<first + 3 + allowed, from: owner) }
      pool.allowAllocations()
    }
    #expect(TableAudit(borrower.table.view).violations == [])
    #expect(TableAudit(borrower.table.view).tables == C.Format.levels, "nothing was shared")
    if C.Format.highestLeafLevel == C.Format.levels {
      var cursor = try Cursor(
        owner.table.view, over: VirtualRange(start: VirtualAddress(0), byteCount: slotBytes),
        largestLeaf: C.Format.rootLevel, by: soleWorker)
      let outcome = cursor.map(PhysicalAddress(0), properties, level: C.Format.rootLevel)
      #expect(outcome == .mapped)
      _ = consume cursor
      #expect(throws: PagingError.mappedToHugePage) { try borrower.borrow(0..<1, from: owner) }
    }
  }
}
