import Addressing
import Executions
import Formats
import PageTables
import PagingTestSupport
import PhysicalMemory
import Strategies
import Synchronization
import Testing

/// Two writers and a lock-free walker at once, for every configuration; also run under the thread sanitizer.
@Suite(.serialized) struct ConcurrencyTests {
  private static let readWrite: PageProperties = [.read, .write, .user]

  /// Random maps, unmaps and protects by two threads over their own pages or each other's; afterwards the tree is well-formed and
  /// holds exactly as many leaves as successful maps minus unmaps.
  private func race<C: Configuration>(_: C.Type, shared: Bool, named name: String) throws {
    let seed = testSeed(name)
    let table = try makeTable(C.self, frames: 8192, workers: 3)
    let net = TestMutex(0)
    let running = Atomic<Int>(2)
    let wrong = TestMutex<[String]>([])
    let steps = testSteps(4000)
    let threads = (0..<3).map { worker in
      TestThread {
        if worker == 2 {
          Self.walk(table.view, running, wrong)
        } else {
          let balance = Self.edit(table.view, worker, shared, seed, steps)
          net.withLock { $0 += balance }
          running.subtract(1, ordering: .releasing)
        }
      }
    }
    for thread in threads { thread.join() }
    let audit = TableAudit(table.view)
    #expect(audit.violations == [], "seed \(seed)")
    #expect(audit.leafCount == net.withLock { $0 }, "seed \(seed)")
    #expect(wrong.withLock { $0 } == [], "seed \(seed)")
  }

  /// Edits until the steps are used up. Returns leaves added minus leaves removed, in base pages.
  private static func edit<C: Configuration>(
    _ view: TableView<C>, _ worker: Int, _ shared: Bool, _ seed: UInt64, _ steps: Int
  ) -> Int {
    var generator = SeededGenerator(seed: seed &+ UInt64(worker))
    let thread = ThreadContext(worker: worker)
    // Six leaf tables over the border of a level-2 node; disjoint editors keep to their own three.
    let first: UInt64 = (1 << 30) - 3 * (2 << 20)
    let pages: UInt64 = shared ? 6 * 512 : 3 * 512
    let base = first + (shared ? 0 : UInt64(worker) * pages * 4096)
    var net = 0
    for _ in 0..<steps {
      let start = UInt64.random(in: 0..<pages, using: &generator)
      let count = min(generator.pick([1, 1, 2, 16, 600]), pages - start)
      let range = VirtualRange(start: VirtualAddress(base + start * 4096), byteCount: count * 4096)
      guard var cursor = try? Cursor(view, over: range, by: thread) else { continue }
      switch Int.random(in: 0..<3, using: &generator) {
      case 0:
        while !cursor.isDepleted {
          let address = cursor.address
          switch cursor.map(PhysicalAddress(address.rawValue), readWrite) {
          case .mapped: net += 1
          case .alreadyMapped: _ = cursor.protectNext(4096) { $0.formSymmetricDifference(.dirty) }
          case .mappedToHugePage, .outOfFrames: return Int.min
          }
        }
      case 1:
        while !cursor.isDepleted, case .leaf = cursor.takeNext(range.end.rawValue - cursor.address.rawValue) {
          net -= 1
        }
      default:
        while !cursor.isDepleted,
          case .leaf = cursor.protectNext(
            range.end.rawValue - cursor.address.rawValue, { $0.formSymmetricDifference(.write) })
        {}
      }
    }
    return net
  }

  /// Walks all over the region while others edit: every translation found must be the planned one.
  private static func walk<C: Configuration>(
    _ view: TableView<C>, _ running: borrowing Atomic<Int>, _ wrong: TestMutex<[String]>
  ) {
    var address: UInt64 = (1 << 30) - 3 * (2 << 20)
    let end = address + 6 * (2 << 20)
    // Acquiring: pairs with the releasing subtraction of the last editor.
    while running.load(ordering: .acquiring) > 0 {
      if let mapping = view.translate(VirtualAddress(address), by: ThreadContext(worker: 2)),
        mapping.physical.rawValue != address
      {
        wrong.withLock { $0.append("\(VirtualAddress(address)) translated to \(mapping.physical)") }
        return
      }
      address = address + 4096 < end ? address + 4096 : end - 6 * (2 << 20)
    }
  }

  @Test func globalTTASDisjoint() throws { try race(GlobalTTAS.self, shared: false, named: "global ttas disjoint") }
  @Test func globalTTASShared() throws { try race(GlobalTTAS.self, shared: true, named: "global ttas shared") }
  @Test func globalTicketShared() throws { try race(GlobalTicket.self, shared: true, named: "global ticket shared") }
  @Test func couplingTTASDisjoint() throws {
    try race(CouplingTTAS.self, shared: false, named: "coupling ttas disjoint")
  }
  @Test func couplingTTASShared() throws { try race(CouplingTTAS.self, shared: true, named: "coupling ttas shared") }
  @Test func couplingTicketShared() throws {
    try race(CouplingTicket.self, shared: true, named: "coupling ticket shared")
  }

  @Test func la57() throws { try race(Coupled<X86_64LA57>.self, shared: true, named: "x86-64-la57 shared") }
  @Test func sv39() throws { try race(Coupled<Sv39>.self, shared: true, named: "sv39 shared") }
  @Test func sv57() throws { try race(Coupled<Sv57>.self, shared: true, named: "sv57 shared") }
  @Test func aarch64() throws { try race(Coupled<AArch64>.self, shared: true, named: "aarch64 shared") }
  @Test func loongArch64() throws { try race(Coupled<LoongArch64>.self, shared: true, named: "loongarch64 shared") }

  @Test("A coupling cursor in one leaf table does not keep another out of a different one")
  func couplingLeavesAreIndependent() throws {
    let table = try makeTable(CouplingTTAS.self, workers: 2)
    defer { keepAlive(table) }
    let mega: UInt64 = 2 << 20
    for index in 0..<2 as Range<UInt64> {
      var cursor = try Cursor(
        table.view, over: VirtualRange(start: VirtualAddress(index * mega), byteCount: 4096), by: soleWorker)
      let outcome = cursor.map(PhysicalAddress(0), Self.readWrite)
      #expect(outcome == .mapped)
    }
    let first = try Cursor(table.view, over: VirtualRange(start: VirtualAddress(0), byteCount: 4096), by: soleWorker)
    // Would wait for ever if the first cursor held anything above its leaf table.
    let second = try Cursor(
      table.view, over: VirtualRange(start: VirtualAddress(mega), byteCount: 4096), by: ThreadContext(worker: 1))
    let levels = (first.coveringLevel.rawValue, second.coveringLevel.rawValue)
    #expect(levels == (1, 1))
  }
}
