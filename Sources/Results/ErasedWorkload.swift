public import Synchronization

/// One trial's workload with its type erased: the only value that crosses from the paging column to the harness.
///
/// The closures are made in `Workloads` where format, lock and strategy are concrete, so a whole window runs
/// specialised code; nothing is called through this struct per operation.
public struct ErasedWorkload: Sendable {
  /// A workload that times its operations.
  public struct Timed: Sendable {
    /// Names of what is timed: the workload's own, or one for each part of its operation.
    public let operations: [String]
    /// As ``ErasedWorkload/run``, with the worker's timer.
    public let run: @Sendable (_ worker: Int, _ window: Window, _ timer: OperationTimer) -> Void

    public init(
      operations: [String],
      run: @escaping @Sendable (_ worker: Int, _ window: Window, _ timer: OperationTimer) -> Void
    ) {
      self.operations = operations
      self.run = run
    }
  }

  /// Guarantee class of the strategy that does the work, empty where none is declared.
  public let guarantee: String
  /// Populates what `worker` needs before the first window. Called once on the worker's own pinned thread,
  /// one worker after the other, so first touch lands on the worker's node.
  public let setUp: @Sendable (_ worker: Int) throws -> Void
  /// Runs one window: loops `while window.begin(worker)`, does operations until the section ends, then calls
  /// `window.end(worker, operations)`. Called on every worker thread at once.
  public let run: @Sendable (_ worker: Int, _ window: Window) -> Void
  /// The same with single operations timed; nil where they cannot be.
  public let timed: Timed?
  /// Compares the page table with what must hold now (counts, translations on a sample). Called while no
  /// worker runs, after every window. Empty means correct; otherwise one sentence per violation.
  public let check: @Sendable () -> [String]
  /// Pages of this trial's memory with the nodes they are meant for, a few for each of at most `limit` tables, for placement
  /// verification.
  public let residencySample: @Sendable (_ limit: Int) -> [PlacedPage]
  /// What the page tables take now; nil for work that has none. Called while no worker runs.
  public let memory: @Sendable () -> MemoryUse?
  /// What the last window's metrics have to be, where that is known beforehand. Called while no worker runs, once after every
  /// window.
  public let knownValues: @Sendable () -> [KnownValue]

  public init(
    guarantee: String = "",
    setUp: @escaping @Sendable (_ worker: Int) throws -> Void,
    run: @escaping @Sendable (_ worker: Int, _ window: Window) -> Void,
    timed: Timed? = nil,
    check: @escaping @Sendable () -> [String],
    residencySample: @escaping @Sendable (_ limit: Int) -> [PlacedPage],
    memory: @escaping @Sendable () -> MemoryUse?,
    knownValues: @escaping @Sendable () -> [KnownValue] = { [] }
  ) {
    self.guarantee = guarantee
    self.setUp = setUp
    self.run = run
    self.timed = timed
    self.check = check
    self.residencySample = residencySample
    self.memory = memory
    self.knownValues = knownValues
  }
}

/// A measured window as a worker sees it.
///
/// A window is a sequence of *sections*. A steady workload (map-unmap, protect, query) has one section as long as
/// the window: it polls ``isOver`` between batches. A workload that must restore the table between passes (map, unmap)
/// runs many sections. Both `begin` and `end` are barriers: at the first all workers learn together whether another section
/// follows, at the second they wait for the last, so restoring never overlaps measuring. Only time between them counts.
@safe
public struct Window: @unchecked Sendable {
  // SENDABLE: the pointee is an atomic that outlives every worker of the trial.
  private let stop: UnsafePointer<Atomic<Bool>>
  /// Waits for all workers, then starts the worker's clock and counters. False when the window is over.
  public let begin: @Sendable (_ worker: Int) -> Bool
  /// Stops the worker's clock and counters, adds `operations` to its tally, and waits for all workers.
  public let end: @Sendable (_ worker: Int, _ operations: UInt64) -> Void

  /// - Parameter stop: raised by the harness when the window's time is up; must outlive the window, and should sit on a
  ///   cache line of its own.
  public init(
    stop: UnsafePointer<Atomic<Bool>>,
    begin: @escaping @Sendable (_ worker: Int) -> Bool,
    end: @escaping @Sendable (_ worker: Int, _ operations: UInt64) -> Void
  ) {
    unsafe self.stop = stop
    self.begin = begin
    self.end = end
  }

  /// Whether the window's time is up. One relaxed load of a line that is written once per window.
  public var isOver: Bool {
    @inline(__always) get {
      // Relaxed: the flag carries no data; results are published by the barrier in `begin`.
      unsafe stop.pointee.load(ordering: .relaxed)
    }
  }
}
