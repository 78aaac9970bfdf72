internal import Addressing
internal import Executions
internal import PhysicalMemory
public import Results

/// Memory taken as a trial takes it, for looking at every page of it: the arena of a ``MemoryPlacement``, populated, and frames
/// allocated from it by each worker.
public final class PlacementProbe: Sendable {
  private let plan: ArenaPlan
  private let pool: FramePool<Hardware>
  private let framesPerWorker: Int

  /// Maps, binds and populates the arena.
  ///
  /// - Throws: `ArenaError` when memory cannot be had where it is wanted.
  public init(memory: MemoryPlacement, framesPerWorker: Int) throws {
    precondition(framesPerWorker > 0, "a probe without frames would find nothing wrong")
    // Each worker takes its own and no more, so a span need only do for those who prefer it.
    plan = ArenaPlan(
      memory: memory, caches: { 96 * $0 }, tables: { framesPerWorker * $0 }, data: { framesPerWorker * $0 })
    pool = try plan.makePool(Hardware.self, populate: true)
    self.framesPerWorker = framesPerWorker
  }

  /// Allocates tables and data frames as `worker` and writes to them. Call on the worker's own pinned thread.
  ///
  /// - Returns: their pages and those of their records, meant for this worker's nodes; fewer than asked for when the arena is
  ///   exhausted.
  public func allocate(worker: Int) -> [PlacedPage] {
    var pages: [PlacedPage] = []
    let memory = plan.memory.workers[worker]
    func add(_ frame: PhysicalAddress?, _ kind: MemoryKind) {
      guard let frame else { return }
      pool.arena.view.slot(frame, 0).storeRelaxed(UInt64(worker) + 1)
      pages.append(PlacedPage(kind: kind, address: pool.arena.view.hostAddress(of: frame), target: memory[kind]))
      pages.append(
        PlacedPage(kind: .metadata, address: pool.arena.recordHostAddress(of: frame), target: memory.metadata))
    }
    for _ in 0..<framesPerWorker {
      add(pool.allocator.allocateTable(level: .one, for: ThreadContext(worker: worker)), .tables)
      add(pool.allocator.allocate(for: plan.dataContext(of: worker)), .data)
    }
    return pages
  }

  /// Every page of the arena, span after span, meant for the span's nodes: frames as `tables`, though some spans may be for data,
  /// and records as `metadata`. In a list of its own for each span, because interleaving starts anew with each.
  public var pagesBySpan: [[PlacedPage]] {
    zip(pool.arena.spans, plan.targets).map { span, target in
      let frames = span.map { frame in
        PlacedPage(
          kind: .tables, address: pool.arena.view.hostAddress(of: PhysicalAddress(UInt64(frame) * frameBytes)),
          target: target.frames)
      }
      // A page of records is that of 64 frames.
      let records = stride(from: span.lowerBound, to: span.upperBound, by: 64).map { frame in
        PlacedPage(
          kind: .metadata, address: pool.arena.recordHostAddress(of: PhysicalAddress(UInt64(frame) * frameBytes)),
          target: target.records)
      }
      return frames + records
    }
  }
}
