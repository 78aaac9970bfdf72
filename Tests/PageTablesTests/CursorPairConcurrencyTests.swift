import Addressing
import Executions
import Formats
import Locks
import PageTables
import PagingTestSupport
import PhysicalMemory
import Strategies
import Testing

private let page: UInt64 = 4096
private let mega: UInt64 = 2 << 20
private let giga: UInt64 = 1 << 30

/// Copies between the same tables in both directions at once, with editors of single tables between them. Also run under the thread
/// sanitizer.
@Suite(.serialized) struct CursorPairConcurrencyTests {
  /// Two threads copy from each of two tables into the other, by wide ranges and by narrow ones, while two more map and unmap single
  /// pages. The test is that all of them come to an end, the trees are sound and no reference is lost.
  private func race<C: Configuration>(_: C.Type, named name: String) throws {
    let seed = testSeed(name)
    let first = try makeTable(C.self, frames: 8192, workers: 4)
    let second = try #require(TranslationTable<C>(pool: first.pool))
    defer {
      keepAlive(first)
      keepAlive(second)
    }
    let frames = (0..<64).compactMap { _ in first.view.allocator.allocate(for: soleWorker) }
    let steps = testSteps(20_000)
    let views = [first.view, second.view]
    runThreads(4) { worker in
      var generator = SeededGenerator(seed: seed &+ UInt64(worker))
      let thread = ThreadContext(worker: worker)
      for _ in 0..<steps {
        let source = worker & 1
        if worker < 2 {
          copy(from: views[source], to: views[1 - source], source, &generator, thread)
        } else {
          edit(views[source], frames, &generator, thread)
        }
      }
    }
    // Whatever is still mapped owns one reference each, beside the one of the test.
    var owners: [PhysicalAddress: Int] = [:]
    for view in views {
      var cursor = try Cursor(view, over: range(0, 8 * giga), by: soleWorker)
      let isComplete = cursor.takeAll(8 * giga) { owners[$0.physical, default: 1] += 1 }
      #expect(isComplete)
    }
    for frame in frames {
      #expect(first.view.memory.record(frame).references.count == owners[frame] ?? 1, "seed \(seed)")
    }
    for (view, other) in [(first.view, second.view), (second.view, first.view)] {
      let audit = TableAudit(view, pool: first.pool, framesBesideTables: 64 + TableAudit(other).tables)
      #expect(audit.violations == [], "seed \(seed)")
    }
  }

  /// Pairs over one page beside pairs over several tables around it, in both directions and in the same place: where locks are taken
  /// on the way, a wide pair meets narrow ones below the node that it has claimed.
  private func raceInOnePlace<C: Configuration>(_: C.Type, named name: String) throws {
    let seed = testSeed(name)
    let first = try makeTable(C.self, frames: 8192, workers: 4)
    let second = try #require(TranslationTable<C>(pool: first.pool))
    defer {
      keepAlive(first)
      keepAlive(second)
    }
    let views = [first.view, second.view]
    for view in views {
      var cursor = try Cursor(view, over: range(0, 4 * mega), by: soleWorker)
      for address in stride(from: 0, to: 4 * mega, by: 7 * Int(page)) {
        guard cursor.jump(to: VirtualAddress(address)) else { continue }
        guard cursor.map(PhysicalAddress(address), [.read, .write]) == .mapped else { continue }
      }
    }
    let steps = testSteps(50_000)
    let total = TestMutex(0)
    runThreads(4) { worker in
      var generator = SeededGenerator(seed: seed &+ UInt64(worker))
      for _ in 0..<steps {
        let start = worker < 2 ? 0 : UInt64.random(in: 0..<1024, using: &generator) * page
        let claim = worker < 2 ? range(0, 4 * mega) : range(start, start + page)
        let copied = try? Cursor.withPair(
          from: views[worker & 1], claim, to: views[1 - worker & 1], claim, by: ThreadContext(worker: worker)
        ) {
          let target = $1.range.start &+ UInt64.random(in: 0..<claim.byteCount / page, using: &generator) * page
          guard $1.jump(to: target), $1.takeAll(page, { _ in }), $1.jump(to: target), $0.jump(to: target) else {
            return false
          }
          return $1.copy(from: &$0, page) { $0.formSymmetricDifference(.dirty) } == .copied
        }
        if copied == true { total.withLock { $0 += 1 } }
      }
    }
    // Nobody else writes between the emptying and the copy.
    #expect(total.withLock { $0 } == 4 * steps, "seed \(seed)")
    for (view, other) in [(first.view, second.view), (second.view, first.view)] {
      let others = TableAudit(other)
      let audit = TableAudit(
        view, pool: first.pool, framesBesideTables: others.tables + others.detachedTables)
      #expect(audit.violations == [], "seed \(seed)")
    }
  }

