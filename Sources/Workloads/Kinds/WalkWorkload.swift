internal import PageTables
internal import Results

/// Steady state: translates mapped pages by the lock-free walk, as a processor would.
enum WalkWorkload: Workload {
  static let item = Catalogue.Item(name: "walk", summary: "translate mapped pages by the lock-free walk")

  static func populate<C>(_ space: Space<C>, _ worker: WorkerState) { space.mapHomeSlots(worker) }

  static func run<C, S: SlotShape>(_ space: Space<C>, _ worker: WorkerState, _ window: Window, _: S.Type) {
    while window.begin(worker.number) {
      var action = WalkAction(slots: SlotOperations(space, worker, S.self))
      let operations = worker.visit(&action, until: window, batch: space.batch)
      window.end(worker.number, operations)
      worker.misses += Int(operations) * action.slots.pages - action.found
    }
  }

  static func violations<C>(_ space: Space<C>, _ audit: TableAudit) -> [String] {
    space.sampleViolations(space.mappedAsPlanned)
  }
}

/// Translates a slot.
private struct WalkAction<C: Configuration, S: SlotShape>: SlotAction {
  let slots: SlotOperations<C, S>
  /// Pages that were mapped as planned.
  var found = 0

  @inline(__always)
  mutating func act(_ start: UInt64) {
    found &+= slots.walk(start)
  }
}
