import Addressing
import Executions
import Formats
import Locks
import PageTables
import PagingTestSupport
import PhysicalMemory
import Strategies
import Testing

/// Every invariant that the audit checks is broken once, and the audit says so and nothing else.
@Suite struct TableAuditTests {
  private typealias Table = TranslationTable<CouplingTTAS>
  private let properties: PageProperties = [.read, .write]

  /// A table with a page at 0 and one at 2 MiB, and its nodes from the root down to the first leaf table.
  private func planted(
    _ damage: (Table, [PhysicalAddress]) throws -> Void, framesBesideTables: Int = 0
  ) throws -> [String] {
    let table = try makeTable(CouplingTTAS.self)
    defer { keepAlive(table) }
    for address in [0, 2 << 20] as [UInt64] {
      var cursor = try Cursor(
        table.view, over: VirtualRange(start: VirtualAddress(address), byteCount: 4096), by: soleWorker)
      #expect(cursor.map(PhysicalAddress(1 << 30), properties) == .mapped)
    }
    var path = [table.view.root]
    for level in [4, 3, 2] { path.append(try #require(table.view.child(of: path.last!, 0, level))) }
    #expect(TableAudit(table.view, pool: table.pool).violations == [])
    let entries = path.map { node in (0..<512).map { table.view.memory.slot(node, $0).loadRelaxed() } }
    try damage(table, path)
    let violations = TableAudit(table.view, pool: table.pool, framesBesideTables: framesBesideTables).violations
    // The table must find its nodes again to free them.
    for (node, words) in zip(path, entries) {
      for (index, word) in words.enumerated() { table.view.memory.slot(node, index).storeRelaxed(word) }
    }
    return violations
  }

  @Test("A frame with more or fewer references than owners is reported (I5)") func ownership() throws {
    let table = try makeTable(CouplingTTAS.self)
    defer { keepAlive(table) }
    let allocator = table.view.allocator
    let frame = try #require(allocator.allocate(for: soleWorker))
    var cursor = try Cursor(
      table.view, over: VirtualRange(start: VirtualAddress(0), byteCount: 8192), by: soleWorker)
    #expect(cursor.map(frame, properties.union(.tracked)) == .mapped)
    // Nobody counts what an untracked leaf maps.
    #expect(cursor.map(PhysicalAddress(1 << 30), properties) == .mapped)
    _ = consume cursor
    #expect(OwnershipAudit([table.view]).violations == [] && OwnershipAudit([table.view]).ownedFrames == 1)
    table.view.memory.record(frame).references.retain()
    #expect(OwnershipAudit([table.view]).violations == ["frame \(frame) counts 2 references and has 1 owners"])
    #expect(OwnershipAudit([table.view], others: [frame: 1]).violations == [])
    #expect(
      OwnershipAudit([table.view], others: [frame: 2]).violations
        == ["frame \(frame) counts 2 references and has 3 owners"])
    #expect(!table.view.memory.record(frame).references.release(), "the leaf still owns it")
  }

  @Test("A node below two entries is reported (I1)") func sharedNode() throws {
    let violations = try planted { table, path in
      let word = table.view.memory.slot(path[2], 0).loadRelaxed()
      table.view.memory.slot(path[2], 5).storeRelaxed(word)
      table.view.memory.record(path[2]).addChildren(1)
    }
    #expect(violations.count == 1 && violations[0].contains("is reachable twice"))
  }

  @Test("A table outside the arena is reported, not read (I1)") func foreignNode() throws {
    for address in [0, 1 << 40] as [UInt64] {
      let violations = try planted { table, path in
        table.view.memory.slot(path[2], 5).storeRelaxed(X86_64.table(PhysicalAddress(address)))
        table.view.memory.record(path[2]).addChildren(1)
      }
      #expect(violations == ["table \(PhysicalAddress(address)) at level 1 is no frame of the arena"])
    }
  }

  @Test("A wrong child count is reported (I2)") func childCount() throws {
    let violations = try planted { table, path in table.view.memory.record(path[1]).addChildren(1) }
    #expect(violations == ["table \(try first(violations)) at level 3 counts 2 children and has 1"])
  }

  @Test("A wrong recorded level is reported") func recordedLevel() throws {
    let violations = try planted { table, path in
      let record = table.view.memory.record(path[3])
      record.becomeTable(level: 3)
      record.addChildren(1)
    }
    #expect(violations.count == 1 && violations[0].hasSuffix("at level 1 is recorded as 3"))
  }

  @Test("A leaf above the highest leaf level is reported (I3)") func highLeaf() throws {
    let violations = try planted { table, path in
      // Not present, so no table: a leaf without permissions.
      table.view.memory.slot(path[0], 5).storeRelaxed(X86_64Layout.noExecute)
      table.view.memory.record(path[0]).addChildren(1)
    }
    #expect(violations == ["a leaf stands at level 4"])
  }

  @Test("A huge leaf that is not aligned has reserved bits set (I3, I8)") func misalignedLeaf() throws {
    let violations = try planted { table, path in
      let word = X86_64.leaf(PhysicalAddress(1 << 30), properties, at: Level(2)) | 1 << 13
      table.view.memory.slot(path[2], 5).storeRelaxed(word)
      table.view.memory.record(path[2]).addChildren(1)
    }
    #expect(violations.count == 1 && violations[0].hasSuffix("has reserved bits set: 0x2000"))
  }

  @Test("A reserved bit of a table entry is reported (I8)") func reservedTableBit() throws {
    let violations = try planted { table, path in
      let slot = table.view.memory.slot(path[0], 0)
      slot.storeRelaxed(slot.loadRelaxed() | 1 << 7)
    }
    #expect(violations.count == 1 && violations[0].hasPrefix("entry 0 of table"))
    #expect(violations.first?.hasSuffix("has reserved bits set: 0x80") == true)
  }

  @Test("A lock that is still held is reported (I7)") func heldLock() throws {
    for node in 0..<4 {
      let violations = try planted { table, path in table.view.lock(path[node], soleWorker) }
      #expect(violations.count == 1 && violations[0].hasSuffix("at level \(4 - node) is locked"))
    }
  }

  @Test("A frame in use that no entry leads to is reported (I7)") func leakedFrame() throws {
    func leak(_ table: Table, _: [PhysicalAddress]) { _ = table.view.allocator.allocate(for: soleWorker) }
    #expect(
      try planted(leak) == [
        "6 frames are in use; 5 tables are reachable, 0 detached, 0 in a grace period, and 0 frames lie beside them"
      ])
    #expect(try planted(leak, framesBesideTables: 1) == [])
  }

