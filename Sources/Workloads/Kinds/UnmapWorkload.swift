internal import PageTables
internal import Results

/// Unmaps every slot of the region, then maps all of it outside the measured time, and again.
enum UnmapWorkload: ShapedWorkload {
  static let item = Catalogue.Item(
    name: "unmap", summary: "unmap mapped pages; the region is mapped again between passes, unmeasured")

  static func populate<C>(_ space: Space<C>, _ worker: WorkerState) { space.mapHomeSlots(worker) }

  static func run<C, S: SlotShape>(_ space: Space<C>, _ worker: WorkerState, _ window: Window, _: S.Type) {
    while window.begin(worker.number) {
      let visited = worker.visitOnce(UnmapAction(slots: SlotOperations(space, worker, S.self)))
      window.end(worker.number, visited.operations)
      account(visited, space, worker)
    }
  }

  static func visitTimed<C, S: SlotShape>(
    _ space: Space<C>, _ worker: WorkerState, _ window: Window, _: S.Type
  ) -> Visited {
    worker.visitTimedOnce(UnmapAction(slots: SlotOperations(space, worker, S.self)))
  }

  @inline(__always)
  static func account<C>(_ visited: Visited, _ space: Space<C>, _ worker: WorkerState) {
    worker.taken += visited.found
    space.mapHomeSlots(worker)
  }

  static func violations<C>(_ space: Space<C>, _ audit: TableAudit) -> [String] {
    space.sampleViolations(space.mappedAsPlanned)
  }
}

/// Unmaps a slot.
private struct UnmapAction<C: Configuration, S: SlotShape>: SlotAction {
  let slots: SlotOperations<C, S>

  @inline(__always)
  func act(_ start: UInt64) -> SlotMisses { SlotMisses(finds: slots.take(start)) }
}
