internal import Results
internal import Synchronization

/// Each operation touches `pages-per-op` pages that are in no memory, and gives them back: as many page faults, no more and no
/// less. The kernel's own hinting faults (automatic NUMA balancing) are faults too, and would show.
final class KnownFaultsWorkload: GroundTruthWorkload {
  static let item = Catalogue.Item(
    name: "known-faults", summary: "ground truth: pages-per-op page faults in every operation")
  static let parameters = ["pages-per-op"]

  private let pages: Int
  private let states: Mutex<[State?]>

  init(_ cell: Cell, _ parameters: GroundTruthParameters) {
    pages = parameters.pagesPerOperation
    states = Mutex(Array(repeating: nil, count: cell.threads))
  }

  private final class State: @unchecked Sendable {
    // SENDABLE: the worker's while it runs, the checks' while it is parked; the harness's barrier hands it over.
    let pages: FreshPages
    /// Of the last window.
    var operations: UInt64 = 0
    var refusals = 0
    init(_ pages: FreshPages) { self.pages = pages }
  }

  func setUp(_ worker: Int) throws {
    let state = State(try FreshPages(count: pages))
    // The page of tables above them stays from here on.
    state.pages.touch()
    if !state.pages.discard() { state.refusals += 1 }
    states.withLock { $0[worker] = state }
  }

  func run(_ worker: Int, _ window: Window) {
    guard let state = states.withLock({ $0[worker] }) else {
      preconditionFailure("worker \(worker) runs before it was set up")
    }
    var total: UInt64 = 0
    while window.begin(worker) {
      var operations: UInt64 = 0
      repeat {
        state.pages.touch()
        if !state.pages.discard() { state.refusals += 1 }
        operations &+= 1
      } while !window.isOver
      window.end(worker, operations)
      total += operations
    }
    state.operations = total
  }

  private var workers: [State] { states.withLock { $0.compactMap(\.self) } }

  func violations() -> [String] {
    let refusals = workers.reduce(0) { $0 + $1.refusals }
    return refusals == 0 ? [] : ["the kernel refused \(refusals) times to take pages back"]
  }

  func knownValues() -> [KnownValue] {
    let operations = workers.reduce(0) { $0 + $1.operations }
    guard operations > 0 else { return [] }
    return [
      KnownValue(
        metric: "ctr.page-faults", .equal, Double(operations) * Double(pages), unit: "1", tolerance: 0)
    ]
  }
}
