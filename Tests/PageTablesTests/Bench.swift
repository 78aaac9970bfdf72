import Addressing
import Executions
import Formats
import Locks
import PageTables
import PagingTestSupport
import PhysicalMemory
import Strategies
import Testing

/// Configurations that statements about cursors are checked for: each strategy, lock, format and reclamation policy.
let everyConfiguration: [any Configuration.Type] = [
  Unlocked.self, GlobalTTAS.self, GlobalTicket.self, CouplingTTAS.self, CouplingTicket.self,
  Coupled<X86_64LA57>.self, Coupled<Sv39>.self, Coupled<Sv48>.self, Coupled<Sv57>.self, Coupled<AArch64>.self,
  Coupled<AArch64Upper>.self, Coupled<LoongArch64>.self,
  Configured<X86_64, TTASLock, GlobalStrategy, PruneOnDrop, Hardware>.self,
  Configured<X86_64, TTASLock, CouplingStrategy, PruneWhenEmpty, Hardware>.self,
]

/// `#expect` for conditions that use a cursor, which the macro cannot take apart because it cannot be copied.
private func check(_ condition: Bool, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation) {
  #expect(condition, comment, sourceLocation: location)
}

/// A table under test, and the half of the address space it is tried in: addresses count from the half's start.
struct Bench<C: Configuration> {
  let table: TranslationTable<C>
  let base: UInt64
  static var readWrite: PageProperties { [.read, .write, .user] }

  init(_: C.Type, frames: Int = 4096, pool: FramePool<C.Execution>? = nil) throws {
    if let pool {
      table = try #require(TranslationTable<C>(pool: pool))
    } else {
      table = try makeTable(C.self, frames: frames)
    }
    base = (C.Format.userRange.byteCount > 0 ? C.Format.userRange : C.Format.kernelRange).start.rawValue
  }

  func at(_ offset: UInt64) -> VirtualAddress { VirtualAddress(base &+ offset) }
  func range(_ start: UInt64, _ end: UInt64) -> VirtualRange { VirtualRange(at(start), at(end)) }

  func cursor(_ start: UInt64, _ end: UInt64, largestLeaf: Int = 1) throws -> Cursor<C> {
    try Cursor(table.view, over: range(start, end), largestLeaf: Level(largestLeaf), by: soleWorker)
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
    check(
      cursor.map(PhysicalAddress(frame), properties, level: Level(level)) == .mapped, "mapping \(at(offset))",
      at: location)
  }

  /// Removes whatever is mapped in the bytes; tables stay.
  func clear(_ start: UInt64, _ end: UInt64) throws {
    var cursor = try cursor(start, end)
    check(cursor.takeAll(end - start) { _ in })
  }

  /// What the lock-free walk finds.
  func translate(_ offset: UInt64) -> Mapping? { table.view.translate(at(offset)) }

  /// Every leaf, in order.
  var leaves: [Mapping] {
    get throws {
      var found: [Mapping] = []
      for half in [C.Format.userRange, C.Format.kernelRange] where half.byteCount > 0 {
        var cursor = try Cursor(table.view, over: half, by: soleWorker)
        while let leaf = cursor.findNext(half.end.rawValue - cursor.address.rawValue) {
          found.append(leaf)
          // Behind the leaf; one that ends with the half is the last.
          if !cursor.jump(to: leaf.virtual &+ leaf.byteCount) { break }
        }
      }
      return found
    }
  }

  /// Well-formed, no lock held, and all frames in use accounted for.
  func expectSound(
    framesBesideTables: Int = 0, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation
  ) {
    let audit = TableAudit(table.view, pool: table.pool, framesBesideTables: framesBesideTables)
    check(audit.violations == [], comment ?? "\(audit.violations)", at: location)
  }
}
