import AddressSpaces
import Addressing
import Executions
import Formats
import PageTables
import PagingTestSupport
import PhysicalMemory
import Strategies
import Testing

/// One call per operation, for every configuration. Numbers in parentheses are those of the conformance checklist.
@Suite struct PageTableTests {
  private static let page: UInt64 = 4096
  private static let mega: UInt64 = 2 << 20
  private static let giga: UInt64 = 1 << 30
  private static let readWrite: PageProperties = [.read, .write, .user]

  private func withTable<C: Configuration>(
    _: C.Type, frames: Int = 4096, _ body: (PageTable<C>, FramePool<C.Execution>) throws -> Void
  ) throws {
    let arena = try PhysicalArena<C.Execution>(
      spans: [ArenaSpan(frameCount: frames, binding: .unbound)], populate: false)
    let pool = FramePool(arena: arena, homeSpan: [0])
    let table = try PageTable<C>(pool: pool)
    try body(table, pool)
    #expect(TableAudit(table.table.view).violations == [])
    keepAlive(table.table)
  }

  private func error(_ body: () throws -> Void) -> PagingError? {
    do {
      try body()
      return nil
    } catch { return error as? PagingError }
  }

  @Test("Every error is provoked (86, 88, 92)") func errors() throws {
    try withTable(Unlocked.self) { table, _ in try checkErrors(table) }
    try withTable(GlobalTTAS.self) { table, _ in try checkErrors(table) }
    try withTable(CouplingTicket.self) { table, _ in try checkErrors(table) }
  }

