import Addressing
import Executions
import Formats
import Locks
import PageTables
import PagingTestSupport
import PhysicalMemory
import Strategies
import Synchronization
import Testing

/// Tables come and go under two editors and a lock-free walker: a walk sees the planned translation or none, never a freed
/// table, and at the end every frame is accounted for (99, 101, 102); also run under the thread sanitizer.
@Suite(.serialized) struct ConcurrentReclamationTests {
  private static let properties: PageProperties = [.read, .write, .user]
  private static let mega: UInt64 = 2 << 20
  /// Four leaf tables on each side of the border between two level-2 nodes.
  private static let first: UInt64 = (1 << 30) - 4 * mega
  private static let last: UInt64 = (1 << 30) + 4 * mega

  private func race<C: Configuration>(_: C.Type, named name: String) throws {
    let seed = testSeed(name)
    // Few frames, so that they are soon used again.
    let table = try makeTable(C.self, frames: 512, workers: 3)
    let balance = TestMutex(0)
    let running = Atomic<Int>(2)
    let wrong = TestMutex<[String]>([])
    let steps = testSteps(40_000)
    let threads = (0..<3).map { worker in
      TestThread {
        if worker == 2 {
          Self.walk(table.view, running, wrong)
        } else {
          let net = Self.edit(table.view, worker, seed, steps)
          balance.withLock { $0 += net }
          running.subtract(1, ordering: .releasing)
        }
      }
    }
    for thread in threads { thread.join() }
    let audit = TableAudit(table.view, pool: table.pool)
    #expect(audit.violations == [], "seed \(seed)")
    #expect(audit.leafCount == balance.withLock { $0 }, "seed \(seed)")
    #expect(wrong.withLock { $0 } == [], "seed \(seed)")
    // No table is left empty but those that a map found no use for.
    #expect(table.pool.liveTables == audit.tables, "seed \(seed)")
  }

  /// Maps and unmaps single pages, and now and then takes out all of a range in fragments. Returns leaves added minus removed.
  private static func edit<C: Configuration>(_ view: TableView<C>, _ worker: Int, _ seed: UInt64, _ steps: Int) -> Int {
    var generator = SeededGenerator(seed: seed &+ UInt64(worker))
    let thread = ThreadContext(worker: worker)
    var net = 0
    for _ in 0..<steps {
      let start = first + UInt64.random(in: 0..<8, using: &generator) * mega + generator.pick([0, 4096, 511 * 4096])
      let isWide = generator.chance(10)
      let end = isWide ? min(last, start + generator.pick([mega, 3 * mega, 8 * mega])) : start + 4096
      guard var cursor = try? Cursor(view, over: VirtualRange(VirtualAddress(start), VirtualAddress(end)), by: thread)
      else { continue }
      if !isWide && generator.chance(50) {
        if cursor.map(PhysicalAddress(start), properties) == .mapped { net += 1 }
        continue
      }
      while !cursor.isDepleted {
        switch cursor.takeNextFragment(end - cursor.address.rawValue) {
        case .none: break
        case .leaf: net -= 1
        case .table(let subtree):
          net -= Int(subtree.pages)
          view.free(subtree, by: thread)
        case .outOfFrames: return Int.min
        }
      }
    }
    return net
  }

  private static func walk<C: Configuration>(
    _ view: TableView<C>, _ running: borrowing Atomic<Int>, _ wrong: TestMutex<[String]>
  ) {
    let thread = ThreadContext(worker: 2)
    var turn: UInt64 = 0
    // Acquiring: pairs with the releasing subtraction of the last editor.
    while running.load(ordering: .acquiring) > 0 {
      let address = first + turn % 8 * mega + [0, 4096, 511 * 4096][Int(turn % 3)]
      if let mapping = view.translate(VirtualAddress(address), by: thread), mapping.physical.rawValue != address {
        wrong.withLock { $0.append("\(VirtualAddress(address)) translated to \(mapping)") }
        return
      }
      turn += 1
    }
  }

  private typealias Pruned<F: EntryFormat, S: LockingStrategy, R: ReclamationPolicy> =
    Configured<F, TTASLock, S, R, Hardware>

  @Test func globalWhenEmpty() throws {
    try race(Pruned<X86_64, GlobalStrategy, PruneWhenEmpty>.self, named: "global prune-when-empty")
  }
  @Test func globalOnDrop() throws {
    try race(Pruned<X86_64, GlobalStrategy, PruneOnDrop>.self, named: "global prune-on-drop")
  }
  @Test func couplingWhenEmpty() throws {
    try race(Pruned<X86_64, CouplingStrategy, PruneWhenEmpty>.self, named: "coupling prune-when-empty")
  }
  @Test func couplingOnDrop() throws {
    try race(Pruned<X86_64, CouplingStrategy, PruneOnDrop>.self, named: "coupling prune-on-drop")
  }
  @Test func sv39WhenEmpty() throws {
    try race(Pruned<Sv39, CouplingStrategy, PruneWhenEmpty>.self, named: "sv39 prune-when-empty")
  }
  @Test func loongArch64OnDrop() throws {
    try race(Pruned<LoongArch64, CouplingStrategy, PruneOnDrop>.self, named: "loongarch64 prune-on-drop")
  }
}
