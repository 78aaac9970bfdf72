public import Executions

/// Owns an allocator's state: the workers' caches, the spans' pools and the pools' locks.
@safe
public final class FramePool<E: Execution>: Sendable {
  public let allocator: FrameAllocator<E>
  public let arena: PhysicalArena<E>
  // SENDABLE: owned here, used only through `allocator`.
  private nonisolated(unsafe) let state: UnsafeMutablePointer<FrameAllocator<E>.State>

  /// - Parameter homeSpan: for each worker, the index of the arena span it prefers; its count is the number of workers.
  public init(arena: PhysicalArena<E>, homeSpan: [Int]) {
    precondition(!homeSpan.isEmpty, "a frame pool needs at least one worker")
    precondition(homeSpan.allSatisfy(arena.spans.indices.contains), "a worker's home span must exist")
    self.arena = arena
    let poolCount = arena.spans.count
    let caches = unsafe zeroed(homeSpan.count * FrameCache.byteCount)
    let locks = unsafe zeroed(poolCount * FrameAllocator<E>.lockStride)
    let pools = UnsafeMutablePointer<SpanPool>.allocate(capacity: poolCount)
    // SAFETY: offsets stay inside what was just allocated; every element is initialised.
    for (worker, span) in homeSpan.enumerated() {
      unsafe FrameCache(caches + worker * FrameCache.byteCount).homePool = span
    }
    for (index, span) in arena.spans.enumerated() {
      unsafe (pools + index).initialize(to: SpanPool(frames: span))
    }
    // SAFETY: initialised above, alive until `deinit`.
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(
      to: FrameAllocator<E>.State(
        memory: arena.view, caches: caches, workerCount: homeSpan.count, pools: pools, locks: locks,
        poolCount: poolCount))
    allocator = unsafe FrameAllocator(state)
  }

  /// Frames handed out and not yet taken back. Call only while no worker allocates.
  public var framesInUse: Int {
    // Frame 0 is reserved and neither free nor in use.
    arena.frameCount - 1 - allocator.freeFrames
  }

  deinit {
    // SAFETY: allocated by `init`; all elements are trivial.
    unsafe state.pointee.caches.deallocate()
    unsafe state.pointee.locks.deallocate()
    unsafe state.pointee.pools.deallocate()
    unsafe state.deallocate()
  }
}

/// `byteCount` zeroed bytes, aligned to a pair of cache lines.
private func zeroed(_ byteCount: Int) -> UnsafeMutableRawPointer {
  let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 128)
  // SAFETY: fills exactly what was allocated.
  unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  return unsafe memory
}
