internal import PageTables
internal import Results

/// Maps every slot of the region into existing tables, then unmaps all of it outside the measured time, and again.
enum MapWorkload: Workload {
  static let item = Catalogue.Item(
    name: "map", summary: "map pages into existing tables; the region is unmapped between passes, unmeasured")

  static func populate<C>(_ space: Space<C>, _ worker: WorkerState) {
    // Once up and down, so that the tables exist.
    space.mapHomeSlots(worker)
    space.takeHomeSlots(worker)
  }

  static func run<C>(_ space: Space<C>, _ worker: WorkerState, _ window: Window) {
    space.withOperations(worker.thread) { operations in
      while window.begin(worker.number) {
        var mapped = 0
        var ranOut = false
        let count = worker.visitOnce { mapped &+= operations.map($0, ranOut: &ranOut) }
        window.end(worker.number, count)
        worker.mapped += mapped
        if ranOut { worker.ranOutOfFrames = true }
        space.takeHomeSlots(worker)
      }
    }
  }

  static func violations<C>(_ space: Space<C>, _ audit: TableAudit) -> [String] {
    space.sampleViolations(space.unmapped)
  }
}
