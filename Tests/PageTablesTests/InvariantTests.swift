import Addressing
import Executions
import Formats
import Locks
import PagingTestSupport
import PhysicalMemory
import Strategies
import Testing

@testable import PageTables

/// The two invariants that no look at a tree alone can show: what leaves own is what frames count (I5), and a cursor stands where it
/// says, in nodes that it holds (I6).
@Suite struct InvariantTests {
  @Test("Frames count the tracked leaves that map them, in all tables together (I5)")
  func ownership() throws {
    try Ownership<Unlocked>().run()
    try Ownership<CouplingTTAS>().run()
    try Ownership<Configured<X86_64, TTASLock, CouplingStrategy, PruneWhenEmpty, Hardware>>().run()
    try Ownership<Coupled<Sv39>>().run()
    try Ownership<Coupled<AArch64>>().run()
    try Ownership<Coupled<LoongArch64>>().run()
  }

  @Test("A cursor stands in its range, in the node it says, below nodes it has entered (I6)")
  func position() throws {
    try positions(GlobalTTAS.self)
    try positions(CouplingTTAS.self)
    try positions(CouplingTicket.self)
    try positions(Configured<X86_64, TTASLock, CouplingStrategy, PruneWhenEmpty, Hardware>.self)
    try positions(Coupled<X86_64LA57>.self)
    try positions(Coupled<Sv39>.self)
    try positions(Coupled<LoongArch64>.self)
  }

  /// Random operations with one cursor after the other; its position is looked at after each.
  private func positions<C: Configuration>(_: C.Type) throws {
    let seed = testSeed("positions, \(C.Strategy.name) \(C.Format.name)")
    var generator = SeededGenerator(seed: seed)
    let table = try makeTable(C.self)
    defer { keepAlive(table) }
    let giga: UInt64 = 1 << 30
    for _ in 0..<testSteps(300) {
      let pages = generator.pick([1, 2, 512, 513, 1024, 1 << 18] as [UInt64])
      let start = giga - generator.pick([0, 1, 2, 512, 513] as [UInt64]) * 4096
      let range = VirtualRange(start: VirtualAddress(start), byteCount: pages * 4096)
      guard var cursor = try? Cursor(table.view, over: range, by: soleWorker) else { continue }
      for _ in 0..<12 {
        let rest = range.end.rawValue - cursor.address.rawValue
        let length = min(rest, generator.pick([0, 4096, 511 * 4096, 512 * 4096, giga]))
        switch Int.random(in: 0..<6, using: &generator) {
        case 0 where rest > 0: _ = cursor.map(PhysicalAddress(0), C.Format.ordinary([.read]))
        case 1: _ = cursor.takeNext(length)
        case 2: _ = cursor.protectNext(length, PropertyChange(toggle: .write))
        case 3: _ = cursor.query()
        case 4: _ = cursor.findNext(length)
        default: _ = cursor.jump(to: range.start &+ UInt64.random(in: 0..<pages, using: &generator) * 4096)
        }
        let violations = Self.violations(of: cursor)
        #expect(violations == [], "seed \(seed)")
      }
    }
  }

  private static func violations<C>(of cursor: borrowing Cursor<C>) -> [String] {
    let position = cursor.position
    var found: [String] = []
    if position.address < cursor.start || position.address > cursor.end { found.append("the address left the range") }
    // Behind the node's last slot the cursor moves on with its next operation.
    let last = position.limit &- 1
    if position.address > position.limit { found.append("the address is beyond the node") }
    if position.level > cursor.coverLevel { found.append("the node is above the covering one") }
    var node = cursor.cover
    var level = cursor.coverLevel
    while level > position.level {
      if C.Strategy.locksDescendants, !C.NodeLock.isLocked(cursor.view.memory.record(node).lock) {
        found.append("an entered node at level \(level) is not locked")
      }
      guard let child = cursor.view.child(of: node, last, level) else {
        found.append("the chain from the covering node breaks at level \(level)")
        return found
      }
      node = child
      level -= 1
    }
    if node != position.node { found.append("the chain leads to another node") }
    if position.address < Level(level).nodeStart(of: last) { found.append("the address is before the node") }
    return found
  }
}

/// Two tables over one pool: pages are mapped, copied and unmapped at random, all of them tracked.
private struct Ownership<C: Configuration> {
  func run() throws {
    let seed = testSeed("ownership, \(C.Format.name)")
    var generator = SeededGenerator(seed: seed)
    let first = try makeTable(C.self, frames: 2048)
    let second = try #require(TranslationTable<C>(pool: first.pool))
    let tables = [first, second]
    defer { withExtendedLifetime(tables) {} }
    let properties = C.Format.ordinary([.read, .write]).union(.tracked)
    for _ in 0..<testSteps(400) {
      let page = UInt64.random(in: 0..<24, using: &generator)
      let address = VirtualAddress(page / 4 * (2 << 20) + page % 4 * 4096)
      let which = Int.random(in: 0...1, using: &generator)
      let view = tables[which].view
      switch Int.random(in: 0..<4, using: &generator) {
      case 0, 1:
        guard let frame = view.allocator.allocate(for: soleWorker) else { continue }
        var cursor = try Cursor(view, over: VirtualRange(start: address, byteCount: 4096), by: soleWorker)
        if cursor.map(frame, properties) != .mapped { view.allocator.free(frame, by: soleWorker) }
      case 2:
        let bytes = generator.pick([4096, 4 * 4096] as [UInt64])
        let range = VirtualRange(start: VirtualAddress(page / 4 * (2 << 20)), byteCount: bytes)
        _ = try Cursor.withPair(from: view, range, to: tables[1 - which].view, range, by: soleWorker) {
          source, destination in
          destination.copy(from: &source, bytes) { $0.remove(.write) }
        }
      default:
        let range = VirtualRange(start: address, byteCount: generator.pick([4096, 2 << 20]))
        guard var cursor = try? Cursor(view, over: range, by: soleWorker) else { continue }
        _ = cursor.takeAll(range.byteCount) { view.release($0, by: soleWorker) }
      }
      expectCountsAgree(tables, seed)
    }
  }

  private func expectCountsAgree(_ tables: [TranslationTable<C>], _ seed: UInt64) {
    let audit = OwnershipAudit(tables.map(\.view))
    #expect(audit.violations == [], "seed \(seed)")
    let pool = tables[0].pool
    #expect(pool.framesInUse == pool.liveTables + pool.tablesInGrace + audit.ownedFrames, "seed \(seed)")
  }
}
