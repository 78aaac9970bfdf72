internal import PageTables
internal import Results

/// Unmaps every slot of the region, then maps all of it outside the measured time, and again.
enum UnmapWorkload: Workload {
  static let item = Catalogue.Item(
    name: "unmap", summary: "unmap mapped pages; the region is mapped again between passes, unmeasured")

  static func populate<C>(_ space: Space<C>, _ worker: WorkerState) { space.mapHomeSlots(worker) }

  static func run<C>(_ space: Space<C>, _ worker: WorkerState, _ window: Window) {
    space.withOperations(worker.thread) { operations in
      while window.begin(worker.number) {
        var taken = 0
        let count = worker.visitOnce { taken &+= operations.take($0) }
        window.end(worker.number, count)
        worker.taken += taken
        space.mapHomeSlots(worker)
      }
    }
  }

  static func violations<C>(_ space: Space<C>, _ audit: TableAudit) -> [String] {
    space.sampleViolations(space.mappedAsPlanned)
  }
}