  @Test("A to B beside B to A comes to an end: no lock at all, one thread (104)") func none() throws {
    let table = try makeTable(Unlocked.self)
    let other = try #require(TranslationTable<Unlocked>(pool: table.pool))
    defer {
      keepAlive(table)
      keepAlive(other)
    }
    for (source, destination) in [(table, other), (other, table)] {
      let starts = try Cursor.withPair(
        from: source.view, range(0, page), to: destination.view, range(mega, mega + page), by: soleWorker
      ) { ($0.address.rawValue, $1.address.rawValue) }
      #expect(starts == (0, mega))
    }
  }
  @Test("A to B beside B to A comes to an end (104, A-22)") func globalTTAS() throws {
    try race(GlobalTTAS.self, named: "pair, global ttas")
  }
  @Test("A to B beside B to A comes to an end (104, A-22)") func globalTicket() throws {
    try race(GlobalTicket.self, named: "pair, global ticket")
  }
  @Test("A to B beside B to A comes to an end (104, A-22)") func couplingTTAS() throws {
    try race(CouplingTTAS.self, named: "pair, coupling ttas")
  }
  @Test("A to B beside B to A comes to an end (104, A-22)") func couplingTicket() throws {
    try race(CouplingTicket.self, named: "pair, coupling ticket")
  }
  @Test("Wide pairs beside narrow ones come to an end (104, A-22)") func onePlaceGlobal() throws {
    try raceInOnePlace(GlobalTTAS.self, named: "pair in one place, global ttas")
  }
  @Test("Wide pairs beside narrow ones come to an end (104, A-22)") func onePlaceCoupling() throws {
    try raceInOnePlace(CouplingTTAS.self, named: "pair in one place, coupling ttas")
  }
  @Test("Wide pairs beside narrow ones come to an end (104, A-22)") func onePlacePruned() throws {
    try raceInOnePlace(
      Configured<X86_64, TicketLock, CouplingStrategy, PruneOnDrop, Hardware>.self,
      named: "pair in one place, coupling ticket, prune on drop")
  }
  @Test("A to B beside B to A comes to an end (104, A-22)") func globalPruned() throws {
    try race(
      Configured<X86_64, TTASLock, GlobalStrategy, PruneOnDrop, Hardware>.self, named: "pair, global, prune on drop")
  }
  @Test("A to B beside B to A comes to an end (104, A-22)") func couplingPruned() throws {
    try race(
      Configured<X86_64, TTASLock, CouplingStrategy, PruneWhenEmpty, Hardware>.self,
      named: "pair, coupling, prune when empty")
  }
  @Test("A to B beside B to A comes to an end (104, A-22)") func loongArch64() throws {
    try race(Coupled<LoongArch64>.self, named: "pair, loongarch64")
  }
}

private func range(_ start: UInt64, _ end: UInt64) -> VirtualRange {
  VirtualRange(VirtualAddress(start), VirtualAddress(end))
}

/// Copies a random part of the first GiB, where editors work, to a place that only this direction uses.
private func copy<C: Configuration>(
  from source: TableView<C>, to destination: TableView<C>, _ direction: Int, _ generator: inout SeededGenerator,
  _ thread: ThreadContext
) {
  let start = giga - mega + UInt64.random(in: 0..<512, using: &generator) * page
  let length = generator.pick([1, 2, 511, 600]) * page
  let target = UInt64(2 + direction) * giga + (generator.chance(50) ? start : start + page)
  try? Cursor.withPair(
    from: source, range(start, start + length), to: destination, range(target, target + length), by: thread
  ) {
    // What the last round left there.
    release(&$1, length, destination)
    guard $1.jump(to: VirtualAddress(target)) else { return }
    let outcome = $1.copy(from: &$0, length) { $0.remove(.write) }
    guard outcome == .copied else { preconditionFailure("copying to a place of its own gave \(outcome)") }
  }
}

/// Maps frames of the test, or unmaps what is there.
private func edit<C: Configuration>(
  _ view: TableView<C>, _ frames: [PhysicalAddress], _ generator: inout SeededGenerator, _ thread: ThreadContext
) {
  let start = giga - mega + UInt64.random(in: 0..<1024, using: &generator) * page
  let length = generator.pick([1, 3, 64]) * page
  guard var cursor = try? Cursor(view, over: range(start, start + length), by: thread) else { return }
  if generator.chance(40) { return release(&cursor, length, view) }
  while !cursor.isDepleted {
    let frame = generator.pick(frames)
    if cursor.map(frame, [.read, .write, .tracked]) == .mapped {
      // The test owns a reference, so none of this can be the last.
      view.memory.record(frame).references.retain()
    } else if !cursor.jump(to: cursor.address &+ page) {
      return
    }
  }
}

private func release<C>(_ cursor: inout Cursor<C>, _ length: UInt64, _ view: TableView<C>) {
  _ = cursor.takeAll(length) {
    let isLast = view.memory.record($0.physical).references.release()
    precondition(!isLast, "a leaf gave up the reference of the test")
  }
}
