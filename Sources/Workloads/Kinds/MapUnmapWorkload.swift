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

  static var timedParts: [String] { ["map", "unmap"] }
  static var isSteady: Bool { true }

  static func run<C, S: SlotShape>(_ space: Space<C>, _ worker: WorkerState, _ window: Window, _: S.Type) {
    while window.begin(worker.number) {
      let action = MapUnmapAction(slots: SlotOperations(space, worker, S.self))
      let visited = worker.visit(action, until: window, batch: space.batch)
      window.end(worker.number, visited.operations)
      account(visited, space, worker)
    }
  }

  static func visitTimed<C, S: SlotShape>(
    _ space: Space<C>, _ worker: WorkerState, _ window: Window, _: S.Type
  ) -> Visited {
    worker.visitTimed(MapUnmapAction(slots: SlotOperations(space, worker, S.self)), until: window, batch: space.batch)
  }

  @inline(__always)
  static func account<C>(_ visited: Visited, _ space: Space<C>, _ worker: WorkerState) {
    worker.mapped += visited.mapped
    worker.taken += visited.found
  }

  static func violations<C>(_ space: Space<C>, _ audit: TableAudit) -> [String] {
    // Whoever maps a page then tries to unmap it, so nothing is left even where others unmap it first.
    space.sampleViolations(space.unmapped)
  }
}

/// Maps a slot and unmaps it.
private struct MapUnmapAction<C: Configuration, S: SlotShape>: SlotAction {
  let slots: SlotOperations<C, S>

  static var partCount: Int { 2 }

  @inline(__always)
  func act(_ start: UInt64) -> SlotMisses {
    let unmapped = slots.map(start)
    return SlotMisses(maps: unmapped, finds: slots.take(start))
  }

  @inline(__always)
  func act<T: SpanClock>(_ start: UInt64, _ laps: inout Laps<T>) -> SlotMisses {
    let unmapped = slots.map(start)
    laps.endFirst()
    let missing = slots.take(start)
    laps.endSecond()
    return SlotMisses(maps: unmapped, finds: missing)
  }
}
