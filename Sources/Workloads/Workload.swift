internal import PageTables
internal import Results

/// One kind of work on a ``Space``. A conforming type is one file, one line in ``WorkloadRegistry`` and one row in the table test.
protocol Workload: SendableMetatype {
  static var item: Catalogue.Item { get }
  /// Data frames needed beside table frames, per page of the region.
  static var dataFramesPerPage: Int { get }

  /// Brings the worker's part of the region into the state that a window starts from.
  static func populate<C>(_ space: Space<C>, _ worker: WorkerState)
  /// What must hold after a window beyond what ``Space/commonViolations(_:_:)`` checks for all workloads.
  static func violations<C>(_ space: Space<C>, _ audit: TableAudit) -> [String]
}

/// A workload whose loop is compiled once.
protocol PlainWorkload: Workload {
  /// Runs one window; see ``ErasedWorkload/run``.
  static func run<C>(_ space: Space<C>, _ worker: WorkerState, _ window: Window)
}

/// A workload whose loop is compiled for each ``SlotShape``: one operation takes a few nanoseconds.
protocol ShapedWorkload: TimedWorkload {
  /// Runs one window; see ``ErasedWorkload/run``.
  static func run<C, S: SlotShape>(_ space: Space<C>, _ worker: WorkerState, _ window: Window, _ shape: S.Type)
}

extension Workload {
  static var dataFramesPerPage: Int { 0 }

  static func populate<C>(_ space: Space<C>, _ worker: WorkerState) {}
}

extension Space {
  /// Operations between two looks at the window's flag: a few microseconds.
  var batch: Int { max(1, 256 / plan.parameters.pagesPerOperation) }

  /// Maps the worker's home slots.
  func mapHomeSlots(_ worker: WorkerState) {
    let slots = SlotOperations(self, worker, AnyShape.self)
    for start in worker.homeSlots { worker.mapped += slots.pages - slots.map(start) }
  }

  /// Unmaps the worker's home slots.
  func takeHomeSlots(_ worker: WorkerState) {
    let slots = SlotOperations(self, worker, AnyShape.self)
    for start in worker.homeSlots { worker.taken += slots.pages - slots.take(start) }
  }
}
