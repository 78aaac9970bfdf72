import AddressSpaces
import Addressing
import Formats
import PageTables
import PagingTestSupport
import PhysicalMemory
import Testing

/// `PageTable.walk`. Numbers in parentheses are those of the conformance checklist.
@Suite struct WalkTests {
  /// A visit without what differs from tree to tree: where a table lies.
  private struct Visit: Hashable {
    let level: Int
    let index: Int
    let address: UInt64
    /// Nil for a table.
    let physical: UInt64?
    let properties: PageProperties?

    init(_ level: Level, _ index: Int, _ address: VirtualAddress, _ entry: Entry) {
      self.level = level.rawValue
      self.index = index
      self.address = address.rawValue
      if case .leaf(let physical, let properties) = entry {
        self.physical = physical.rawValue
        self.properties = properties
      } else {
        physical = nil
        properties = nil
      }
    }
  }

  private static let mega: UInt64 = 2 << 20
  private static let giga: UInt64 = 1 << 30
  private static let formats: [any Configuration.Type] = [
    Unlocked.self, Coupled<X86_64LA57>.self, Coupled<Sv39>.self, Coupled<Sv48>.self, Coupled<Sv57>.self,
    Coupled<AArch64>.self, Coupled<AArch64Upper>.self, Coupled<LoongArch64>.self,
  ]
  /// Leaves of three sizes, the first at physical address 0; one grants nothing. Offsets from the start of a half.
  private static let leaves: [(offset: UInt64, frame: UInt64, size: PageSize, properties: PageProperties)] = [
    (0, 0, .size4K, [.read, .write, .user]), (511 << 12, 7 << 12, .size4K, []),
    (3 * mega, 0, .size2M, [.read, .execute]), (5 * mega + (9 << 12), 1 << 12, .size4K, [.read, .dirty]),
    (2 * giga, 0, .size1G, [.read, .global]),
  ]

  private static func halves<C: Configuration>(_: C.Type) -> [VirtualRange] {
    [C.Format.userRange, C.Format.kernelRange].filter { $0.byteCount > 0 }
  }

  private func makePageTable<C: Configuration>(_: C.Type) throws -> PageTable<C> {
    let table = try PageTable(makeTable(C.self), thread: soleWorker)
    for half in Self.halves(C.self) {
      for leaf in Self.leaves {
        try table.map(half.start &+ leaf.offset, to: PhysicalAddress(leaf.frame), leaf.properties, size: leaf.size)
      }
    }
    return table
  }

  private func visits<C>(
    _ table: PageTable<C>, limit: Int = entriesPerNode
  ) -> (pre: [Visit], post: [Visit], all: [(isPre: Bool, visit: Visit)]) {
    var all: [(isPre: Bool, visit: Visit)] = []
    table.walk(limit: limit) {
      all.append((true, Visit($0, $1, $2, $3)))
    } post: {
      all.append((false, Visit($0, $1, $2, $3)))
    }
    return (all.filter(\.isPre).map(\.visit), all.filter { !$0.isPre }.map(\.visit), all)
  }

  @Test("All formats visit the same leaves, at addresses of both halves (89, P-1, P-3, P-8)", arguments: formats)
  func leaves(_ c: any Configuration.Type) throws { try leavesIn(c) }

  private func leavesIn<C: Configuration>(_: C.Type) throws {
    let table = try makePageTable(C.self)
    defer { keepAlive(table.table) }
    let found = visits(table).pre.filter { $0.physical != nil }
    let expected = Self.halves(C.self).flatMap { half in
      Self.leaves.map { leaf in
        let address = half.start &+ leaf.offset
        return Visit(
          leaf.size.level, leaf.size.level.index(of: address.rawValue), address,
          .leaf(PhysicalAddress(leaf.frame), leaf.properties))
      }
    }
    #expect(found == expected)
  }

  @Test("Tables come before and after what is below them (89)", arguments: formats)
  func nesting(_ c: any Configuration.Type) throws { try nestingIn(c) }

  private func nestingIn<C: Configuration>(_: C.Type) throws {
    let table = try makePageTable(C.self)
    defer { keepAlive(table.table) }
    let walk = visits(table)
    #expect(Set(walk.pre) == Set(walk.post) && walk.pre.count == walk.post.count)
    var open: [Visit] = []
    for (isPre, visit) in walk.all {
      if isPre {
        if let parent = open.last {
          #expect(parent.physical == nil && parent.level == visit.level + 1)
          #expect(visit.address &- parent.address < Level(parent.level).slotBytes)
        } else {
          #expect(visit.level == C.Format.levels)
        }
        open.append(visit)
      } else {
        #expect(open.popLast() == visit)
      }
    }
    #expect(open.isEmpty)
    #expect(walk.pre.filter { $0.physical == nil }.count == TableAudit(table.table.view).tables - 1)
  }

  @Test("At most so many entries of each table are visited, the first ones (89)", arguments: formats)
  func limits(_ c: any Configuration.Type) throws { try limitsIn(c) }

  private func limitsIn<C: Configuration>(_: C.Type) throws {
    let table = try makePageTable(C.self)
    defer { keepAlive(table.table) }
    let everything = visits(table).pre
    #expect(visits(table, limit: 0).pre.isEmpty)
    for limit in [1, 2, 3, 512] {
      // Of the full walk what remains when each table's entries beyond the limit go, with all below them.
      var counts: [UInt64: Int] = [:]
      var cut: [Range<UInt64>] = []
      let expected = everything.filter { visit in
        let last = visit.address &+ (Level(visit.level).slotBytes - 1)
        if cut.contains(where: { $0.contains(visit.address) }) { return false }
        // One table per level and node start; the root holds both halves.
        let isRoot = visit.level == C.Format.levels
        let node = isRoot ? 0 : Level(visit.level).nodeStart(of: visit.address) | UInt64(visit.level)
        counts[node, default: 0] += 1
        if counts[node]! <= limit { return true }
        cut.append(visit.address..<last)
        return false
      }
      #expect(visits(table, limit: limit).pre == expected)
    }
  }

  @Test("Each entry of a 64 KiB page tells the frame of its own slot", arguments: formats)
  func spread(_ c: any Configuration.Type) throws { try spreadIn(c) }

  private func spreadIn<C: Configuration>(_: C.Type) throws {
    guard C.Format.supports([.read, .contiguous], at: .one) else { return }
    let table = try PageTable(makeTable(C.self), thread: soleWorker)
    defer { keepAlive(table.table) }
    let start = Self.halves(C.self)[0].start
    for page in 0..<16 as Range<UInt64> {
      try table.map(start &+ page << 12, to: PhysicalAddress(Self.mega + page << 12), [.read, .contiguous])
    }
    let found = visits(table).pre.compactMap(\.physical)
    #expect(found == (0..<16).map { Self.mega + $0 << 12 })
  }

  @Test("An empty tree has nothing to visit; an empty table is visited", arguments: formats)
  func empty(_ c: any Configuration.Type) throws { try emptyIn(c) }

  private func emptyIn<C: Configuration>(_: C.Type) throws {
    let table = try PageTable(makeTable(C.self), thread: soleWorker)
    defer { keepAlive(table.table) }
    #expect(visits(table).all.isEmpty)
    let address = Self.halves(C.self)[0].start
    try table.map(address, to: PhysicalAddress(0), .read)
    _ = try table.unmap(address)
    let walk = visits(table)
    #expect(walk.pre.map(\.level) == (2...C.Format.levels).reversed())
    #expect(walk.pre.allSatisfy { $0.physical == nil && $0.address == address.rawValue })
  }
}
