internal import Addressing
internal import Executions
internal import Formats
internal import PageTables
internal import PhysicalMemory
internal import Synchronization

/// An address space under test: the table, the plan of its region and the workers' state.
final class Space<C: Configuration>: Sendable {
  let table: TranslationTable<C>
  let plan: RegionPlan
  let arena: ArenaPlan
  /// Whether mapped pages are frames of the arena.
  let usesDataFrames: Bool
  private let states: Mutex<[WorkerState?]>

  var view: TableView<C> { table.view }

  /// Properties of a freshly mapped page.
  static var properties: PageProperties { C.Format.ordinary([.read, .write, .user]) }

  init(
    pool: FramePool<C.Execution>, plan: RegionPlan, arena: ArenaPlan, usesDataFrames: Bool
  ) throws(WorkloadError) {
    guard let table = TranslationTable<C>(pool: pool) else { throw .outOfFrames(worker: 0) }
    self.table = table
    self.plan = plan
    self.arena = arena
    self.usesDataFrames = usesDataFrames
    states = Mutex(Array(repeating: nil, count: plan.workers))
  }

  /// Makes the worker's state; called on its own thread so that its memory is local.
  func addWorker(_ worker: Int) -> WorkerState {
    let state = WorkerState(worker: worker, plan: plan, dataContext: arena.dataContext(of: worker))
    states.withLock { $0[worker] = state }
    return state
  }

  /// The state of a worker that has been added.
  func state(of worker: Int) -> WorkerState {
    guard let state = states.withLock({ $0[worker] }) else {
      preconditionFailure("worker \(worker) runs before it was set up")
    }
    return state
  }

  /// All workers added so far.
  var workers: [WorkerState] { states.withLock { $0.compactMap(\.self) } }
}
