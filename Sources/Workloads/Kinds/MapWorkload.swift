internal import PageTables
internal import Results

/// Maps every slot of the region into existing tables, then unmaps all of it outside the measured time, and again.
enum MapWorkload: ShapedWorkload {
  static let item = Catalogue.Item(
    name: "map", summary: "map pages into existing tables; the region is unmapped between passes, unmeasured")

  static func populate<C>(_ space: Space<C>, _ worker: WorkerState) {
    // Once up and down, so that the tables exist.
    space.mapHomeSlots(worker)
    space.takeHomeSlots(worker)
  }

  static func run<C, S: SlotShape>(_ space: Space<C>, _ worker: WorkerState, _ window: Window, _: S.Type) {
    while window.begin(worker.number) {
      let visited = worker.visitOnce(MapAction(slots: SlotOperations(space, worker, S.self)))
      window.end(worker.number, visited.operations)
      account(visited, space, worker)
    }
  }

  static func visitTimed<C, S: SlotShape>(
    _ space: Space<C>, _ worker: WorkerState, _ window: Window, _: S.Type
  ) -> Visited {
    worker.visitTimedOnce(MapAction(slots: SlotOperations(space, worker, S.self)))
  }

  @inline(__always)
  static func account<C>(_ visited: Visited, _ space: Space<C>, _ worker: WorkerState) {
    worker.mapped += visited.mapped
    space.takeHomeSlots(worker)
  }

  static func violations<C>(_ space: Space<C>, _ audit: TableAudit) -> [String] {
    space.sampleViolations(space.unmapped)
  }
}

/// Maps a slot.
private struct MapAction<C: Configuration, S: SlotShape>: SlotAction {
  let slots: SlotOperations<C, S>

  @inline(__always)
  func act(_ start: UInt64) -> SlotMisses { SlotMisses(maps: slots.map(start)) }
}
