public import Addressing
public import Executions

// Blocks of 2^order frames. They come from the spans directly: caches of every order would hold back what could be joined.

extension FrameAllocator {
  /// A block of 2^order frames, aligned to its size, with undefined content; nil when no span the worker may use has one.
  ///
  /// Under ``FramePolicy/buddy`` a block that is missing because its frames lie in the worker's own cache is found: the cache
  /// is returned first. Frames in other workers' caches stay there.
  ///
  /// - Parameter order: 0...``largestOrder``. 0 is ``allocate(for:)``.
  /// - Complexity: O(orders) per span; under ``FramePolicy/bump`` also O(frames skipped to align the block).
  @inlinable
  public func allocate(order: Int, for thread: ThreadContext) -> PhysicalAddress? {
    precondition(order >= 0 && order <= Self.largestOrder, "a block has an order of 0...\(Self.largestOrder)")
    return order == 0 ? allocate(for: thread) : allocateBlockSlow(order, thread)
  }

  /// Takes back a block that nothing refers to any more.
  ///
  /// - Parameters:
  ///   - address: the block's first frame.
  ///   - order: the order it was allocated with.
  /// - Complexity: O(orders); under ``FramePolicy/bump`` O(frames).
  @inlinable
  public func free(_ address: PhysicalAddress, order: Int, by thread: ThreadContext) {
    precondition(order >= 0 && order <= Self.largestOrder, "a block has an order of 0...\(Self.largestOrder)")
    if order == 0 { return free(address, by: thread) }
    freeBlockSlow(address, order, thread)
  }

  @inlinable @inline(never)
  func allocateBlockSlow(_ order: Int, _ thread: ThreadContext) -> PhysicalAddress? {
    if permitted(1) == 0 { return nil }
    var block = takeBlock(order, thread)
    if block == nil, pools.joinsFrames, cache(of: thread).count > 0 {
      spillSlow(by: thread, keeping: 0)
      block = takeBlock(order, thread)
    }
    guard let block else { return nil }
    if let frame = damagedFrame(block, order) { preconditionFailure("frame \(frame) was written after it was freed") }
    return block
  }

  /// A block of the first span on the worker's list that has one.
  @inlinable
  func takeBlock(_ order: Int, _ thread: ThreadContext) -> PhysicalAddress? {
    for turn in 0..<spanCount {
      guard let span = span(thread, turn) else { break }
      lock(span, thread)
      let block = pools.allocate(span: span, order: order, memory)
      unlock(span, thread)
      if let block { return PhysicalAddress(UInt64(block.number) &<< 12) }
    }
    return nil
  }

  @inlinable @inline(never)
  func freeBlockSlow(_ address: PhysicalAddress, _ order: Int, _ thread: ThreadContext) {
    assert(memory.poison(address, order: order), "block \(address) is freed twice, or while it has several owners")
    let number = UInt32(truncatingIfNeeded: address.rawValue &>> 12)
    let span = span(of: number)
    lock(span, thread)
    pools.free(number, order: order, isUnknown: true, span: span, memory)
    unlock(span, thread)
  }

  /// Debug builds only: a frame of the block that was written while it was free.
  @inlinable
  func damagedFrame(_ block: PhysicalAddress, _ order: Int) -> PhysicalAddress? {
    var damaged: PhysicalAddress?
    assert(
      {
        damaged = memory.unpoison(block, order: order)
        return true
      }())
    return damaged
  }
}
