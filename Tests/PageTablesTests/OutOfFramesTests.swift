import Addressing
import Executions
import Formats
import Locks
import PageTables
import PagingTestSupport
import PhysicalMemory
import Strategies
import Testing

/// Checklist statement 35: with memory running out at every single allocation of an operation, the operation fails, every mapping is as it
/// was, every frame in use is a reachable table, and the operation succeeds when it is tried again with memory.
@Suite struct OutOfFramesTests {
  private static let configurations: [any OutOfFramesStatements] = [
    Statements<GlobalTTAS>(), Statements<GlobalTicket>(), Statements<CouplingTTAS>(), Statements<CouplingTicket>(),
  ]

  @Test("Mapping a page of any size in an empty tree", arguments: FramePolicy.allCases)
  func map(_ policy: FramePolicy) throws { for c in Self.configurations { try c.mapInEmptyTree(policy) } }
  @Test("Mapping beside tables that exist in part", arguments: FramePolicy.allCases)
  func mapBeside(_ policy: FramePolicy) throws { for c in Self.configurations { try c.mapInPartialTree(policy) } }
  @Test("Splitting once and twice to take a page", arguments: FramePolicy.allCases)
  func take(_ policy: FramePolicy) throws { for c in Self.configurations { try c.takeFromHugeLeaf(policy) } }
  @Test("Splitting once and twice to protect a page", arguments: FramePolicy.allCases)
  func protect(_ policy: FramePolicy) throws { for c in Self.configurations { try c.protectInHugeLeaf(policy) } }
  @Test("Taking and protecting ranges that cut huge leaves at both ends", arguments: FramePolicy.allCases)
  func ranges(_ policy: FramePolicy) throws { for c in Self.configurations { try c.editRanges(policy) } }
  @Test("Runs stop at the page without a table", arguments: FramePolicy.allCases)
  func runs(_ policy: FramePolicy) throws { for c in Self.configurations { try c.mapRuns(policy) } }
}

private protocol OutOfFramesStatements: Sendable {
  func mapInEmptyTree(_ policy: FramePolicy) throws
  func mapInPartialTree(_ policy: FramePolicy) throws
  func takeFromHugeLeaf(_ policy: FramePolicy) throws
  func protectInHugeLeaf(_ policy: FramePolicy) throws
  func editRanges(_ policy: FramePolicy) throws
  func mapRuns(_ policy: FramePolicy) throws
}

/// `#expect` for conditions that use a cursor, which the macro cannot take apart because it cannot be copied.
private func check(_ condition: Bool, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation) {
  #expect(condition, comment, sourceLocation: location)
}

private let properties: PageProperties = [.read, .write, .user]
private let page: UInt64 = 4096
private let mega: UInt64 = 2 << 20
private let giga: UInt64 = 1 << 30

private struct Statements<C: Configuration>: OutOfFramesStatements {
  /// A table that is to run out of memory, and the addresses by which its mappings are compared.
  private struct Scene {
    let table: TranslationTable<C>
    let witnesses: [UInt64]

    /// What each witness translates to. Not the size of its leaf: a split leaf maps the same.
    var translations: [(PhysicalAddress, PageProperties)?] {
      witnesses.map { address in
        table.view.translate(VirtualAddress(address)).map {
          ($0.physical &+ (address - $0.virtual.rawValue), $0.properties)
        }
      }
    }

    func translatesAs(_ before: [(PhysicalAddress, PageProperties)?]) -> Bool {
      zip(translations, before).allSatisfy { $0?.0 == $1?.0 && $0?.1 == $1?.1 }
    }

    func cursor(_ start: UInt64, _ end: UInt64, largestLeaf: Level = .one) throws -> Cursor<C> {
      try Cursor(
        table.view, over: VirtualRange(VirtualAddress(start), VirtualAddress(end)), largestLeaf: largestLeaf,
        by: soleWorker)
    }

    func map(_ address: UInt64, _ frame: UInt64, _ level: Int = 1) throws -> MapOutcome {
      let level = Level(level)
      var cursor = try cursor(address, address + level.slotBytes, largestLeaf: level)
      return cursor.map(PhysicalAddress(frame), properties, level: level)
    }

    func expectSound(_ comment: Comment) {
      check(TableAudit(table.view, pool: table.pool).violations == [], comment)
    }
  }

