internal import Results
internal import Synchronization

/// Each operation touches a page and takes it away: the kernel has to flush the translation that the touch left in the TLB.
///
/// The kernel tells of a flush on this CPU, and once more when it asks other CPUs on which the process has threads, so the count is
/// at least one per operation. With one worker, for another one's requests would be counted here.
final class KnownFlushesWorkload: GroundTruthWorkload {
  static let item = Catalogue.Item(
    name: "known-flushes", summary: "ground truth: at least one TLB flush in every operation; one thread")

  private let state = Mutex<State?>(nil)

  init(_ cell: Cell, _: GroundTruthParameters) throws(WorkloadError) {
    guard cell.threads == 1 else {
      throw .impossible("workload \(cell.workload) counts what one thread causes: write threads = 1")
    }
  }

  private final class State: @unchecked Sendable {
    // SENDABLE: the worker's while it runs, the checks' while it is parked; the harness's barrier hands it over.
    let page: FreshPages
    /// Of the last window.
    var operations: UInt64 = 0
    var refusals = 0
    init(_ page: FreshPages) { self.page = page }
  }

  func setUp(_ worker: Int) throws {
    let fresh = State(try FreshPages(count: 1))
    state.withLock { $0 = fresh }
  }

  func run(_ worker: Int, _ window: Window) {
    guard let state = state.withLock({ $0 }) else { preconditionFailure("worker \(worker) runs before it was set up") }
    var total: UInt64 = 0
    while window.begin(worker) {
      var operations: UInt64 = 0
      repeat {
        state.page.touch()
        if !state.page.discard() { state.refusals += 1 }
        operations &+= 1
      } while !window.isOver
      window.end(worker, operations)
      total += operations
    }
    state.operations = total
  }

  func violations() -> [String] {
    let refusals = state.withLock { $0 }?.refusals ?? 0
    return refusals == 0 ? [] : ["the kernel refused \(refusals) times to take the page back"]
  }

  func knownValues() -> [KnownValue] {
    guard let operations = state.withLock({ $0 })?.operations, operations > 0 else { return [] }
    return [KnownValue(metric: "ctr.tlb-flush-events", .atLeast, Double(operations), unit: "1", tolerance: 0)]
  }
}
