internal import PageTables
internal import Results

/// Steady state: maps one slot and unmaps it again before the next. One operation is the pair.
enum MapUnmapWorkload: ShapedWorkload {
  static let item = Catalogue.Item(
    name: "map-unmap", summary: "map pages, unmap them again, next; one operation is the pair")

  static func populate<C>(_ space: Space<C>, _ worker: WorkerState) {
    space.mapHomeSlots(worker)
    space.takeHomeSlots(worker)
  }

  static func run<C, S: SlotShape>(_ space: Space<C>, _ worker: WorkerState, _ window: Window, _: S.Type) {
    while window.begin(worker.number) {
      let action = MapUnmapAction(slots: SlotOperations(space, worker, S.self))
      let visited = worker.visit(action, until: window, batch: space.batch)
      window.end(worker.number, visited.operations)
      worker.mapped += visited.mapped
      worker.taken += visited.found
    }
  }

  static func violations<C>(_ space: Space<C>, _ audit: TableAudit) -> [String] {
    // Whoever maps a page then tries to unmap it, so nothing is left even where others unmap it first.
    space.sampleViolations(space.unmapped)
  }
}

/// Maps a slot and unmaps it.
private struct MapUnmapAction<C: Configuration, S: SlotShape>: SlotAction {
  let slots: SlotOperations<C, S>

  @inline(__always)
  func act(_ start: UInt64) -> SlotMisses {
    let unmapped = slots.map(start)
    return SlotMisses(maps: unmapped, finds: slots.take(start))
  }
}
