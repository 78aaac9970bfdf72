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

/// Copies a whole range, as a fork does, and checks that both cursors are at its end.
private func forkAll<C>(_ parent: TableView<C>, to child: TableView<C>, _ range: VirtualRange) throws {
  try Cursor.withPair(from: parent, range, to: child, range, by: soleWorker) { source, destination in
    check(destination.copy(from: &source, range.byteCount, forbidWrites) == .copied)
    check(source.isDepleted && destination.isDepleted)
  }
}

/// What a fork does to every leaf.
private func forbidWrites(_ properties: inout PageProperties) { properties.remove(.write) }

/// `copy` for every configuration. Numbers in parentheses are those of the conformance checklist.
@Suite struct CursorCopyTests {
  /// Two tables over one arena.
  private struct Fork<C: Configuration> {
    let parent: Bench<C>
    let child: Bench<C>

    init(_: C.Type, frames: Int = 4096) throws {
      parent = try Bench(C.self, frames: frames)
      child = try Bench(C.self, pool: parent.table.pool)
    }

    struct Result: Equatable {
      var outcome: CopyOutcome
      var seen: [PageProperties] = []
      var shrunk: [Mapping] = []
      /// Where the cursors stand afterwards.
      var source: VirtualAddress
      var destination: VirtualAddress
    }

    /// Copies `length` bytes through cursors whose ranges reach a page further on both sides where they can.
    func copy(
      _ start: UInt64, to target: UInt64? = nil, _ length: UInt64,
      _ change: (inout PageProperties) -> Void = forbidWrites
    ) throws -> Result {
      let target = target ?? start
      func around(_ start: UInt64) -> VirtualRange {
        parent.range(start == 0 ? 0 : start - page, start + length + page)
      }
      return try Cursor.withPair(
        from: parent.table.view, around(start), to: child.table.view, around(target), by: soleWorker
      ) { source, destination in
        check(source.jump(to: parent.at(start)) && destination.jump(to: child.at(target)))
        var seen: [PageProperties] = []
        var shrunk: [Mapping] = []
        let outcome = destination.copy(from: &source, length) {
          seen.append($0)
          change(&$0)
        } shrunk: {
          shrunk.append($0)
        }
        return Result(
          outcome: outcome, seen: seen, shrunk: shrunk, source: source.address, destination: destination.address)
      }
    }

    /// Both trees are well-formed; between them they hold all tables there are.
    func expectSound(dataFrames: Int = 0, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation) {
      for (bench, other) in [(parent, child), (child, parent)] {
        bench.expectSound(
          framesBesideTables: TableAudit(other.table.view).tables + dataFrames, comment, at: location)
      }
    }

    func keep() {
      keepAlive(parent.table)
      keepAlive(child.table)
    }
  }

  @Test("Both tables map the same, without what the change took (64, 65, 68, 70)", arguments: everyConfiguration)
  func fork(_ c: any Configuration.Type) throws { try forkIn(c) }

  private func forkIn<C: Configuration>(_: C.Type) throws {
    let fork = try Fork(C.self)
    defer { fork.keep() }
    let parent = fork.parent
    // Two leaf tables, a huge leaf, a read-only page and one without rights, over the border of a level-3 slot.
    try parent.map(giga - page, page)
    try parent.map(giga - 2 * page, 5 * page, 1, [.read, .dirty])
    try parent.map(giga + 5 * page, 2 * page, 1, [])
    try parent.map(giga + mega, 4 * mega, 2)
    try parent.map(giga + 3 * mega + page, 7 * page)
    let before = try parent.leaves
    let result = try fork.copy(giga - mega, 6 * mega)
    check(result.outcome == .copied)
    check(result.seen == before.map(\.properties), "called once per leaf, in order")
    check(result.shrunk == before.filter { $0.properties.contains(.write) })
    check(result.source == parent.at(giga + 5 * mega) && result.destination == parent.at(giga + 5 * mega))
    let after = before.map {
      Mapping(
        virtual: $0.virtual, physical: $0.physical, properties: $0.properties.subtracting(.write), level: $0.level)
    }
    check(try parent.leaves == after && fork.child.leaves == after)
    fork.expectSound()
    // Each is a table of its own (71).
    try fork.child.clear(0, 2 * giga)
    check(try parent.leaves == after && fork.child.leaves == [])
    fork.expectSound()
  }

