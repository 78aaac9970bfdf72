internal import PageTables
internal import Results

/// Steady state: translates mapped pages by the lock-free walk, as a processor would.
enum WalkWorkload: ShapedWorkload {
  static let item = Catalogue.Item(name: "walk", summary: "translate mapped pages by the lock-free walk")

  static func populate<C>(_ space: Space<C>, _ worker: WorkerState) { space.mapHomeSlots(worker) }

  static var isSteady: Bool { true }

  static func run<C, S: SlotShape>(_ space: Space<C>, _ worker: WorkerState, _ window: Window, _: S.Type) {
    while window.begin(worker.number) {
      let action = WalkAction(slots: SlotOperations(space, worker, S.self))
      let visited = worker.visit(action, until: window, batch: space.batch)
      window.end(worker.number, visited.operations)
      account(visited, space, worker)
    }
  }

  static func visitTimed<C, S: SlotShape>(
    _ space: Space<C>, _ worker: WorkerState, _ window: Window, _: S.Type
  ) -> Visited {
    worker.visitTimed(WalkAction(slots: SlotOperations(space, worker, S.self)), until: window, batch: space.batch)
  }

  @inline(__always)
  static func account<C>(_ visited: Visited, _ space: Space<C>, _ worker: WorkerState) {
    worker.misses += visited.misses.finds
  }

  static func violations<C>(_ space: Space<C>, _ audit: TableAudit) -> [String] {
    space.sampleViolations(space.mappedAsPlanned)
  }
}

/// Translates a slot.
private struct WalkAction<C: Configuration, S: SlotShape>: SlotAction {
  let slots: SlotOperations<C, S>

  @inline(__always)
  func act(_ start: UInt64) -> SlotMisses { SlotMisses(finds: slots.walk(start)) }
}
