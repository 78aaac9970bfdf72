public import Addressing
public import Executions

/// Hands out frames: a cache of single frames per worker over one shared pool per arena span.
///
/// The common case touches nothing shared: a worker pops its own cache. An empty cache refills under the lock of the span
/// that the worker prefers, thirty frames at a time; other spans are asked, in the worker's order, only when that one is
/// exhausted. A full cache spills half. Blocks bypass the caches. Frame 0 is never handed out, so that 0 can end a free list.
///
/// In debug builds a frame that was written after it was freed traps when it is allocated again, and so does freeing one that is
/// free or has several owners.
///
/// Trivial to copy; the ``FramePool`` that owns the storage must outlive it.
@safe
public struct FrameAllocator<E: Execution>: Sendable {
  // SENDABLE: the state's fields never change; a cache is touched only by its worker, a span's pool only under its lock.
  @usableFromInline nonisolated(unsafe) let state: UnsafePointer<State>

  /// Where everything is. Behind a pointer, so that what every hot function carries is one word.
  @safe
  @usableFromInline
  struct State {
    @usableFromInline let memory: MemoryView<E>
    @usableFromInline let caches: UnsafeMutableRawPointer
    /// A ``WorkerRecord`` per worker.
    @usableFromInline let workers: UnsafeMutableRawPointer
    @usableFromInline let workerCount: Int
    @usableFromInline let spanCount: Int
    @usableFromInline let pools: SpanPools
    /// One line per span, zeroed, `lockStride` bytes apart, and behind them the lines that ``permits``, ``epoch`` and ``tableCount`` name.
    @usableFromInline let locks: UnsafeMutableRawPointer
    /// Frame number behind each span.
    @usableFromInline let spanEnds: UnsafeMutablePointer<UInt32>
    /// `spanCount` spans per worker, those it prefers first; `noSpan` behind the last.
    @usableFromInline let spanOrder: UnsafeMutablePointer<UInt32>
  }

  /// Locks of neighbouring spans stand a pair of cache lines apart.
  @inlinable static var lockStride: Int { 128 }
  /// Ends a worker's order of spans early.
  @inlinable static var noSpan: UInt32 { .max }

  /// Largest order of a block: 2^18 frames are 1 GiB.
  @inlinable public static var largestOrder: Int { BuddyPool.largestOrder }

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

  @inlinable
  var spanCount: Int { unsafe state.pointee.spanCount }

  @inlinable
  var pools: SpanPools { unsafe state.pointee.pools }

  /// A frame with undefined content and one owner, or nil when every span the worker may use is exhausted.
  @inlinable @inline(__always)
  public func allocate(for thread: ThreadContext) -> PhysicalAddress? {
    guard let free = takeFree(for: thread) else { return nil }
    return Self.address(of: free)
  }

  /// Takes back a frame that nothing refers to any more.
  @inlinable @inline(__always)
  public func free(_ address: PhysicalAddress, by thread: ThreadContext) {
    giveBack(address, isUnknown: true, by: thread)
  }

  /// A free frame from the worker's cache, as ``FrameCache`` spells it.
  @inlinable @inline(__always)
  func takeFree(for thread: ThreadContext) -> UInt32? {
    let cache = cache(of: thread)
    if cache.count == 0 && !refillSlow(for: thread) { return nil }
    let free = cache.pop()
    assert(
      memory.unpoison(Self.address(of: free)), "frame \(Self.address(of: free)) was written after it was freed")
    return free
  }

  /// Puts a frame into the worker's cache.
  @inlinable @inline(__always)
  func giveBack(_ address: PhysicalAddress, isUnknown: Bool, by thread: ThreadContext) {
    let cache = cache(of: thread)
    let number = UInt32(truncatingIfNeeded: address.rawValue &>> 12)
    var free = isUnknown ? number | FrameCache.unknownBit : number
    assert(
      {
        // The pattern is not zero.
        free = number | FrameCache.unknownBit
        return memory.poison(address)
      }(), "frame \(address) is freed twice, or while it has several owners")
    if cache.count == FrameCache.capacity { spillSlow(by: thread, keeping: FrameCache.refill) }
    cache.push(free)
  }

  @inlinable @inline(__always)
  static func address(of free: UInt32) -> PhysicalAddress {
    PhysicalAddress(UInt64(free & ~FrameCache.unknownBit) &<< 12)
  }

  @inlinable @inline(__always)
  func cache(of thread: ThreadContext) -> FrameCache {
    unsafe assert(
      thread.worker >= 0 && thread.worker < state.pointee.workerCount, "worker number beyond the pool's worker count")
    return unsafe FrameCache(state.pointee.caches + thread.worker &* FrameCache.byteCount)
  }
}