  @Test("Dropping the parent leaves the child intact (71)", arguments: everyConfiguration)
  func dropParent(_ c: any Configuration.Type) throws { try dropParentIn(c) }

  private func dropParentIn<C: Configuration>(_: C.Type) throws {
    let child = try Bench(C.self)
    defer { keepAlive(child.table) }
    do {
      let parent = try Bench(C.self, pool: child.table.pool)
      defer { keepAlive(parent.table) }
      try parent.map(mega, mega, 2)
      try parent.map(5 * page, page)
      try forkAll(parent.table.view, to: child.table.view, parent.range(0, giga))
    }
    check(
      try child.leaves == [child.leaf(5 * page, page, 1, [.read, .user]), child.leaf(mega, mega, 2, [.read, .user])])
    child.expectSound()
  }

  @Test("A change that takes no right leaves nothing to flush (59, 70)", arguments: everyConfiguration)
  func unchanged(_ c: any Configuration.Type) throws { try unchangedIn(c) }

  private func unchangedIn<C: Configuration>(_: C.Type) throws {
    let fork = try Fork(C.self)
    defer { fork.keep() }
    try fork.parent.map(0, page)
    let result = try fork.copy(0, mega) { _ in }
    check(result.outcome == .copied && result.shrunk == [] && result.seen == [Bench<C>.readWrite])
    check(try fork.child.leaves == [fork.child.leaf(0, page)] && fork.parent.leaves == fork.child.leaves)
    // More rights are no reason to flush.
    try fork.child.clear(0, mega)
    let more = try fork.copy(0, mega) { $0.insert(.execute) }
    check(more.outcome == .copied && more.shrunk == [])
    check(fork.parent.translate(0)?.properties == Bench<C>.readWrite.union(.execute))
  }

  @Test("An occupied destination is refused before anything is written (66)", arguments: everyConfiguration)
  func occupied(_ c: any Configuration.Type) throws { try occupiedIn(c) }

  private func occupiedIn<C: Configuration>(_: C.Type) throws {
    for (offset, level) in [(3 * mega - page, 1), (2 * mega, 2)] {
      let fork = try Fork(C.self)
      defer { fork.keep() }
      // The copy would split the first of these.
      try fork.parent.map(0, 8 * mega, 2)
      try fork.parent.map(mega, page)
      try fork.child.map(offset, 16 * mega, level)
      let before = (try fork.parent.leaves, try fork.child.leaves)
      let tables = TableAudit(fork.child.table.view).tables
      let result = try fork.copy(page, 3 * mega - page)
      check(
        result
          == .init(outcome: .destinationOccupied, source: fork.parent.at(page), destination: fork.child.at(page)))
      check(try fork.parent.leaves == before.0 && fork.child.leaves == before.1)
      check(TableAudit(fork.child.table.view).tables == tables)
      // Beside the bytes anything may be mapped.
      check(try fork.copy(page, offset - page).outcome == .copied)
      fork.expectSound()
    }
  }

  @Test("Leaves that lie partly in the bytes are split (51, 64)", arguments: everyConfiguration)
  func partial(_ c: any Configuration.Type) throws { try partialIn(c) }

  private func partialIn<C: Configuration>(_: C.Type) throws {
    let fork = try Fork(C.self)
    defer { fork.keep() }
    for index in 0..<3 as Range<UInt64> { try fork.parent.map(index * mega, (4 + index) * mega, 2) }
    let (start, end) = (mega - 3 * page, 2 * mega + 2 * page)
    let result = try fork.copy(start, end - start)
    check(result.outcome == .copied && result.seen.count == 3 + 1 + 2)
    check(
      result.shrunk.map(\.virtual) == [
        fork.parent.at(start), fork.parent.at(start + page), fork.parent.at(start + 2 * page), fork.parent.at(mega),
        fork.parent.at(2 * mega), fork.parent.at(2 * mega + page),
      ])
    for address in [0, start - page, start, mega - page, mega, 2 * mega - page, end - page, end, 3 * mega - page] {
      let isInside = address >= start && address < end
      for bench in isInside ? [fork.parent, fork.child] : [fork.parent] {
        let leaf = bench.translate(address)
        check(leaf?.physical(of: bench.at(address)) == PhysicalAddress(4 * mega + address))
        check(leaf?.properties == (isInside ? [.read, .user] : Bench<C>.readWrite))
      }
      if !isInside { check(fork.child.translate(address) == nil) }
    }
    check(fork.child.translate(mega)?.level == Level(2), "a leaf that is whole keeps its size")
    fork.expectSound()
  }