  private func checkErrors<C: Configuration>(_ table: PageTable<C>) throws {
    let hole = VirtualAddress(7 * Self.giga)
    #expect(error { _ = try table.query(hole) } == .notMapped)
    #expect(error { _ = try table.unmap(hole) } == .notMapped)
    #expect(error { _ = try table.protect(hole, .read) } == .notMapped)
    #expect(error { _ = try table.remap(hole, to: PhysicalAddress(0), .read) } == .notMapped)
    #expect(error { try table.map(VirtualAddress(1), to: PhysicalAddress(0), .read) } == .notAligned)
    #expect(error { try table.map(VirtualAddress(0), to: PhysicalAddress(1), .read) } == .notAligned)
    #expect(error { try table.map(VirtualAddress(1 << 47), to: PhysicalAddress(0), .read) } == .notAligned)
    #expect(error { _ = try table.query(VirtualAddress(1 << 47)) } == .notAligned)
    #expect(
      error { try table.map(VirtualAddress(Self.page), to: PhysicalAddress(0), .read, size: .size2M) } == .notAligned)
    try table.map(VirtualAddress(Self.mega), to: PhysicalAddress(0), .read, size: .size2M)
    #expect(error { try table.map(VirtualAddress(Self.mega), to: PhysicalAddress(0), .read) } == .mappedToHugePage)
    #expect(
      error { try table.map(VirtualAddress(Self.mega), to: PhysicalAddress(0), .read, size: .size2M) } == .alreadyMapped
    )
    #expect(
      error { _ = try table.remap(VirtualAddress(Self.mega), to: PhysicalAddress(Self.page), .read) } == .notAligned)
    try table.map(VirtualAddress(0), to: PhysicalAddress(0), .read)
    #expect(error { try table.map(VirtualAddress(0), to: PhysicalAddress(0), .read) } == .alreadyMapped)
  }

  @Test("A huge leaf at physical address 0 is a huge leaf (87)") func hugeAtZero() throws {
    try withTable(Unlocked.self) { table, _ in
      try table.map(VirtualAddress(Self.giga), to: PhysicalAddress(0), Self.readWrite, size: .size1G)
      let inside = VirtualAddress(Self.giga + 5 * Self.mega + 7 * Self.page)
      let mapping = try table.query(inside)
      #expect(mapping.physical(of: inside) == PhysicalAddress(5 * Self.mega + 7 * Self.page))
      #expect(try table.protect(inside, .read).level == Level(3))
      #expect(try table.unmap(inside).properties == .read)
    }
  }

  @Test("A region uses the largest pages that fit (36, 37)") func largestPages() throws {
    func leaves(_ virtual: UInt64, _ physical: UInt64, _ bytes: UInt64, allowHuge: Bool = true) throws -> [Int] {
      var counts: [Int] = []
      try withTable(Unlocked.self, frames: 1 << 14) { table, _ in
        try table.mapRegion(
          VirtualAddress(virtual), to: PhysicalAddress(physical), byteCount: bytes, Self.readWrite, allowHuge: allowHuge
        )
        counts = Array(TableAudit(table.table.view).leaves[1...3])
        for offset in [0, bytes / 2 / Self.page * Self.page, bytes - Self.page] {
          let address = VirtualAddress(virtual + offset)
          #expect(try table.query(address).physical(of: address) == PhysicalAddress(physical + offset))
        }
      }
      return counts
    }
    #expect(try leaves(0x3fdf_f000, 0x3fdf_f000, 0x8000_2000 - 0x3fdf_f000) == [3, 1, 1])
    // One page off: base pages only. 2 MiB off: no 1 GiB pages.
    #expect(try leaves(Self.giga, Self.giga + Self.page, 4 * Self.mega) == [2048, 0, 0])
    #expect(try leaves(Self.giga, Self.giga + Self.mega, Self.giga) == [0, 512, 0])
    #expect(try leaves(Self.giga, Self.giga, 3 * Self.mega, allowHuge: false) == [1536, 0, 0])
  }

  @Test("A region that fails leaves nothing behind (91)") func regionsAreAllOrNothing() throws {
    try withTable(CouplingTTAS.self) { table, _ in
      try table.map(VirtualAddress(700 * Self.page), to: PhysicalAddress(0), .read)
      let failure = error {
        try table.mapRegion(
          VirtualAddress(0), to: PhysicalAddress(0), byteCount: 1000 * Self.page, Self.readWrite, allowHuge: false)
      }
      #expect(failure == .alreadyMapped)
      #expect(TableAudit(table.table.view).leafCount == 1)
      for (address, frame, bytes) in [(1, 0, 4096), (0, 1, 4096), (0, 0, 4097)] as [(UInt64, UInt64, UInt64)] {
        let failure = error {
          try table.mapRegion(VirtualAddress(address), to: PhysicalAddress(frame), byteCount: bytes, .read)
        }
        #expect(failure == .notAligned)
      }
      #expect(TableAudit(table.table.view).leafCount == 1)
    }
  }

  @Test("Unmapping and protecting regions skips holes, splits borders and says what to flush (38, 51, 54)")
  func regions() throws {
    try withTable(GlobalTTAS.self) { table, _ in
      try table.map(VirtualAddress(0), to: PhysicalAddress(0), Self.readWrite, size: .size2M)
      try table.map(VirtualAddress(3 * Self.mega), to: PhysicalAddress(0), Self.readWrite)
      var taken: [UInt64] = []
      let duty = try table.unmapRegion(VirtualAddress(Self.mega - 2 * Self.page), byteCount: 3 * Self.mega) {
        taken.append($0.virtual.rawValue)
      }
      #expect(duty == .all)
      #expect(taken == [Self.mega - 2 * Self.page, Self.mega - Self.page, 3 * Self.mega])
      #expect(TableAudit(table.table.view).leaves[1] == 510)
      let start = VirtualAddress(0)
      let protected = try table.protectRegion(start, byteCount: 2 * Self.page) { $0.remove(.write) }
      #expect(protected == .pages(VirtualRange(start: start, byteCount: 2 * Self.page)))
      #expect(try table.query(VirtualAddress(Self.page)).properties == [.read, .user])
      #expect(try table.query(VirtualAddress(2 * Self.page)).properties == Self.readWrite)
      #expect(try table.unmapRegion(start, byteCount: 0) == .none)
    }
  }

  @Test("2048 random maps and unmaps, three quarters maps, leave no frame when the table goes (95)")
  func randomUseLeaksNothing() throws {
    let seed = testSeed("page table, random use")
    var generator = SeededGenerator(seed: seed)
    let arena = try PhysicalArena<Hardware>(spans: [ArenaSpan(frameCount: 1 << 14, binding: .unbound)], populate: false)
    let pool = FramePool(arena: arena, homeSpan: [0])
    do {
      let table = try PageTable<Unlocked>(pool: pool)
      var mapped: Set<UInt64> = []
      for _ in 0..<2048 {
        let address = UInt64.random(in: 0..<(1 << 47) - 4096, using: &generator) & ~4095
        if generator.chance(75) {
          if error({ try table.map(VirtualAddress(address), to: PhysicalAddress(address), .read) }) == nil {
            mapped.insert(address)
          }
        } else if let victim = mapped.popFirst() {
          #expect(try table.unmap(VirtualAddress(victim)).physical == PhysicalAddress(victim))
        }
      }
      #expect(TableAudit(table.table.view).leafCount == mapped.count, "seed \(seed)")
      #expect(pool.framesInUse == TableAudit(table.table.view).tables)
      keepAlive(table.table)
    }
    #expect(pool.framesInUse == 0, "seed \(seed)")
  }
}
