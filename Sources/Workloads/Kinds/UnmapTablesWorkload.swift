internal import Addressing
internal import Executions
internal import PageTables
internal import Results

/// Unmaps every slot of the region, taking out as a whole each table that lies in one, and gives the tables back; then maps all of it
/// outside the measured time, and again.
///
/// Needs a policy that frees tables. The pages are untracked, so their entries need not be looked at.
enum UnmapTablesWorkload: PlainWorkload, TimedWorkload {
  static let item = Catalogue.Item(
    name: "unmap-tables", summary: "unmap by taking whole tables out; needs a reclamation that prunes")

  static func populate<C>(_ space: Space<C>, _ worker: WorkerState) { space.mapHomeSlots(worker) }

  static func run<C>(_ space: Space<C>, _ worker: WorkerState, _ window: Window) {
    while window.begin(worker.number) {
      let visited = worker.visitOnce(UnmapTablesAction(space, worker))
      window.end(worker.number, visited.operations)
      account(visited, space, worker)
    }
  }

  static func visitTimed<C, S: SlotShape>(
    _ space: Space<C>, _ worker: WorkerState, _ window: Window, _: S.Type
  ) -> Visited {
    worker.visitTimedOnce(UnmapTablesAction(space, worker))
  }

  static func account<C>(_ visited: Visited, _ space: Space<C>, _ worker: WorkerState) {
    worker.taken += visited.found
    space.mapHomeSlots(worker)
  }

  static func violations<C>(_ space: Space<C>, _ audit: TableAudit) -> [String] {
    space.sampleViolations(space.mappedAsPlanned)
  }
}

/// Unmaps a slot in fragments.
private struct UnmapTablesAction<C: Configuration>: SlotAction {
  let view: TableView<C>
  let thread: ThreadContext
  let slotBytes: UInt64
  let pageBytes: UInt64

  init(_ space: Space<C>, _ worker: WorkerState) {
    view = space.view
    thread = worker.thread
    slotBytes = space.plan.slotBytes
    pageBytes = space.plan.pageBytes
  }

  func act(_ start: UInt64) -> SlotMisses {
    var taken: UInt64 = 0
    let range = VirtualRange(start: VirtualAddress(start), byteCount: slotBytes)
    guard var cursor = try? Cursor(view, over: range, by: thread) else {
      preconditionFailure("the region plan made a bad range at \(VirtualAddress(start))")
    }
    while !cursor.isDepleted {
      switch cursor.takeNextFragment(range.end.rawValue &- cursor.address.rawValue) {
      case .none: break
      case .leaf(let old): taken &+= old.byteCount
      case .table(let subtree):
        taken &+= subtree.pages &<< 12
        // A program flushes here.
        view.free(subtree, by: thread)
      case .outOfFrames: preconditionFailure("a slot is made of whole pages, so none was to be split")
      }
    }
    return SlotMisses(finds: Int((slotBytes &- taken) / pageBytes))
  }
}
