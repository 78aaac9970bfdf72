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

  static func run<C>(_ space: Space<C>, _ worker: WorkerState, _ window: Window) {
    space.withOperations(worker.thread) { operations in
      while window.begin(worker.number) {
        var mapped = 0
        var taken = 0
        var ranOut = false
        let count = worker.visitUntilOver({ window.isOver }, batch: space.batch) {
          mapped &+= operations.map($0, ranOut: &ranOut)
          taken &+= operations.take($0)
        }
        window.end(worker.number, count)
        worker.mapped += mapped
        worker.taken += taken
        if ranOut { worker.ranOutOfFrames = true }
      }
    }
  }

  static func violations<C>(_ space: Space<C>, _ audit: TableAudit) -> [String] {
    // Whoever maps a page then tries to unmap it, so nothing is left even where others unmap it first.
    space.sampleViolations(space.unmapped)
  }
}
