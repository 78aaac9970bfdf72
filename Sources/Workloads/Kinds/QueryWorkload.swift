internal import PageTables
internal import Results

/// Steady state: looks mapped pages up through a cursor, that is, under the strategy's locks.
enum QueryWorkload: Workload {
  static let item = Catalogue.Item(name: "query", summary: "look mapped pages up through a cursor")

  static func populate<C>(_ space: Space<C>, _ worker: WorkerState) { space.mapHomeSlots(worker) }

  static func run<C, S: SlotShape>(_ space: Space<C>, _ worker: WorkerState, _ window: Window, _: S.Type) {
    while window.begin(worker.number) {
      var action = QueryAction(slots: SlotOperations(space, worker, S.self))
      let operations = worker.visit(&action, until: window, batch: space.batch)
      window.end(worker.number, operations)
      worker.misses += Int(operations) * action.slots.pages - action.found
    }
  }

  static func violations<C>(_ space: Space<C>, _ audit: TableAudit) -> [String] {
    space.sampleViolations(space.mappedAsPlanned)
  }
}

/// Looks a slot up.
private struct QueryAction<C: Configuration, S: SlotShape>: SlotAction {
  let slots: SlotOperations<C, S>
  /// Pages that were mapped as planned.
  var found = 0

  @inline(__always)
  mutating func act(_ start: UInt64) {
    found &+= slots.query(start)
  }
}