  @Test("At another address leaves get smaller where they must (67)", arguments: everyConfiguration)
  func offset(_ c: any Configuration.Type) throws { try offsetIn(c) }

  private func offsetIn<C: Configuration>(_: C.Type) throws {
    // How far the copy lies from the source, and the level that remains of a 2 MiB and of a 1 GiB leaf.
    for (offset, levels) in [(giga, [2, 3]), (mega, [2, 2]), (0, [2, 3]), (page, [1])] as [(UInt64, [Int])] {
      for (index, expected) in levels.enumerated() {
        let level = index + 2
        let size = Level(level).slotBytes
        let fork = try Fork(C.self)
        defer { fork.keep() }
        let start = 2 * giga
        let target = start + offset
        try fork.parent.map(start, 4 * giga, level)
        try fork.parent.map(start + size + 5 * page, page)
        let result = try fork.copy(start, to: target, size + mega)
        check(result.outcome == .copied && result.seen.count == 2)
        check(result.source == fork.parent.at(start + size + mega))
        check(result.destination == fork.child.at(target + size + mega))
        check(try fork.parent.leaves.map(\.level) == [Level(level), .one], "the source keeps its size")
        check(fork.parent.translate(start)?.properties == [.read, .user])
        for inside in [0, size / 2 + page, size - page] {
          let leaf = fork.child.translate(target + inside)
          check(leaf?.physical(of: fork.child.at(target + inside)) == PhysicalAddress(4 * giga + inside))
          check(leaf?.properties == [.read, .user] && leaf?.level == Level(expected))
        }
        check(fork.child.translate(target + size) == nil)
        check(fork.child.translate(target + size + 5 * page)?.physical == PhysicalAddress(page))
        let leaves = Array(TableAudit(fork.child.table.view).leaves[1...3])
        var wanted = [1, 0, 0]
        wanted[expected - 1] += Int(size / Level(expected).slotBytes)
        check(leaves == wanted, "\(leaves) at level \(level), offset \(offset)")
        fork.expectSound()
      }
    }
  }

  @Test("A destination that was not claimed for huge pages gets small ones", arguments: everyConfiguration)
  func narrowClaim(_ c: any Configuration.Type) throws { try narrowClaimIn(c) }

  private func narrowClaimIn<C: Configuration>(_: C.Type) throws {
    // It takes an empty table.
    if C.Reclamation.freesTables { return }
    let fork = try Fork(C.self)
    defer { fork.keep() }
    try fork.parent.map(mega, 4 * mega, 2)
    try fork.child.map(mega, page)
    try fork.child.clear(mega, 2 * mega)
    do {
      var source = try fork.parent.cursor(mega, 2 * mega)
      var destination = try fork.child.cursor(mega, 2 * mega)
      check(destination.coveringLevel == .one)
      check(destination.copy(from: &source, mega, forbidWrites) == .copied)
      check(source.isDepleted && destination.isDepleted)
    }
    check(try fork.child.leaves.count == 512)
    check(fork.child.translate(2 * mega - page)?.physical == PhysicalAddress(5 * mega - page))
    fork.expectSound()
  }

  @Test("Nothing to copy: an empty source, no bytes, empty tables", arguments: everyConfiguration)
  func empty(_ c: any Configuration.Type) throws { try emptyIn(c) }

  private func emptyIn<C: Configuration>(_: C.Type) throws {
    let fork = try Fork(C.self)
    defer { fork.keep() }
    for (start, length) in [(0, 0), (page, giga), (giga - page, 2 * page)] as [(UInt64, UInt64)] {
      let result = try fork.copy(start, length)
      check(
        result
          == .init(
            outcome: .copied, source: fork.parent.at(start + length), destination: fork.child.at(start + length)))
    }
    try fork.parent.map(mega, page)
    try fork.parent.clear(0, giga)
    check(try fork.copy(0, giga).outcome == .copied)
    check(TableAudit(fork.child.table.view).tables == 1, "no table is made for an empty one")
    fork.expectSound()
  }

