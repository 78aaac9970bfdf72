internal import CHost
internal import Formats
internal import Results
internal import Synchronization

/// Visits slots as every workload does and does nothing there: what the loop itself costs per operation.
final class EmptyWorkload: GroundTruthWorkload {
  static let item = Catalogue.Item(
    name: "empty", summary: "ground truth: visits slots and does nothing there; the harness's cost per operation")

  private let plan: RegionPlan
  private let states: Mutex<[WorkerState?]>

  init(_ cell: Cell, _: GroundTruthParameters) throws(WorkloadError) {
    plan = RegionPlan(
      parameters: try WorkloadParameters([:]), workers: cell.threads, base: RegionPlan.base(in: X86_64.userRange))
    states = Mutex(Array(repeating: nil, count: cell.threads))
  }

  func setUp(_ worker: Int) {
    let state = WorkerState(worker: worker, plan: plan)
    states.withLock { $0[worker] = state }
  }

  func run(_ worker: Int, _ window: Window) {
    guard let state = states.withLock({ $0[worker] }) else {
      preconditionFailure("worker \(worker) runs before it was set up")
    }
    while window.begin(worker) {
      window.end(worker, state.visit(Nothing(), until: window, batch: 256).operations)
    }
  }

  private struct Nothing: SlotAction {
    @inline(__always)
    func act(_ start: UInt64) -> SlotMisses {
      chost_keep(start)
      return SlotMisses()
    }
  }
}
