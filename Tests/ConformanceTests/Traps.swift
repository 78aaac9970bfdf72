import Addressing
import Formats
import PageTables
import PagingTestSupport
import PhysicalMemory
import Testing

/// Configurations for which traps are provoked, each in a process of its own: every strategy, lock and format once.
let trappingConfigurations: [any Configuration.Type] = [
  Unlocked.self, GlobalTTAS.self, CouplingTicket.self, Pruning<PruneWhenEmpty>.self, Coupled<X86_64LA57>.self,
  Coupled<Sv39>.self, Coupled<Sv57>.self, Coupled<AArch64>.self, Coupled<LoongArch64>.self,
]

/// Whether a process ended by the trap that was meant, and not by some other failure.
func expectTrap(
  _ result: ExitTest.Result?, _ message: String, at location: SourceLocation = #_sourceLocation
) {
  guard let result else { return }
  let text = String(decoding: result.standardErrorContent, as: UTF8.self)
  #expect(text.contains(message), "the process said: \(text.prefix(2000))", sourceLocation: location)
}

/// Calls that must trap. Not in the tests themselves, because the body of an exit test can neither be generic nor take more than
/// plain values along.
enum Provocation {
  case staleRelease
  case misalignedJump
  case mapBeyondEnd
  case hugeMapBeyondEnd
  case misalignedHugeMap
  /// One of six operations on a length; see ``act(_:_:_:)``.
  case lengthBeyondRange(Int)
  case lengthThatOverflows(Int)
  case unalignedLength(Int)

  static let operationCount = 6

  /// Provokes the trap on a fresh table of the configuration with this index.
  func run(_ configuration: Int) throws {
    let type = trappingConfigurations[configuration % trappingConfigurations.count]
    try run(type)
  }

  private func run<C: Configuration>(_: C.Type) throws {
    let lab = try Lab(C.self)
    defer { keepAlive(lab.table) }
    switch self {
    case .staleRelease:
      let frame = try #require(lab.view.allocator.allocate(for: soleWorker))
      try lab.map(0, frame.rawValue, 1, readWrite.union(.tracked))
      var cursor = try lab.cursor(0, page)
      guard case .mapped(let queried) = cursor.query() else { return }
      _ = cursor.takeNext(page)
      lab.view.release(queried, by: soleWorker)
      lab.view.release(queried, by: soleWorker)
    case .misalignedJump:
      var cursor = try lab.cursor(0, 2 * page)
      _ = cursor.jump(to: lab.at(page + 8))
    case .mapBeyondEnd:
      var cursor = try lab.cursor(mega - page, mega)
      check(cursor.map(PhysicalAddress(0), readWrite) == .mapped)
      _ = cursor.map(PhysicalAddress(0), readWrite)
    case .hugeMapBeyondEnd:
      var cursor = try lab.cursor(mega, 2 * mega - page, largestLeaf: 2)
      _ = cursor.map(PhysicalAddress(0), readWrite, level: Level(2))
    case .misalignedHugeMap:
      var cursor = try lab.cursor(page, 2 * mega, largestLeaf: 2)
      _ = cursor.map(PhysicalAddress(0), readWrite, level: Level(2))
    case .lengthBeyondRange(let operation): try act(operation, lab, 3 * page)
    case .lengthThatOverflows(let operation): try act(operation, lab, 0 &- page)
    case .unalignedLength(let operation): try act(operation, lab, page + 8)
    }
  }

  /// Acts on `bytes` from the second of three pages of a range, all of them mapped.
  private func act<C: Configuration>(_ operation: Int, _ lab: Lab<C>, _ bytes: UInt64) throws {
    try lab.mapRun(0, 0, pages: 4)
    var cursor = try lab.cursor(0, 3 * page)
    check(cursor.jump(to: lab.at(page)))
    switch operation {
    case 0: _ = cursor.findNext(bytes)
    case 1: _ = cursor.takeNext(bytes)
    case 2: _ = cursor.protectNext(bytes) { $0.remove(.write) }
    case 3: _ = cursor.takeAll(bytes) { _ in }
    case 4: _ = cursor.protectAll(bytes) { $0.remove(.write) }
    default: _ = cursor.takeNextFragment(bytes)
    }
  }
}
