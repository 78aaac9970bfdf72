import Addressing
import Executions
import Formats
import Locks
import PageTables
import PagingTestSupport
import PhysicalMemory
import Testing

private let page: UInt64 = 4096
private let mega: UInt64 = 2 << 20

/// The order in which a pair of cursors claims its tables: what keeps pairs from waiting for each other in a circle (104, A-22).
@Suite(.serialized) struct CursorPairOrderTests {
  private typealias Recorded = Configured<X86_64, TTASLock, RecordingStrategy, PruneOnDrop, Hardware>

  @Test("A table is claimed only while no later one is held, whatever is copied where, at the end too")
  func order() throws {
    let first = try makeTable(Recorded.self)
    let second = try #require(TranslationTable<Recorded>(pool: first.pool))
    defer {
      keepAlive(first)
      keepAlive(second)
    }
    let range = VirtualRange(VirtualAddress(mega), VirtualAddress(mega + page))
    var prunings = 0
    for (source, destination) in [(first.view, second.view), (second.view, first.view)] {
      for view in [source, destination] {
        var cursor = try Cursor(view, over: range, by: soleWorker)
        let outcome = cursor.map(PhysicalAddress(page), [.read])
        #expect(outcome == .mapped)
      }
      ClaimLog.entries.withLock { $0 = [] }
      // Both leaf tables get empty, so both cursors go up for more of their table when they end.
      let isEmptied = try Cursor.withPair(from: source, range, to: destination, range, by: soleWorker) {
        $0.takeAll(page) { _ in } && $1.takeAll(page) { _ in }
      }
      #expect(isEmptied)
      var held: [UInt] = []
      for entry in ClaimLog.entries.withLock({ $0 }) {
        if entry.isClaim {
          #expect(held.allSatisfy { $0 < entry.root }, "claimed while a later table was held")
          held.append(entry.root)
        } else {
          #expect(held.popLast() == entry.root, "given back in another order")
        }
      }
      #expect(held.isEmpty)
      prunings += ClaimLog.entries.withLock { $0.count } / 2 - 2
      #expect(TableAudit(source).tables == 1 && TableAudit(destination).tables == 1)
    }
    #expect(prunings >= 4, "the cursors never claimed more at their end")
  }
}

/// What ``RecordingStrategy`` was asked for.
private enum ClaimLog {
  static let entries = TestMutex<[(isClaim: Bool, root: UInt)]>([])
}

/// No locks, but a record of who would have been locked: the whole table, as under `global`.
private enum RecordingStrategy: LockingStrategy {
  static var name: String { "recording" }
  static var summary: String { "records claims, for a test" }
  static var guarantee: Guarantee { .serializableRange }
  static var isSingleThreaded: Bool { true }
  static var locksDescendants: Bool { false }

  static func acquire<C: Configuration>(
    _ view: TableView<C>, first: UInt64, last: UInt64, lowest: Level, _ thread: ThreadContext
  ) -> CoveringNode where C.Strategy == Self {
    ClaimLog.entries.withLock { $0.append((true, view.memory.hostAddress(of: view.root))) }
    return view.findCover(first: first, last: last, lowest: lowest)
  }

  static func release<C: Configuration>(_ view: TableView<C>, _ cover: PhysicalAddress, _ thread: ThreadContext)
  where C.Strategy == Self {
    ClaimLog.entries.withLock { $0.append((false, view.memory.hostAddress(of: view.root))) }
  }

  static func enter<C: Configuration>(_ view: TableView<C>, _ node: PhysicalAddress, _ thread: ThreadContext)
  where C.Strategy == Self {}

  static func leave<C: Configuration>(_ view: TableView<C>, _ node: PhysicalAddress, _ thread: ThreadContext)
  where C.Strategy == Self {}
}
