import Addressing
import Executions
import Formats
import Locks
import PageTables
import PagingTestSupport
import PhysicalMemory
import Strategies
import Testing

/// The oracle comparison finds configurations that lie, and cuts what it found down to a few calls.
@Suite struct OracleSelfTests {
  /// Forgets that a 2 MiB page is dirty.
  private enum ForgetfulFormat: X86_64Format {
    static var name: String { "forgetful" }
    static var summary: String { "" }
    static var levels: Int { 4 }
    static var virtualAddressBits: Int { 48 }

    static func leafProperties(_ word: UInt64, at level: Level) -> PageProperties {
      let properties = X86_64.leafProperties(word, at: level)
      return level == Level(2) ? properties.subtracting(.dirty) : properties
    }
  }

  /// Says that a single leaf table covers every range: writes behind it hit its first slots.
  private enum NarrowStrategy: LockingStrategy {
    static var name: String { "narrow" }
    static var summary: String { "" }
    static var guarantee: Guarantee { .integrityOnly }
    static var locksDescendants: Bool { false }

    static func acquire<C: Configuration>(
      _ view: TableView<C>, first: UInt64, last: UInt64, lowest: Level, _ thread: ThreadContext
    ) -> CoveringNode where C.Strategy == Self { view.findCover(first: first, last: first, lowest: lowest) }
    static func release<C: Configuration>(_ view: TableView<C>, _ cover: PhysicalAddress, _ thread: ThreadContext)
    where C.Strategy == Self {}
    static func enter<C: Configuration>(_ view: TableView<C>, _ node: PhysicalAddress, _ thread: ThreadContext)
    where C.Strategy == Self {}
    static func leave<C: Configuration>(_ view: TableView<C>, _ node: PhysicalAddress, _ thread: ThreadContext)
    where C.Strategy == Self {}
  }

  private typealias Forgetful = Configured<ForgetfulFormat, TTASLock, NoneStrategy, Keep, Hardware>
  private typealias Narrow = Configured<X86_64, TTASLock, NarrowStrategy, Keep, Hardware>

  private func find<C: Configuration>(_: C.Type, named name: String) throws -> OracleComparison<C> {
    var comparison = OracleComparison<C> { try makePool(C.self) }
    try comparison.run(seed: testSeed(name), steps: 100_000)
    return comparison
  }

  @Test("A property that is lost in huge leaves is found and shown by three calls") func lostProperty() throws {
    let comparison = try find(Forgetful.self, named: "forgetful format")
    #expect(comparison.shortest.count <= 3, "\(comparison.report ?? "nothing was found")")
    #expect(comparison.code.contains("cursor.map("))
  }

  @Test("A cursor that writes into the wrong node is found and shown by six calls") func wrongNode() throws {
    let comparison = try find(Narrow.self, named: "narrow strategy")
    #expect((2...6).contains(comparison.shortest.count), "\(comparison.report ?? "nothing was found")")
  }

  @Test("Nothing is reported where nothing is wrong") func nothingWrong() throws {
    var comparison = OracleComparison<Unlocked> { try makePool(Unlocked.self) }
    try comparison.run(Self.steps)
    #expect(comparison.report == nil && comparison.shortest.isEmpty)
  }

  private static let steps: [OracleStep] = [
    .open(VirtualRange(start: VirtualAddress(0), byteCount: 1 << 30), largestLeaf: Level(3)),
    .mapRun(PhysicalAddress(1 << 30), [.read], pages: 700),
    .query,
    .jump(VirtualAddress(6 << 20)),
    .map(PhysicalAddress(2 << 20), [.read, .write, .dirty], Level(2)),
    .jump(VirtualAddress(3 << 20)),
    .query,
    .takeAll(5 << 20),
    .check,
  ]

  @Test("What is printed is a test that compiles and fails") func printedTest() throws {
    var comparison = OracleComparison<Forgetful> { try makePool(Forgetful.self) }
    try comparison.run(Self.steps)
    #expect(
      comparison.code == """
        @Test func shrunk() throws {
          let table = try makeTable(Configured<ForgetfulFormat, TTASLock, NoneStrategy, Keep, Hardware>.self)
          defer { keepAlive(table) }
          do {
            var cursor = try Cursor(table.view, over: VirtualRange(VirtualAddress(0), VirtualAddress(0x200000)), largestLeaf: Level(2), by: soleWorker)
            _ = cursor.map(PhysicalAddress(0), PageProperties(rawValue: 0x43), level: Level(2))
          }
          #expect(leavesByWalk(table.view).leaves == [Mapping(virtual: VirtualAddress(0), physical: PhysicalAddress(0), properties: PageProperties(rawValue: 0x43), level: Level(2))])
        }
        """)
    withKnownIssue { try shrunk() }
  }

  /// What `printedTest` found in print, pasted.
  private func shrunk() throws {
    let table = try makeTable(Configured<ForgetfulFormat, TTASLock, NoneStrategy, Keep, Hardware>.self)
    defer { keepAlive(table) }
    do {
      var cursor = try Cursor(
        table.view, over: VirtualRange(VirtualAddress(0), VirtualAddress(0x200000)), largestLeaf: Level(2),
        by: soleWorker)
      _ = cursor.map(PhysicalAddress(0), PageProperties(rawValue: 0x43), level: Level(2))
    }
    #expect(
      leavesByWalk(table.view).leaves == [
        Mapping(
          virtual: VirtualAddress(0), physical: PhysicalAddress(0), properties: PageProperties(rawValue: 0x43),
          level: Level(2))
      ])
  }

  @Test("Where a call's result is wrong, the printed test looks at the result and the address") func printedResult() {
    let range = VirtualRange(start: VirtualAddress(0), byteCount: 8192)
    let steps: [OracleStep] = [
      .open(range, largestLeaf: .one), .mapRun(PhysicalAddress(4096), [.read, .write], pages: 2),
      .open(range, largestLeaf: .one), .take(4096),
    ]
    let difference = OracleDifference(
      .take(4096), "", assertions: ["result == NextLeaf.none", "address == VirtualAddress(0x1000)"])
    #expect(
      OracleTestWriter.test(steps, difference, "Unlocked") == """
        @Test func shrunk() throws {
          let table = try makeTable(Unlocked.self)
          defer { keepAlive(table) }
          do {
            var cursor = try Cursor(table.view, over: VirtualRange(VirtualAddress(0), VirtualAddress(0x2000)), largestLeaf: Level(1), by: soleWorker)
            _ = cursor.mapRun(PhysicalAddress(0x1000), PageProperties(rawValue: 3), pages: 2)
          }
          do {
            var cursor = try Cursor(table.view, over: VirtualRange(VirtualAddress(0), VirtualAddress(0x2000)), largestLeaf: Level(1), by: soleWorker)
            let result = cursor.takeNext(0x1000)
            let address = cursor.address
            #expect(result == NextLeaf.none)
            #expect(address == VirtualAddress(0x1000))
          }
        }
        """)
  }
}
