import Addressing
import Executions
import Formats
import PageTables
import PagingTestSupport
import PhysicalMemory
import Testing

/// `#expect` for conditions that use a cursor, which the macro cannot take apart because it cannot be copied.
private func check(_ condition: Bool, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation) {
  #expect(condition, comment, sourceLocation: location)
}

private let page: UInt64 = 4096
private let mega: UInt64 = 2 << 20
private let giga: UInt64 = 1 << 30

/// `merge` for every configuration. Numbers in parentheses are those of the conformance checklist.
@Suite struct CursorMergeTests {
  @Test("A full table of consecutive pages becomes one leaf", arguments: everyConfiguration)
  func pages(_ c: any Configuration.Type) throws { try pagesIn(c) }

  private func pagesIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    for index in 0..<1024 as Range<UInt64> { try bench.map(mega + index * page, giga + index * page) }
    let tables = TableAudit(bench.table.view).tables
    do {
      var cursor = try bench.cursor(mega, 3 * mega, largestLeaf: 2)
      // From inside the table that goes away.
      check(cursor.jump(to: bench.at(mega + 5 * page)))
      check(cursor.findNext(page)?.level == .one)
      let leaf = bench.leaf(mega, giga, 2)
      check(cursor.merge(level: Level(2)) == .merged(leaf))
      check(cursor.address == bench.at(mega + 5 * page))
      check(cursor.findNext(page) == leaf && bench.translate(2 * mega - page) == leaf)
      check(cursor.merge(level: Level(2)) == .notTable)
      // The neighbour is as it was.
      check(bench.translate(2 * mega) == bench.leaf(2 * mega, giga + mega))
    }
    check(TableAudit(bench.table.view).tables == tables - 1)
    bench.expectSound()
  }

  @Test("Splitting is undone, through as many levels as it went", arguments: everyConfiguration)
  func undoesSplit(_ c: any Configuration.Type) throws { try undoesSplitIn(c) }

  private func undoesSplitIn<C: Configuration>(_: C.Type) throws {
    for level in 2...min(C.Format.highestLeafLevel, 4) {
      let bench = try Bench(C.self)
      defer { keepAlive(bench.table) }
      let size = Level(level).slotBytes
      try bench.map(size, 2 * size, level)
      for address in [size + 7 * page, 2 * size - page] {
        var cursor = try bench.cursor(address, address + page)
        guard case .leaf = cursor.protectNext(page, { $0.insert(.dirty) }) else { return check(false, "no leaf") }
      }
      let tables = TableAudit(bench.table.view).tables
      do {
        var cursor = try bench.cursor(size, 2 * size, largestLeaf: level)
        let merged = bench.leaf(size, 2 * size, level, Bench<C>.readWrite.union(.dirty))
        check(cursor.merge(level: Level(level)) == .merged(merged))
        check([merged] == bench.leavesBeside(&cursor))
      }
      // One table below the slot, and below it two of each smaller size, or one where both pages lie in the same.
      let unlinked = level == 2 ? 1 : 1 + 2 * (level - 2)
      check(TableAudit(bench.table.view).tables == tables - unlinked)
      bench.expectSound()
    }
  }

  @Test("Accessed and dirty are joined; runs of 64 KiB are forgotten", arguments: everyConfiguration)
  func properties(_ c: any Configuration.Type) throws { try propertiesIn(c) }

  private func propertiesIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    let contiguous: PageProperties = C.Format.supports([.read, .contiguous], at: .one) ? .contiguous : []
    for index in 0..<512 as Range<UInt64> {
      var properties = Bench<C>.readWrite
      if index == 3 { properties.insert(.accessed) }
      if index == 500 { properties.formUnion([.accessed, .dirty]) }
      if index / 16 == 4 { properties.formUnion(contiguous) }
      try bench.map(index * page, mega + index * page, 1, properties)
    }
    var cursor = try bench.cursor(0, mega, largestLeaf: 2)
    let merged = bench.leaf(0, mega, 2, Bench<C>.readWrite.union([.accessed, .dirty]))
    check(cursor.merge(level: Level(2)) == .merged(merged))
    check(bench.translate(page) == merged)
  }

  @Test("What is not uniform is refused and stays", arguments: everyConfiguration)
  func refusals(_ c: any Configuration.Type) throws { try refusalsIn(c) }

  private func refusalsIn<C: Configuration>(_: C.Type) throws {
    // What is wrong with one page: its frame, its properties, or that it is missing; at both ends and inside.
    let damages: [(inout Cursor<C>, UInt64) -> MergeOutcome] = [
      {
        check($0.takeNext(page) != .none)
        _ = $1
        return .notUniform
      },
      {
        check($0.replace(PhysicalAddress(3 * giga + $1 * page), Bench<C>.readWrite) != .mapped)
        return .notUniform
      },
      {
        check($0.protectNext(page) { $0.remove(.write) } != .none)
        _ = $1
        return .notUniform
      },
      {
        check($0.protectNext(page) { $0.insert(.tracked) } != .none)
        _ = $1
        return .notUniform
      },
    ]
    for damage in damages {
      for victim in [0, 255, 511] as [UInt64] {
        let bench = try Bench(C.self)
        defer { keepAlive(bench.table) }
        for index in 0..<512 as Range<UInt64> { try bench.map(mega + index * page, mega + index * page) }
        var cursor = try bench.cursor(mega, 2 * mega, largestLeaf: 2)
        check(cursor.jump(to: bench.at(mega + victim * page)))
        let expected = damage(&cursor, victim)
        check(cursor.jump(to: bench.at(mega)))
        check(cursor.merge(level: Level(2)) == expected)
        check(cursor.address == bench.at(mega))
        for index in 0..<512 as Range<UInt64> where index != victim {
          check(bench.translate(mega + index * page) == bench.leaf(mega + index * page, mega + index * page))
        }
      }
    }
  }

  @Test("Absent slots, leaves and larger leaves are no tables", arguments: everyConfiguration)
  func notTables(_ c: any Configuration.Type) throws { try notTablesIn(c) }

  private func notTablesIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    try bench.map(mega, mega, 2)
    try bench.map(giga, giga, 3)
    try bench.map(2 * giga, page)
    try bench.clear(2 * giga, 2 * giga + page)
    var cursor = try bench.cursor(0, 3 * giga, largestLeaf: 2)
    for (address, outcome) in [
      (0, .notTable), (mega, .notTable), (giga + mega, .notTable),
      (2 * giga, C.Reclamation.freesTables ? .notTable : .notUniform),
      (2 * giga + mega, .notTable),
    ] as [(UInt64, MergeOutcome)] {
      check(cursor.jump(to: bench.at(address)))
      check(cursor.merge(level: Level(2)) == outcome)
    }
    check(cursor.jump(to: bench.at(0)))
    check(cursor.coveringLevel < Level(3) || cursor.merge(level: Level(3)) == .notUniform)
  }

  @Test("Consecutive memory that is not aligned is refused as such", arguments: everyConfiguration)
  func misaligned(_ c: any Configuration.Type) throws { try misalignedIn(c) }

  private func misalignedIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    for index in 0..<512 as Range<UInt64> { try bench.map(index * page, mega + page + index * page) }
    for index in 0..<512 as Range<UInt64> { try bench.map(giga + index * mega, giga + mega + index * mega, 2) }
    do {
      var cursor = try bench.cursor(0, 2 * giga, largestLeaf: 3)
      check(cursor.merge(level: Level(2)) == .misaligned)
      check(cursor.jump(to: bench.at(giga)))
      check(cursor.merge(level: Level(3)) == .misaligned)
    }
    check(Array(TableAudit(bench.table.view).leaves[1...3]) == [512, 512, 0])
    bench.expectSound()
  }

  @Test("Leaves of two sizes become one of a third, or stay as they are", arguments: everyConfiguration)
  func bottomUp(_ c: any Configuration.Type) throws { try bottomUpIn(c) }

  private func bottomUpIn<C: Configuration>(_: C.Type) throws {
    for hole in [nil, 0, 511] as [UInt64?] {
      let bench = try Bench(C.self)
      defer { keepAlive(bench.table) }
      // Leaf tables first, in the middle and last.
      let small: [UInt64] = [0, 77, 511]
      for index in 0..<512 as Range<UInt64> {
        if small.contains(index) {
          for page in 0..<512 as Range<UInt64> where index != 511 || page != hole {
            try bench.map(giga + index * mega + page * 4096, 2 * giga + index * mega + page * 4096)
          }
        } else {
          try bench.map(giga + index * mega, 2 * giga + index * mega, 2)
        }
      }
      let before = TableAudit(bench.table.view)
      do {
        var cursor = try bench.cursor(giga, 2 * giga, largestLeaf: 3)
        let outcome = cursor.merge(level: Level(3))
        check(outcome == (hole == nil ? .merged(bench.leaf(giga, 2 * giga, 3)) : .notUniform))
        // What is uniform in itself can still be merged alone.
        check(cursor.merge(level: Level(2)) == (hole == nil ? .notTable : .merged(bench.leaf(giga, 2 * giga, 2))))
      }
      check(TableAudit(bench.table.view).tables == before.tables - (hole == nil ? 4 : 1))
      bench.expectSound()
    }
  }

  @Test("A merged leaf owns what its pages owned (69)", arguments: everyConfiguration)
  func tracked(_ c: any Configuration.Type) throws { try trackedIn(c) }

  private func trackedIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    let view = bench.table.view
    let properties = Bench<C>.readWrite.union(.tracked)
    let block = try #require(view.allocator.allocate(order: 9, for: soleWorker))
    // One frame has another owner too, which is no obstacle.
    view.memory.record(block &+ 300 * page).references.retain()
    for index in 0..<512 as Range<UInt64> { try bench.map(index * page, block.rawValue + index * page, 1, properties) }
    do {
      var cursor = try bench.cursor(0, mega, largestLeaf: 2)
      let merged = bench.leaf(0, block.rawValue, 2, properties)
      check(cursor.merge(level: Level(2)) == .merged(merged))
      check(cursor.takeNext(mega) == .leaf(merged))
      view.release(merged, by: soleWorker)
    }
    check(view.memory.record(block &+ 300 * page).references.count == 1)
    bench.expectSound(framesBesideTables: 1)
    view.allocator.free(block &+ 300 * page, by: soleWorker)
    bench.expectSound()
  }

  @Test("A table that goes gives up what a merged leaf owns, once (A-7)", arguments: everyConfiguration)
  func trackedUntilTheEnd(_ c: any Configuration.Type) throws { try trackedUntilTheEndIn(c) }

  private func trackedUntilTheEndIn<C: Configuration>(_: C.Type) throws {
    let other = try Bench(C.self)
    defer { keepAlive(other.table) }
    let pool = other.table.pool
    let before = pool.framesInUse
    do {
      let bench = try Bench(C.self, pool: pool)
      defer { keepAlive(bench.table) }
      let block = try #require(bench.table.view.allocator.allocate(order: 9, for: soleWorker))
      for index in 0..<512 as Range<UInt64> {
        try bench.map(index * page, block.rawValue + index * page, 1, Bench<C>.readWrite.union(.tracked))
      }
      var cursor = try bench.cursor(0, mega, largestLeaf: 2)
      check(cursor.merge(level: Level(2)) != .notTable)
    }
    check(pool.framesInUse - pool.tablesInGrace == before)
    other.expectSound()
  }

  @Test("A table that another tree shares stays", arguments: everyConfiguration)
  func shared(_ c: any Configuration.Type) throws { try sharedIn(c) }

  private func sharedIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    for index in 0..<512 as Range<UInt64> { try bench.map(mega + index * page, mega + index * page) }
    let view = bench.table.view
    let path = view.descend { view.child(of: $0, bench.at(mega).rawValue, $1) }
    view.memory.record(path.node).references.retain()
    do {
      var cursor = try bench.cursor(mega, 2 * mega, largestLeaf: 2)
      check(cursor.merge(level: Level(2)) == .sharedTable)
      check(view.memory.record(path.node).references.release() == false)
      check(cursor.merge(level: Level(2)) == .merged(bench.leaf(mega, mega, 2)))
    }
    bench.expectSound()
  }

  @Test("Merging needs no frame, and what was merged can be split again (35)", arguments: everyConfiguration)
  func noFrames(_ c: any Configuration.Type) throws { try noFramesIn(c) }

  private func noFramesIn<C: Configuration>(_: C.Type) throws {
    let bench = try Bench(C.self)
    defer { keepAlive(bench.table) }
    for index in 0..<512 as Range<UInt64> { try bench.map(index * page, index * page) }
    bench.table.pool.failAllocations(after: 0)
    var cursor = try bench.cursor(0, mega, largestLeaf: 2)
    check(cursor.merge(level: Level(2)) == .merged(bench.leaf(0, 0, 2)))
    // Where the table was freed, its frame may serve to split again.
    if !C.Reclamation.freesTables { check(cursor.takeNext(page) == .outOfFrames) }
    bench.table.pool.allowAllocations()
    check(cursor.takeNext(page) == .leaf(bench.leaf(0, 0)))
    check(cursor.jump(to: bench.at(0)) && cursor.merge(level: Level(2)) == .notUniform)
    check(cursor.replace(PhysicalAddress(0), Bench<C>.readWrite) == .mapped)
    check(cursor.jump(to: bench.at(0)) && cursor.merge(level: Level(2)) == .merged(bench.leaf(0, 0, 2)))
  }

  @Test("Merging beyond the range or the format traps (28)") func misuse() async throws {
    try merge(at: page, in: 0..<mega, level: 2)
    await #expect(processExitsWith: .failure) { try merge(at: 0, in: 0..<mega, level: 1) }
    await #expect(processExitsWith: .failure) { try merge(at: 0, in: 0..<mega - page, level: 2) }
    await #expect(processExitsWith: .failure) { try merge(at: mega + page, in: mega + page..<3 * mega, level: 2) }
    await #expect(processExitsWith: .failure) { try merge(at: 0, in: 0..<512 * giga, level: 4) }
  }
}

private func merge(at offset: UInt64, in range: Range<UInt64>, level: Int) throws {
  let bench = try Bench(Unlocked.self)
  defer { keepAlive(bench.table) }
  var cursor = try bench.cursor(range.lowerBound, range.upperBound, largestLeaf: 4)
  check(cursor.jump(to: bench.at(offset)))
  check(cursor.merge(level: Level(level)) == .notTable)
}

extension Bench {
  /// The leaves of the cursor's range, found by itself: another cursor would wait for it.
  fileprivate func leavesBeside(_ cursor: inout Cursor<C>) -> [Mapping] {
    var found: [Mapping] = []
    check(cursor.jump(to: cursor.range.start))
    while let item = cursor.nextItem() { if let mapping = item.mapping { found.append(mapping) } }
    return found
  }
}
