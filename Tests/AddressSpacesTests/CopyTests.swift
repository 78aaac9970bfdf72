import AddressSpaces
import Addressing
import Formats
import PageTables
import PagingTestSupport
import PhysicalMemory
import Testing

/// `PageTable.copy`: outcomes as errors, and what is to be flushed. Numbers in parentheses are those of the conformance checklist.
@Suite struct CopyTests {
  private static let page: UInt64 = 4096
  private static let mega: UInt64 = 2 << 20
  private static let readWrite: PageProperties = [.read, .write, .user]

  private func withTables<C: Configuration>(
    _: C.Type, frames: Int = 4096, _ body: (PageTable<C>, PageTable<C>) throws -> Void
  ) throws {
    let parent = try makeTable(C.self, frames: frames)
    let child = try #require(TranslationTable<C>(pool: parent.pool))
    defer {
      keepAlive(parent)
      keepAlive(child)
    }
    try body(PageTable(parent, thread: soleWorker), PageTable(child, thread: soleWorker))
    #expect(TableAudit(parent.view).violations == [] && TableAudit(child.view).violations == [])
  }

  private func forEachStrategy(
    frames: Int = 4096, _ body: (any PageTableCopying, any PageTableCopying) throws -> Void
  ) throws {
    try withTables(Unlocked.self, frames: frames) { try body($0, $1) }
    try withTables(GlobalTTAS.self, frames: frames) { try body($0, $1) }
    try withTables(CouplingTicket.self, frames: frames) { try body($0, $1) }
    try withTables(Coupled<LoongArch64>.self, frames: frames) { try body($0, $1) }
  }

  @Test("The flush duty is what lost a right: pages up to a limit, else everything (70, D-14)") func flushDuty() throws
  {
    try forEachStrategy { parent, child in
      for index in [3, 5, 40] as [UInt64] {
        try parent.map(index * Self.page, index * Self.mega, index == 5 ? .read : Self.readWrite, .size4K)
      }
      let range = { (first: UInt64, end: UInt64) in
        VirtualRange(VirtualAddress(first * Self.page), VirtualAddress(end * Self.page))
      }
      #expect(try child.fork(parent, 0, 0, 3 * Self.page) == .none)
      #expect(try child.fork(parent, 0, Self.mega, 20 * Self.page) == .pages(range(3, 4)))
      #expect(try parent.properties(3 * Self.page) == [.read, .user])
      // Only page 40 still has something to lose.
      #expect(try child.fork(parent, 0, 2 * Self.mega, 41 * Self.page) == .pages(range(40, 41)))
      #expect(try child.fork(parent, 0, 3 * Self.mega, 41 * Self.page) == .none)
      for (target, index) in [(Self.mega, 3), (2 * Self.mega, 40)] as [(UInt64, UInt64)] {
        #expect(try child.properties(target + index * Self.page) == [.read, .user])
      }
    }
    try forEachStrategy { parent, child in
      for index in [0, 33] as [UInt64] { try parent.map(index * Self.page, 0, Self.readWrite, .size4K) }
      #expect(try child.fork(parent, 0, 0, Self.mega) == .all)
    }
  }

  @Test("Every refusal is an error, and changes nothing (66, 86)") func errors() throws {
    try forEachStrategy { parent, child in
      try parent.map(Self.mega, 4 * Self.mega, Self.readWrite, .size2M)
      try child.map(Self.mega, 0, .read, .size4K)
      #expect(throws: PagingError.alreadyMapped) { try child.fork(parent, Self.mega, Self.mega, Self.mega) }
      for (source, target, length) in [(1, 0, 4096), (0, 1, 4096), (0, 0, 4097), (1, 0, 0), (0, 1, 0)]
        as [(
          UInt64, UInt64, UInt64
        )]
      {
        #expect(throws: PagingError.notAligned) { try child.fork(parent, source, target, length) }
      }
      #expect(throws: PagingError.notAligned) { try child.fork(parent, 1 << 63, 0, Self.page) }
      #expect(try child.fork(parent, 0, 0, 0) == .none)
      #expect(try parent.properties(Self.mega) == Self.readWrite)
    }
  }

  @Test("Without frames nothing is copied (35)") func noMemory() throws {
    try withTables(CouplingTTAS.self, frames: 512) { parent, child in
      try parent.map(VirtualAddress(0), to: PhysicalAddress(0), Self.readWrite)
      parent.table.pool.failAllocations(after: 2)
      #expect(throws: PagingError.noMemory) { try child.fork(parent, 0, 0, Self.mega) }
      #expect(try parent.properties(0) == Self.readWrite)
      parent.table.pool.allowAllocations()
      #expect(try child.fork(parent, 0, 0, Self.mega) != .none)
    }
  }
}

/// A page table whose configuration a test need not spell.
private protocol PageTableCopying {
  func map(_ address: UInt64, _ frame: UInt64, _ properties: PageProperties, _ size: PageSize) throws
  func properties(_ address: UInt64) throws -> PageProperties
  /// Copies without `write`. `parent` is of the same type.
  func fork(_ parent: any PageTableCopying, _ source: UInt64, _ target: UInt64, _ length: UInt64) throws -> FlushDuty
}

extension PageTable: PageTableCopying {
  fileprivate func map(_ address: UInt64, _ frame: UInt64, _ properties: PageProperties, _ size: PageSize) throws {
    try map(VirtualAddress(address), to: PhysicalAddress(frame), C.Format.ordinary(properties), size: size)
  }

  fileprivate func properties(_ address: UInt64) throws -> PageProperties {
    var properties = try query(VirtualAddress(address)).properties
    properties.memoryIndex = 0
    return properties
  }

  fileprivate func fork(
    _ parent: any PageTableCopying, _ source: UInt64, _ target: UInt64, _ length: UInt64
  ) throws -> FlushDuty {
    try copy(
      from: #require(parent as? Self), at: VirtualAddress(source), to: VirtualAddress(target), byteCount: length
    ) { $0.remove(.write) }
  }
}
