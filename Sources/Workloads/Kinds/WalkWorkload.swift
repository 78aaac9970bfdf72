internal import PageTables
internal import Results

/// Steady state: translates mapped pages by the lock-free walk, as a processor would.
enum WalkWorkload: Workload {
  static let item = Catalogue.Item(name: "walk", summary: "translate mapped pages by the lock-free walk")

  static func populate<C>(_ space: Space<C>, _ worker: WorkerState) { space.mapHomeSlots(worker) }

  static func run<C>(_ space: Space<C>, _ worker: WorkerState, _ window: Window) {
    space.withOperations(worker.thread) { operations in
      while window.begin(worker.number) {
        var found = 0
        let count = worker.visitUntilOver({ window.isOver }, batch: space.batch) { found &+= operations.walk($0) }
        window.end(worker.number, count)
        worker.misses += Int(count) * operations.pages - found
      }
    }
  }

  static func violations<C>(_ space: Space<C>, _ audit: TableAudit) -> [String] {
    space.sampleViolations(space.mappedAsPlanned)
  }
}
