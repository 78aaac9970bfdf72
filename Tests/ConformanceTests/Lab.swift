import Addressing
import Formats
import PageTables
import PagingTestSupport
import PhysicalMemory
import Strategies
import Testing

/// Every strategy, lock, reclamation policy and format that exists: statements hold for all of them.
let everyConfiguration: [any Configuration.Type] = [
  Unlocked.self, GlobalTTAS.self, GlobalTicket.self, CouplingTTAS.self, CouplingTicket.self,
  Pruning<PruneWhenEmpty>.self, Pruning<PruneOnDrop>.self, Coupled<X86_64LA57>.self, Coupled<Sv39>.self,
  Coupled<Sv48>.self, Coupled<Sv57>.self, Coupled<AArch64>.self, Coupled<AArch64Upper>.self, Coupled<LoongArch64>.self,
]

let page: UInt64 = 4096
let mega: UInt64 = 2 << 20
let giga: UInt64 = 1 << 30
let readWrite: PageProperties = [.read, .write, .user]

/// `#expect` for conditions that use a cursor, which the macro cannot take apart because it cannot be copied.
func check(_ condition: Bool, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation) {
  #expect(condition, comment, sourceLocation: location)
}

/// A table under test, and the half of the address space it is tried in: addresses count from the half's start.
struct Lab<C: Configuration> {
  let table: TranslationTable<C>
  let base: UInt64

  init(_: C.Type, frames: Int = 4096) throws { try self.init(C.self, in: makePool(C.self, frames: frames)) }

  init(_: C.Type, in pool: FramePool<C.Execution>) throws {
    table = try makeTable(C.self, in: pool)
    base = Self.half.start.rawValue
  }

  /// The half that the base lies in.
  static var half: VirtualRange { C.Format.userRange.byteCount > 0 ? C.Format.userRange : C.Format.kernelRange }
  /// The halves of which a tree maps anything.
  static var halves: [VirtualRange] { [C.Format.userRange, C.Format.kernelRange].filter { $0.byteCount > 0 } }

  var view: TableView<C> { table.view }
  func at(_ offset: UInt64) -> VirtualAddress { VirtualAddress(base &+ offset) }
  func range(_ start: UInt64, _ end: UInt64) -> VirtualRange { VirtualRange(at(start), at(end)) }

  func cursor(_ start: UInt64, _ end: UInt64, largestLeaf: Int = 1) throws -> Cursor<C> {
    try Cursor(view, over: range(start, end), largestLeaf: Level(largestLeaf), by: soleWorker)
  }

  /// A leaf as tests expect it.
  func leaf(_ offset: UInt64, _ frame: UInt64, _ level: Int = 1, _ properties: PageProperties = readWrite) -> Mapping {
    Mapping(virtual: at(offset), physical: PhysicalAddress(frame), properties: properties, level: Level(level))
  }

  /// Maps a leaf through a cursor of its own.
  func map(
    _ offset: UInt64, _ frame: UInt64, _ level: Int = 1, _ properties: PageProperties = readWrite,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    var cursor = try cursor(offset, offset + Level(level).slotBytes, largestLeaf: level)
    let outcome = cursor.map(PhysicalAddress(frame), properties, level: Level(level))
    #expect(outcome == .mapped, "mapping \(at(offset))", sourceLocation: location)
  }

  /// Maps `pages` base pages to consecutive frames.
  func mapRun(_ offset: UInt64, _ frame: UInt64, pages: UInt64) throws {
    var cursor = try cursor(offset, offset + pages * page)
    check(cursor.mapRun(PhysicalAddress(frame), readWrite, pages: pages).outcome == .mapped)
  }

  /// What the lock-free walk finds.
  func translate(_ offset: UInt64) -> Mapping? { view.translate(at(offset)) }

  /// Why a cursor over the range is refused; nil if it is not.
  func refusal(_ start: UInt64, _ end: UInt64) -> RangeError? {
    refusal(VirtualRange(VirtualAddress(start), VirtualAddress(end)))
  }

  func refusal(_ range: VirtualRange) -> RangeError? {
    do throws(RangeError) {
      _ = try Cursor(view, over: range, by: soleWorker)
      return nil
    } catch { return error }
  }

  var leaves: [Mapping] { leavesByWalk(view).leaves }
  var tables: Int { TableAudit(view).tables }

  /// Well-formed, no lock held, and all frames in use accounted for; and the leaves, where they are given.
  func expectSound(
    leaves expected: [Mapping]? = nil, framesBeside: Int = 0, at location: SourceLocation = #_sourceLocation
  ) {
    let audit = TableAudit(view, pool: table.pool, framesBesideTables: framesBeside)
    #expect(audit.violations == [], sourceLocation: location)
    let walk = leavesByWalk(view)
    #expect(walk.complaint == nil, sourceLocation: location)
    if let expected { #expect(walk.leaves == expected, sourceLocation: location) }

  }
}
