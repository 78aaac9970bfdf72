internal import Addressing
internal import Formats
internal import PageTables
internal import Results

/// Steady state: turns the write permission of every page of a slot over.
enum ProtectWorkload: ShapedWorkload {
  static let item = Catalogue.Item(name: "protect", summary: "turn write permission of mapped pages over")

  static func populate<C>(_ space: Space<C>, _ worker: WorkerState) { space.mapHomeSlots(worker) }

  static var isSteady: Bool { true }

  static func run<C, S: SlotShape>(_ space: Space<C>, _ worker: WorkerState, _ window: Window, _: S.Type) {
    while window.begin(worker.number) {
      let action = ProtectAction(slots: SlotOperations(space, worker, S.self))
      let visited = worker.visit(action, until: window, batch: space.batch)
      window.end(worker.number, visited.operations)
      account(visited, space, worker)
    }
  }

  static func visitTimed<C, S: SlotShape>(
    _ space: Space<C>, _ worker: WorkerState, _ window: Window, _: S.Type
  ) -> Visited {
    worker.visitTimed(ProtectAction(slots: SlotOperations(space, worker, S.self)), until: window, batch: space.batch)
  }

  @inline(__always)
  static func account<C>(_ visited: Visited, _ space: Space<C>, _ worker: WorkerState) {
    worker.misses += visited.misses.finds
  }

  static func violations<C>(_ space: Space<C>, _ audit: TableAudit) -> [String] {
    var violations = space.sampleViolations(space.mappedAsPlanned)
    // Where no other worker touches a page, the number of visits says which way its permission must stand.
    guard space.plan.parameters.region != .shared else { return violations }
    for worker in space.workers {
      for index in stride(from: 0, to: worker.visits.count, by: max(1, worker.visits.count / 64)) {
        let address = worker.visits[index]
        let visits = worker.passes + (index < worker.next ? 1 : 0)
        let isWritable = space.view.translate(VirtualAddress(address))?.properties.contains(.write)
        if isWritable != (visits % 2 == 0) {
          let state = isWritable.map { $0 ? "writable" : "read-only" } ?? "gone"
          violations.append("page \(VirtualAddress(address)) was protected \(visits) times and is \(state)")
        }
      }
    }
    return violations
  }
}

/// Turns write permission of a slot over.
private struct ProtectAction<C: Configuration, S: SlotShape>: SlotAction {
  let slots: SlotOperations<C, S>

  @inline(__always)
  func act(_ start: UInt64) -> SlotMisses { SlotMisses(finds: slots.protect(start)) }
}