  private func makeScene(
    _ policy: FramePolicy, witnesses: [UInt64], _ prepare: (Scene) throws -> Void = { _ in }
  ) throws -> Scene {
    let arena = try PhysicalArena<C.Execution>(spans: [ArenaSpan(frameCount: 512, binding: .unbound)], populate: false)
    let pool = FramePool(arena: arena, homeSpan: [0], policy: policy)
    let scene = Scene(table: try #require(TranslationTable<C>(pool: pool)), witnesses: witnesses)
    try prepare(scene)
    return scene
  }

  /// Runs `operation` on scenes of its own with 0, 1, … allocations to go until it no longer fails, which must be at `needed`.
  private func forEveryAllocation(
    _ needed: Int, _ what: String, _ make: @autoclosure () throws -> Scene, _ operation: (Scene) throws -> Bool,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    for allowed in 0...needed {
      let comment: Comment = "\(what), \(allowed) of \(needed) allocations"
      let scene = try make()
      defer { keepAlive(scene.table) }
      let before = scene.translations
      let tables = TableAudit(scene.table.view).tables
      scene.table.pool.failAllocations(after: allowed)
      let succeeded = try operation(scene)
      check(succeeded == (allowed == needed), comment, at: location)
      if !succeeded { check(scene.translatesAs(before), comment, at: location) }
      check(TableAudit(scene.table.view).tables == tables + allowed, "\(comment): every table that was added is used")
      scene.expectSound(comment)
      scene.table.pool.allowAllocations()
      if !succeeded {
        check(try operation(scene), "\(comment), then again with memory", at: location)
        scene.expectSound(comment)
      }
      check(!scene.translatesAs(before), "the operation is visible to the witnesses", at: location)
    }
  }

  func mapInEmptyTree(_ policy: FramePolicy) throws {
    for level in 1...C.Format.highestLeafLevel {
      let size = Level(level).slotBytes
      try forEveryAllocation(
        C.Format.levels - level, "map at level \(level)",
        try makeScene(policy, witnesses: [0, size, 2 * size - page, 2 * size])
      ) { try $0.map(size, size, level) == .mapped }
    }
  }

  func mapInPartialTree(_ policy: FramePolicy) throws {
    for (neighbour, needed) in [(page, 0), (mega, 1), (giga, 2), (512 * giga, 3)] as [(UInt64, Int)] {
      try forEveryAllocation(
        needed, "map beside \(VirtualAddress(neighbour))",
        try makeScene(policy, witnesses: [0, neighbour]) { check(try $0.map(neighbour, page) == .mapped) }
      ) { try $0.map(0, 2 * page) == .mapped }
    }
  }

  /// A huge leaf at `level` from `giga` on, whose page at `giga + mega + page` operations aim at.
  private func hugeLeaf(_ policy: FramePolicy, _ level: Int) throws -> Scene {
    let base = level == 3 ? giga : giga + mega
    let aim = giga + mega + page
    let witnesses = [base, aim - page, aim, aim + page, base + Level(level).slotBytes - page, giga - page]
    return try makeScene(policy, witnesses: witnesses) { check(try $0.map(base, 3 * giga, level) == .mapped) }
  }

  func takeFromHugeLeaf(_ policy: FramePolicy) throws {
    let aim = giga + mega + page
    for level in 2...C.Format.highestLeafLevel {
      let base = level == 3 ? giga : giga + mega
      let expected = PhysicalAddress(3 * giga + aim - base)
      try forEveryAllocation(level - 1, "take from level \(level)", try hugeLeaf(policy, level)) {
        var cursor = try $0.cursor(aim, aim + page)
        switch cursor.takeNext(page) {
        case .leaf(let old):
          check(old.virtual == VirtualAddress(aim) && old.physical == expected && old.level == .one)
          check(cursor.isDepleted)
          return true
        case .outOfFrames:
          check(cursor.address == VirtualAddress(aim), "the cursor stays")
          return false
        case .none:
          check(false, "missed the leaf")
          return false
        }
      }
      // From before the leaf the cursor goes to where the leaf begins.
      let scene = try hugeLeaf(policy, level)
      defer { keepAlive(scene.table) }
      scene.table.pool.failAllocations(after: 0)
      var cursor = try scene.cursor(0, aim)
      check(cursor.takeNext(aim) == .outOfFrames)
      check(cursor.address == VirtualAddress(base), "the cursor stands where the leaf begins")
    }
  }

  func protectInHugeLeaf(_ policy: FramePolicy) throws {
    let aim = giga + mega + page
    for level in 2...C.Format.highestLeafLevel {
      try forEveryAllocation(level - 1, "protect in level \(level)", try hugeLeaf(policy, level)) {
        var cursor = try $0.cursor(aim, aim + page)
        var calls = 0
        let outcome = cursor.protectNext(page) {
          calls += 1
          $0.remove(.write)
        }
        guard case .leaf(let old) = outcome else {
          check(outcome == .outOfFrames && calls == 0 && cursor.address == VirtualAddress(aim))
          return false
        }
        check(calls == 1 && old.properties == properties && old.virtual == VirtualAddress(aim))
        return true
      }
    }
  }

  /// A range may be edited up to where memory ran out: what is before the cursor is done, what is behind untouched.
  func editRanges(_ policy: FramePolicy) throws {
    // Half a huge leaf, a whole one, and half of another: two splits.
    let start = giga + mega / 2
    let end = giga + 2 * mega + mega / 2
    let addresses = (0..<12 as Range<UInt64>).map { giga + $0 * (mega / 4) }
    for allowed in 0...2 {
      for removing in [true, false] {
        let comment: Comment = "removing \(removing), \(allowed) of 2 allocations"
        let scene = try makeScene(policy, witnesses: addresses) {
          for leaf in 0..<3 as Range<UInt64> {
            check(try $0.map(giga + leaf * mega, 3 * giga + leaf * mega, 2) == .mapped)
          }
        }
        defer { keepAlive(scene.table) }
        func edit(_ cursor: inout Cursor<C>) -> Bool {
          let rest = cursor.range.end.rawValue - cursor.address.rawValue
          return removing ? cursor.takeAll(rest) { _ in } : cursor.protectAll(rest) { $0.remove(.write) }
        }
        func expect(editedUpTo bound: UInt64) {
          for (address, seen) in zip(addresses, scene.translations) {
            let isEdited = address >= start && address < bound
            let original = PhysicalAddress(3 * giga + address - giga)
            if removing && isEdited {
              check(seen == nil, comment)
            } else {
              check(seen?.0 == original, comment)
              check(seen?.1 == (isEdited ? properties.subtracting(.write) : properties), comment)
            }
          }
          scene.expectSound(comment)
        }
        scene.table.pool.failAllocations(after: allowed)
        var stopped: UInt64
        do {
          var cursor = try scene.cursor(start, end)
          check(edit(&cursor) == (allowed == 2), comment)
          stopped = cursor.address.rawValue
        }
        check(stopped == [start, giga + 2 * mega, end][allowed], comment)
        expect(editedUpTo: stopped)
        scene.table.pool.allowAllocations()
        if stopped < end {
          var cursor = try scene.cursor(stopped, end)
          check(edit(&cursor), comment)
        }
        expect(editedUpTo: end)
      }
    }
  }

  func mapRuns(_ policy: FramePolicy) throws {
    // From the last page of a level-3 slot over two whole leaf tables: three leaf tables under two level-2 nodes.
    let start = giga - page
    let pages: UInt64 = 1 + 512 + 512 + 3
    // Mapped pages by allocations: root's child and the first level-2 node and leaf table, then the second level-2 node and its
    // leaf tables.
    let reached: [UInt64] = [0, 0, 0, 1, 1, 513, 1025, pages]
    for (allowed, expected) in reached.enumerated() {
      let comment: Comment = "\(allowed) allocations"
      let scene = try makeScene(policy, witnesses: [0, start - page, start + pages * page]) {
        check(try $0.map(512 * giga, page) == .mapped)
      }
      defer { keepAlive(scene.table) }
      let before = scene.translations
      let tables = TableAudit(scene.table.view).tables
      scene.table.pool.failAllocations(after: allowed)
      func expect(mapped count: UInt64) {
        for index in 0..<pages {
          let mapping = scene.table.view.translate(VirtualAddress(start + index * page))
          let wanted = index < count ? PhysicalAddress(giga + index * page) : nil
          if mapping?.physical != wanted { return check(false, "\(comment): page \(index) maps \(mapping as Any)") }
        }
        check(scene.translatesAs(before), comment)
        scene.expectSound(comment)
      }
      var stopped: UInt64
      do {
        var cursor = try scene.cursor(start, start + pages * page)
        let run = cursor.mapRun(PhysicalAddress(giga), properties, pages: pages)
        check(run.mapped == expected && run.outcome == (expected == pages ? .mapped : .outOfFrames), comment)
        stopped = cursor.address.rawValue
      }
      check(stopped == start + expected * page, "the cursor stands at the first page that is not mapped")
      check(TableAudit(scene.table.view).tables == tables + allowed, comment)
      expect(mapped: expected)
      scene.table.pool.allowAllocations()
      if expected < pages {
        var cursor = try scene.cursor(stopped, start + pages * page)
        let rest = cursor.mapRun(PhysicalAddress(giga + expected * page), properties, pages: pages - expected)
        check(rest.mapped == pages - expected && rest.outcome == .mapped, comment)
      }
      expect(mapped: pages)
    }
  }
}
