public import Executions

/// Owns an allocator's state: the workers' caches, the spans' free frames and the spans' locks.
@safe
public final class FramePool<E: Execution>: Sendable {
  public let allocator: FrameAllocator<E>
  public let arena: PhysicalArena<E>
  public let policy: FramePolicy
  // SENDABLE: owned here, used only through `allocator`.
  private nonisolated(unsafe) let state: UnsafeMutablePointer<FrameAllocator<E>.State>

  /// A pool whose workers prefer one span and then try the others in turn, from there on.
  ///
  /// - Parameter homeSpan: for each worker, the index of the arena span it prefers; its count is the number of workers.
  public convenience init(arena: PhysicalArena<E>, homeSpan: [Int], policy: FramePolicy = .bump) {
    precondition(homeSpan.allSatisfy(arena.spans.indices.contains), "a worker's home span must exist")
    let count = arena.spans.count
    self.init(arena: arena, spanOrder: homeSpan.map { home in (0..<count).map { (home + $0) % count } }, policy: policy)
  }

  /// A pool whose workers try spans in an order of their own, such as that of the nodes' distances.
  ///
  /// - Parameter spanOrder: for each worker, indices of arena spans, those it prefers first. A worker never gets frames of spans
  ///   it does not name. The array's count is the number of workers.
  public init(arena: PhysicalArena<E>, spanOrder: [[Int]], policy: FramePolicy = .bump) {
    precondition(!spanOrder.isEmpty, "a frame pool needs at least one worker")
    let spanCount = arena.spans.count
    for order in spanOrder {
      precondition(!order.isEmpty, "a worker needs at least one span")
      precondition(order.allSatisfy(arena.spans.indices.contains), "a worker's spans must exist")
      precondition(Set(order).count == order.count, "a worker's spans must differ")
    }
    self.arena = arena
    self.policy = policy
    let spanOrders = UnsafeMutablePointer<UInt32>.allocate(capacity: spanOrder.count * spanCount)
    let spanEnds = UnsafeMutablePointer<UInt32>.allocate(capacity: spanCount)
    // SAFETY: offsets stay inside what was just allocated; every element is initialised. All of it lives until `deinit`.
    unsafe spanOrders.initialize(repeating: FrameAllocator<E>.noSpan, count: spanOrder.count * spanCount)
    for (worker, order) in spanOrder.enumerated() {
      for (turn, span) in order.enumerated() { unsafe spanOrders[worker * spanCount + turn] = UInt32(span) }
    }
    for (index, span) in arena.spans.enumerated() {
      unsafe (spanEnds + index).initialize(to: UInt32(span.upperBound))
    }
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(
      to: FrameAllocator<E>.State(
        memory: arena.view, caches: zeroed(spanOrder.count * FrameCache.byteCount),
        workers: zeroed(spanOrder.count * WorkerRecord<E>.byteCount), workerCount: spanOrder.count,
        spanCount: spanCount, pools: SpanPools(policy, arena.spans, arena.view),
        locks: zeroed((spanCount + 3) * FrameAllocator<E>.lockStride), spanEnds: spanEnds, spanOrder: spanOrders))
    allocator = unsafe FrameAllocator(state)
  }

  /// Frames handed out and not yet taken back, those in a grace period among them. Call only while no worker allocates.
  public var framesInUse: Int {
    // Frame 0 is reserved and neither free nor in use.
    arena.frameCount - 1 - allocator.freeFrames
  }

  deinit {
    // SAFETY: allocated by `init`; all elements are trivial.
    unsafe state.pointee.caches.deallocate()
    unsafe state.pointee.workers.deallocate()
    unsafe state.pointee.locks.deallocate()
    unsafe state.pointee.spanEnds.deallocate()
    unsafe state.pointee.spanOrder.deallocate()
    unsafe state.pointee.pools.deallocate(count: state.pointee.spanCount)
    unsafe state.deallocate()
  }
}

extension FrameAllocator {
  /// Frames in caches and pools. Call only while no worker allocates.
  var freeFrames: Int {
    // SAFETY: quiescence is the caller's promise.
    let pooled = (0..<spanCount).reduce(0) { $0 + pools.freeCount(span: $1) }
    return (0..<workerCount).reduce(pooled) { $0 + cache(of: ThreadContext(worker: $1)).count }
  }

  @inlinable
  var workerCount: Int { unsafe state.pointee.workerCount }
}

/// `byteCount` zeroed bytes, aligned to a pair of cache lines.
private func zeroed(_ byteCount: Int) -> UnsafeMutableRawPointer {
  let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 128)
  // SAFETY: fills exactly what was allocated.
  unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  return unsafe memory
}