  @Test("A reachable table among the free frames is reported (I7)") func freedTable() throws {
    let table = try makeTable(CouplingTTAS.self)
    let other = try #require(TranslationTable<CouplingTTAS>(pool: table.pool))
    defer { withExtendedLifetime((table, other)) {} }
    let view = table.view
    let node = try #require(view.allocator.allocateTable(level: Level(3), for: soleWorker))
    view.memory.slot(view.root, 0).storeRelaxed(X86_64.table(node))
    view.memory.record(view.root).addChildren(1)
    // The other table's root is beside ours.
    #expect(TableAudit(view, pool: table.pool, framesBesideTables: 1).violations == [])
    view.memory.slot(node, 0).storeRelaxed(0)
    view.allocator.free(node, by: soleWorker)
    let violations = TableAudit(view, pool: table.pool, framesBesideTables: 1).violations
    #expect(violations == ["table \(node) at level 3 is among the free frames"])
    view.memory.slot(view.root, 0).storeRelaxed(0)
  }

  @Test("Reserved bits follow from the level and the kind of the entry, in every format")
  func reservedBitsFollowFromKind() {
    for format in FormatRegistry.all { reservedBits(format) }
  }

  private func reservedBits<F: EntryFormat>(_: F.Type) {
    var generator = SeededGenerator(seed: testSeed("reservedBitsFollowFromKind \(F.name)"))
    for level in 1...F.levels {
      var tables: Set<UInt64> = []
      var leaves: Set<UInt64> = []
      for _ in 0..<20_000 {
        let word = generator.next()
        let reserved = F.layout(of: word, at: Level(level)).reduce(0 as UInt64) {
          $1.kind == .reserved ? $0 | $1.bits.mask : $0
        }
        switch F.decode(word, at: Level(level)) {
        case .absent: continue
        case .table: tables.insert(reserved)
        case .leaf: if level <= F.highestLeafLevel { leaves.insert(reserved) }
        }
      }
      #expect(tables.count <= 1 && leaves.count <= 1, "\(F.name) level \(level)")
    }
  }

  /// The address of the table that the only violation is about.
  private func first(_ violations: [String]) throws -> Substring {
    try #require(violations.first).split(separator: " ")[1]
  }
}
