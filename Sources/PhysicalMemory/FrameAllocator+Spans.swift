public import Executions
public import Locks

// Where caches and spans meet. Outlined and rare, but inlinable, so that it is specialised where it is used.

extension FrameAllocator {
  // SAFETY for all uses of `state`: as in the type itself; indices come from the loops over spans and workers.

  /// Refills the empty cache from the first span that has frames. False when none has.
  @inlinable @inline(never)
  func refillSlow(for thread: ThreadContext) -> Bool {
    let cache = cache(of: thread)
    // Tables that have left a tree come first: their frames are warm.
    if collectSlow(by: thread) && cache.count > 0 { return true }
    let wanted = permitted(FrameCache.refill)
    if wanted == 0 { return false }
    for turn in 0..<spanCount {
      guard let span = span(thread, turn) else { break }
      lock(span, thread)
      while cache.count < wanted, let free = pools.allocate(span: span, order: 0, memory) {
        cache.push(free.isUnknown ? free.number | FrameCache.unknownBit : free.number)
      }
      unlock(span, thread)
      if cache.count > 0 { return true }
    }
    return false
  }

  /// Returns cached frames until `rest` are left, the newest first.
  @inlinable @inline(never)
  func spillSlow(by thread: ThreadContext, keeping rest: Int) {
    let cache = cache(of: thread)
    while cache.count > rest {
      let frame = cache.pop()
      let number = frame & ~FrameCache.unknownBit
      // A frame goes home: its span, not the worker's, says which node it is on.
      let span = span(of: number)
      lock(span, thread)
      pools.free(number, order: 0, isUnknown: frame != number, span: span, memory)
      unlock(span, thread)
    }
  }

  /// The span on `thread`'s list at `turn`, or nil behind its end.
  @inlinable
  func span(_ thread: ThreadContext, _ turn: Int) -> Int? {
    let span = unsafe state.pointee.spanOrder[thread.worker &* spanCount &+ turn]
    return span == Self.noSpan ? nil : Int(span)
  }

  /// The span that a frame belongs to. Spans never change, so this needs no lock.
  @inlinable
  func span(of number: UInt32) -> Int {
    for span in 0..<spanCount where unsafe number < state.pointee.spanEnds[span] { return span }
    preconditionFailure("freed frame \(number) is not of this arena")
  }

  @inlinable
  func lock(_ span: Int, _ thread: ThreadContext) {
    // SAFETY: there is a zeroed line for each span.
    TTASLock.lock(unsafe LockStorage<E>(state.pointee.locks + span &* Self.lockStride), by: thread)
  }

  @inlinable
  func unlock(_ span: Int, _ thread: ThreadContext) {
    // SAFETY: as above.
    TTASLock.unlock(unsafe LockStorage<E>(state.pointee.locks + span &* Self.lockStride), by: thread)
  }

  /// 0: allocate freely; n: only n − 1 more times.
  @inlinable
  var permits: SharedWord32<E> {
    // SAFETY: the line behind the spans' locks, zeroed, is used only by this word.
    unsafe SharedWord32(state.pointee.locks + spanCount &* Self.lockStride)
  }

  /// How many frames may be fetched now: `wanted`, or 1 or 0 when ``FramePool/failAllocations(after:)`` counts them.
  @inlinable
  func permitted(_ wanted: Int) -> Int {
    let permits = permits
    while true {
      let left = permits.loadRelaxed()
      if _fastPath(left == 0) { return wanted }
      if left == 1 { return 0 }
      if permits.compareExchangeAcquiring(expected: left, desired: left &- 1) { return 1 }
    }
  }
}