  @Test("Whole halves are copied, up to their last page (6, 64)", arguments: everyConfiguration)
  func borders(_ c: any Configuration.Type) throws { try bordersIn(c) }

  private func bordersIn<C: Configuration>(_: C.Type) throws {
    let fork = try Fork(C.self)
    defer { fork.keep() }
    for half in [C.Format.userRange, C.Format.kernelRange] where half.byteCount > 0 {
      let last = VirtualAddress(half.end.rawValue - page)
      for address in [half.start, last] {
        var cursor = try Cursor(
          fork.parent.table.view, over: VirtualRange(start: address, byteCount: page), by: soleWorker)
        check(cursor.map(PhysicalAddress(page), Bench<C>.readWrite) == .mapped)
      }
      try forkAll(fork.parent.table.view, to: fork.child.table.view, half)
      for address in [half.start, last] {
        check(fork.child.table.view.translate(address)?.properties == [.read, .user])
        check(fork.parent.table.view.translate(address)?.properties == [.read, .user])
      }
    }
    fork.expectSound()
  }

  @Test("Contiguous runs are copied where they stay aligned, else only their pages", arguments: everyConfiguration)
  func runs(_ c: any Configuration.Type) throws { try runsIn(c) }

  private func runsIn<C: Configuration>(_: C.Type) throws {
    let contiguous = Bench<C>.readWrite.union(.contiguous)
    guard C.Format.supports(contiguous, at: .one) else { return }
    for offset in [0, 16 * page, page, mega - page] {
      let fork = try Fork(C.self)
      defer { fork.keep() }
      for index in 0..<32 as Range<UInt64> {
        try fork.parent.map(mega + index * page, giga + index * page, 1, contiguous)
      }
      let result = try fork.copy(mega, to: mega + offset, 32 * page)
      check(result.outcome == .copied && result.seen.count == 32 && result.shrunk.count == 32)
      let staysAligned = offset % (16 * page) == 0
      for index in 0..<32 as Range<UInt64> {
        let frame = giga + index * page
        check(
          fork.parent.translate(mega + index * page)
            == fork.parent.leaf(mega + index * page, frame, 1, [.read, .user, .contiguous]))
        check(
          fork.child.translate(mega + offset + index * page)
            == fork.child.leaf(
              mega + offset + index * page, frame, 1, staysAligned ? [.read, .user, .contiguous] : [.read, .user]))
      }
    }
  }

  @Test("A tracked frame counts the tables that map it (69)", arguments: everyConfiguration)
  func references(_ c: any Configuration.Type) throws { try referencesIn(c) }

  private func referencesIn<C: Configuration>(_: C.Type) throws {
    let fork = try Fork(C.self)
    defer { fork.keep() }
    let tracked = Bench<C>.readWrite.union(.tracked)
    let view = fork.parent.table.view
    let frames = (0..<3).compactMap { _ in view.allocator.allocate(for: soleWorker) }
    func counts() -> [Int] { frames.map { view.memory.record($0).references.count } }
    try fork.parent.map(page, frames[0].rawValue, 1, tracked)
    try fork.parent.map(mega, frames[1].rawValue, 1, tracked)
    try fork.parent.map(mega + page, frames[2].rawValue)
    // No record belongs to this one.
    try fork.parent.map(2 * mega, 1 << 40, 1)
    var others: [Bench<C>] = []
    for child in 1...3 {
      let other = try Bench(C.self, pool: fork.parent.table.pool)
      others.append(other)
      try forkAll(view, to: other.table.view, fork.parent.range(0, giga))
      check(counts() == [1 + child, 1 + child, 1])
    }
    // An occupied destination adds nothing.
    try fork.child.map(3 * mega, page)
    check(try fork.copy(0, giga).outcome == .destinationOccupied && counts() == [4, 4, 1])
    // A table that goes gives up its own references only.
    for left in (0..<3).reversed() {
      keepAlive(others.removeLast().table)
      check(counts() == [1 + left, 1 + left, 1])
    }
    fork.expectSound(dataFrames: 3)
  }

