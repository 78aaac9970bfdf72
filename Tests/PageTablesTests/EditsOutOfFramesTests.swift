import Addressing
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

/// Checklist statement 35 for replace and copy: memory runs out at every single allocation. (A merge allocates nothing.)
@Suite struct EditsOutOfFramesTests {
  @Test("A replace that lacks a table maps nothing; one that finds a leaf needs none", arguments: everyConfiguration)
  func replace(_ c: any Configuration.Type) throws { try replaceIn(c) }

  private func replaceIn<C: Configuration>(_: C.Type) throws {
    for level in 1...C.Format.highestLeafLevel {
      let needed = C.Format.levels - level
      let size = Level(level).slotBytes
      for allowed in 0...needed {
        let bench = try Bench(C.self, frames: 512)
        defer { keepAlive(bench.table) }
        bench.table.pool.failAllocations(after: allowed)
        do {
          var cursor = try bench.cursor(size, 2 * size, largestLeaf: level)
          let outcome = cursor.replace(PhysicalAddress(size), [.read], level: Level(level))
          check(outcome == (allowed == needed ? .mapped : .outOfFrames), "level \(level), \(allowed) of \(needed)")
          check(cursor.isDepleted == (allowed == needed))
          if allowed < needed { check(bench.translate(size) == nil) }
        }
        // Tables that were added stay, where empty ones may.
        let isPruned = C.Reclamation.prunesOnLeave && allowed < needed
        check(TableAudit(bench.table.view).tables == (isPruned ? 1 : 1 + allowed))
        bench.expectSound()
        bench.table.pool.failAllocations(after: needed - allowed)
        var cursor = try bench.cursor(size, 2 * size, largestLeaf: level)
        let first = cursor.replace(PhysicalAddress(0), [.read, .write], level: Level(level))
        check(first == (allowed == needed ? .replaced(bench.leaf(size, size, level, [.read])) : .mapped))
        check(cursor.jump(to: bench.at(size)))
        let second = cursor.replace(PhysicalAddress(0), [.read], level: Level(level))
        check(second == .replaced(bench.leaf(size, 0, level, [.read, .write])))
      }
    }
  }

  @Test("A copy that lacks a table is undone in both tables, references included", arguments: everyConfiguration)
  func copy(_ c: any Configuration.Type) throws { try copyIn(c) }

  private func copyIn<C: Configuration>(_: C.Type) throws {
    // Aligned alike, so that only what is cut is split; and one page off, so that nothing keeps its size.
    for offset in [0, page] {
      var allowed = 0
      while try !copy(C.self, to: offset, allowed: allowed) {
        allowed += 1
        if allowed > 40 { return check(false, "the copy never gets enough frames") }
      }
      // The two ends are split; the destination needs its tables: so many at least.
      check(allowed >= 2 + (C.Format.levels - 1) + 3, "\(allowed) allocations at offset \(offset)")
    }
  }

  /// Copies with so many allocations to go. Returns whether that was enough.
  private func copy<C: Configuration>(_: C.Type, to offset: UInt64, allowed: Int) throws -> Bool {
    let comment: Comment = "\(allowed) allocations, offset \(offset)"
    let parent = try Bench(C.self, frames: 2048)
    let child = try Bench(C.self, pool: parent.table.pool)
    defer {
      keepAlive(parent.table)
      keepAlive(child.table)
    }
    let view = parent.table.view
    let block = try #require(view.allocator.allocate(order: 9, for: soleWorker))
    let frame = try #require(view.allocator.allocate(for: soleWorker))
    func counts() -> [Int] { [block, block &+ 511 * page, frame].map { view.memory.record($0).references.count } }
    let tracked = Bench<C>.readWrite.union(.tracked)
    // A huge leaf that the range cuts, a tracked one, a tracked page, and over the border of a level-3 slot another that is cut.
    let base = giga - 4 * mega
    try parent.map(base, 8 * mega, 2)
    try parent.map(base + mega, block.rawValue, 2, tracked)
    try parent.map(base + 2 * mega + 7 * page, frame.rawValue, 1, tracked)
    try parent.map(giga, 16 * mega, 2)
    let (start, end) = (base + mega / 2, giga + mega / 2)
    func meaning(_ bench: Bench<C>) -> [[UInt64]?] {
      (0..<6 * 512 as Range<UInt64>).map { index in
        let address = base - mega + index * page
        return bench.translate(address).map { [$0.physical(of: bench.at(address)).rawValue, $0.properties.rawValue] }
      }
    }
    let before = meaning(parent)
    parent.table.pool.failAllocations(after: allowed)
    var isCopied = false
    do {
      let (outcome, ends) = try Cursor.withPair(
        from: view, parent.range(start, end), to: child.table.view, child.range(start + offset, end + offset),
        by: soleWorker
      ) { source, destination in
        let outcome = destination.copy(from: &source, end - start) { $0.remove(.write) }
        return (outcome, [source.address, destination.address])
      }
      isCopied = outcome == .copied
      check(isCopied || outcome == .outOfFrames, comment)
      let moved = isCopied ? end - start : 0
      check(ends == [parent.at(start + moved), child.at(start + offset + moved)], comment)
    }
    for (bench, other) in [(parent, child), (child, parent)] {
      bench.expectSound(framesBesideTables: 513 + TableAudit(other.table.view).tables, comment)
    }
    if isCopied {
      check(counts() == [2, 2, 2], comment)
    } else {
      check(meaning(parent) == before, comment)
      check(try child.leaves == [], comment)
      check(counts() == [1, 1, 1], comment)
    }
    return isCopied
  }
}
