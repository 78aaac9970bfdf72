internal import Results

/// A workload whose operations can be timed one by one.
///
/// The loop without a clock is the workload's own, so that it is compiled as if there were no other; this one has the same actions
/// and the same accounts.
protocol TimedWorkload: Workload {
  /// Names of what is timed of one operation.
  static var timedParts: [String] { get }
  /// Whether a window is one section in which operations follow each other without end, so that an open loop can feed it.
  static var isSteady: Bool { get }

  /// One section, timed.
  static func visitTimed<C, S: SlotShape>(
    _ space: Space<C>, _ worker: WorkerState, _ window: Window, _ shape: S.Type
  ) -> Visited
  /// Enters what the worker did in a section into its accounts, and restores what the next section starts from.
  static func account<C>(_ visited: Visited, _ space: Space<C>, _ worker: WorkerState)
}

extension TimedWorkload {
  static var timedParts: [String] { [item.name] }
  static var isSteady: Bool { false }

  /// Runs one window; see ``ErasedWorkload/Timed/run``.
  static func runTimed<C, S: SlotShape>(
    _ space: Space<C>, _ worker: WorkerState, _ window: Window, _ shape: S.Type
  ) {
    while window.begin(worker.number) {
      let visited = visitTimed(space, worker, window, S.self)
      window.end(worker.number, visited.operations)
      account(visited, space, worker)
    }
  }
}