  @Test("All frames of a tracked huge page are counted, whole or in pieces (69)", arguments: everyConfiguration)
  func trackedHuge(_ c: any Configuration.Type) throws { try trackedHugeIn(c) }

  private func trackedHugeIn<C: Configuration>(_: C.Type) throws {
    // All of it to an address it fits at; to one it does not; and a part of it.
    for (start, target, length) in [(mega, 3 * mega, mega), (mega, page, mega), (mega + page, mega + page, page)] {
      let fork = try Fork(C.self)
      defer { fork.keep() }
      let view = fork.parent.table.view
      let block = try #require(view.allocator.allocate(order: 9, for: soleWorker))
      try fork.parent.map(mega, block.rawValue, 2, Bench<C>.readWrite.union(.tracked))
      let result = try fork.copy(start, to: target, length)
      check(result.outcome == .copied)
      check(result.seen.count == 1)
      let copied = (start - mega) / page..<(start - mega + length) / page
      for index in 0..<512 as Range<UInt64> {
        check(view.memory.record(block &+ index * page).references.count == (copied.contains(index) ? 2 : 1))
      }
      let isWhole = target == 3 * mega
      check(
        try fork.child.leaves.map(\.level)
          == Array(repeating: isWhole ? Level(2) : .one, count: isWhole ? 1 : copied.count))
      check(try fork.parent.leaves.count == (length == mega ? 1 : 512))
      fork.expectSound(dataFrames: 512)
      // What the child maps, it owns: taking it leaves the parent's share.
      var taken: [Mapping] = []
      do {
        var cursor = try fork.child.cursor(0, giga)
        check(cursor.takeAll(giga) { taken.append($0) })
      }
      for leaf in taken { view.release(leaf, by: soleWorker) }
      for index in 0..<512 as Range<UInt64> {
        check(view.memory.record(block &+ index * page).references.count == 1)
      }
    }
  }

  @Test("Ranges of a pair are checked before anything is claimed", arguments: everyConfiguration)
  func pairRanges(_ c: any Configuration.Type) throws { try pairRangesIn(c) }

  private func pairRangesIn<C: Configuration>(_: C.Type) throws {
    let fork = try Fork(C.self)
    defer { fork.keep() }
    let good = fork.parent.range(0, page)
    let bad = fork.parent.range(page, page)
    for (source, destination) in [(good, bad), (bad, good)] {
      do throws(RangeError) {
        try Cursor.withPair(
          from: fork.parent.table.view, source, to: fork.child.table.view, destination, by: soleWorker
        ) { _, _ in check(false, "the pair was opened") }
      } catch { check(error == .invalidRange(bad)) }
    }
    // No lock was left behind.
    fork.expectSound()
  }

  @Test("Lengths beyond a range, one table twice and a lost reference trap (25)") func misuse() async throws {
    try misuseCopy(length: 2 * page)
    await #expect(processExitsWith: .failure) { try misuseCopy(length: page + 1) }
    await #expect(processExitsWith: .failure) { try misuseCopy(length: 3 * page) }
    await #expect(processExitsWith: .failure) { try misuseCopy(length: 0 &- page) }
    await #expect(processExitsWith: .failure) { try misuseCopy(length: page) { $0.insert(.tracked) } }
    await #expect(processExitsWith: .failure) {
      let bench = try Bench(Unlocked.self)
      try Cursor.withPair(
        from: bench.table.view, bench.range(0, page), to: bench.table.view, bench.range(mega, mega + page),
        by: soleWorker
      ) { _, _ in }
    }
  }
}

/// Copies from a range of three pages to one of two.
private func misuseCopy(length: UInt64, _ change: (inout PageProperties) -> Void = forbidWrites) throws {
  let parent = try Bench(Unlocked.self)
  let child = try Bench(Unlocked.self)
  defer {
    keepAlive(parent.table)
    keepAlive(child.table)
  }
  try parent.map(0, page)
  try Cursor.withPair(
    from: parent.table.view, parent.range(0, 3 * page), to: child.table.view, child.range(0, 2 * page), by: soleWorker
  ) { source, destination in
    check(destination.copy(from: &source, length, change) == .copied)
  }
}
