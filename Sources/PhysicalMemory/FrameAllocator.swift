public import Addressing
public import Executions
internal import Locks

/// Hands out frames: a cache per worker over one shared pool per arena span.
///
/// The common case touches nothing shared: a worker pops its own cache. An empty cache refills from the pool of the worker's
/// span under that pool's lock, thirty frames at a time; other spans are asked only when the own one is exhausted. A full
/// cache spills half. Frame 0 is never handed out, so that 0 can end a free list.
///
/// Trivial to copy; the ``FramePool`` that owns the storage must outlive it.
@safe
public struct FrameAllocator<E: Execution>: Sendable {
  // SENDABLE: the state's fields never change; a cache is touched only by its worker, a pool only under its lock.
  @usableFromInline nonisolated(unsafe) let state: UnsafePointer<State>

  /// Where everything is. Behind a pointer, so that what every hot function carries is one word.
  @safe
  @usableFromInline
  struct State {
    @usableFromInline let memory: MemoryView<E>
    @usableFromInline let caches: UnsafeMutableRawPointer
    @usableFromInline let workerCount: Int
    let pools: UnsafeMutablePointer<SpanPool>
    /// One line per pool, zeroed, `lockStride` bytes apart.
    let locks: UnsafeMutableRawPointer
    let poolCount: Int
  }

  /// Locks of neighbouring pools stand a pair of cache lines apart.
  static var lockStride: Int { 128 }

  /// - Safety: the state and all storage it names are initialised and outlive the value.
  @unsafe
  init(_ state: UnsafePointer<State>) {
    unsafe self.state = state
  }

  // SAFETY for all uses of `state` and what it points to: `init` obliges the caller to keep them alive and unchanged.

  @inlinable
  var memory: MemoryView<E> {
    @inline(__always) get { unsafe state.pointee.memory }
  }

  private var poolCount: Int { unsafe state.pointee.poolCount }

  /// A frame with undefined content, or nil when every span is exhausted.
  @inlinable @inline(__always)
  public func allocate(for thread: ThreadContext) -> PhysicalAddress? {
    let cache = cache(of: thread)
    if cache.count == 0 { return allocateSlow(for: thread) }
    return PhysicalAddress(UInt64(cache.pop()) &<< 12)
  }

  /// Takes back a frame that nothing refers to any more.
  @inlinable @inline(__always)
  public func free(_ address: PhysicalAddress, by thread: ThreadContext) {
    let cache = cache(of: thread)
    if cache.count == FrameCache.capacity { spillSlow(by: thread) }
    cache.push(UInt32(truncatingIfNeeded: address.rawValue &>> 12))
  }

  /// A zeroed frame for a table at `level`, or nil when memory is exhausted. The caller owns it until it links it.
  @inlinable @inline(__always)
  public func allocateTable(level: Level, for thread: ThreadContext) -> PhysicalAddress? {
    guard let address = allocate(for: thread) else { return nil }
    memory.zero(address)
    memory.record(address).becomeTable(level: level.rawValue)
    return address
  }

  @inlinable @inline(__always)
  func cache(of thread: ThreadContext) -> FrameCache {
    unsafe assert(
      thread.worker >= 0 && thread.worker < state.pointee.workerCount, "worker number beyond the pool's worker count")
    return unsafe FrameCache(state.pointee.caches + thread.worker &* FrameCache.byteCount)
  }

  @inline(never)
  @usableFromInline
  func allocateSlow(for thread: ThreadContext) -> PhysicalAddress? {
    let cache = cache(of: thread)
    for turn in 0..<poolCount {
      withPool((cache.homePool + turn) % poolCount, thread) { pool in
        while cache.count < FrameCache.refill, let number = pool.pop(memory) { cache.push(number) }
      }
      if cache.count > 0 { return PhysicalAddress(UInt64(cache.pop()) << 12) }
    }
    return nil
  }

  @inline(never)
  @usableFromInline
  func spillSlow(by thread: ThreadContext) {
    let cache = cache(of: thread)
    while cache.count > FrameCache.refill {
      let number = cache.pop()
      // A frame goes home: its span, not the worker's, says which node it is on. Spans never change, so this needs no lock.
      let home = (0..<poolCount).first { unsafe state.pointee.pools[$0].contains(number) }
      guard let home else { preconditionFailure("freed frame \(number) is not of this arena") }
      withPool(home, thread) { $0.push(number, memory) }
    }
  }

  private func withPool(_ index: Int, _ thread: ThreadContext, _ body: (inout SpanPool) -> Void) {
    // SAFETY: there is a zeroed lock line and a pool for each index; the lock makes this the only access to the pool.
    let lock = unsafe LockStorage<E>(state.pointee.locks + index * Self.lockStride)
    TTASLock.lock(lock, by: thread)
    unsafe body(&state.pointee.pools[index])
    TTASLock.unlock(lock, by: thread)
  }

  /// Frames in caches and pools. Call only while no worker allocates.
  var freeFrames: Int {
    // SAFETY: quiescence is the caller's promise.
    let pooled = (0..<poolCount).reduce(0) { unsafe $0 + state.pointee.pools[$1].freeCount }
    return unsafe (0..<state.pointee.workerCount).reduce(pooled) { $0 + cache(of: ThreadContext(worker: $1)).count }
  }
}
