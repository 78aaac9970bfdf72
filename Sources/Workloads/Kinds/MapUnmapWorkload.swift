internal import PageTables
internal import Results

/// Steady state: maps one slot and unmaps it again before the next. One operation is the pair.
enum MapUnmapWorkload: Workload {
  static let item = Catalogue.Item(
    name: "map-unmap", summary: "map pages, unmap them again, next; one operation is the pair")

  static func populate<C>(_ space: Space<C>, _ worker: WorkerState) {
    space.mapHomeSlots(worker)
    space.takeHomeSlots(worker)
  }

  static func run<C, S: SlotShape>(_ space: Space<C>, _ worker: WorkerState, _ window: Window, _: S.Type) {
    while window.begin(worker.number) {
      var action = MapUnmapAction(slots: SlotOperations(space, worker, S.self))
      window.end(worker.number, worker.visit(&action, until: window, batch: space.batch))
      worker.mapped += action.mapped
      worker.taken += action.taken
      if action.ranOut { worker.ranOutOfFrames = true }
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
  var mapped = 0
  var taken = 0
  var ranOut = false

  @inline(__always)
  mutating func act(_ start: UInt64) {
    mapped &+= slots.map(start, ranOut: &ranOut)
    taken &+= slots.take(start)
  }
}
