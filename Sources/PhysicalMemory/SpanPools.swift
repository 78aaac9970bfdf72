internal import Addressing
internal import Executions

/// The free frames of every span, kept as the pool's ``FramePolicy`` says. Each span's part is touched only under that span's
/// lock.
@safe
@usableFromInline
enum SpanPools {
  case bump(UnsafeMutablePointer<BumpPool>)
  case buddy(UnsafeMutablePointer<BuddyPool>)

  init<E>(_ policy: FramePolicy, _ spans: [Range<Int>], _ memory: MemoryView<E>) {
    // SAFETY: every element of the fresh memory is initialised. The owner calls `deallocate` once, after the last use.
    switch policy {
    case .bump:
      let pools = UnsafeMutablePointer<BumpPool>.allocate(capacity: spans.count)
      for (index, span) in spans.enumerated() { unsafe (pools + index).initialize(to: BumpPool(frames: span)) }
      self = unsafe .bump(pools)
    case .buddy:
      let pools = UnsafeMutablePointer<BuddyPool>.allocate(capacity: spans.count)
      for (index, span) in spans.enumerated() {
        unsafe (pools + index).initialize(to: BuddyPool(frames: span, memory))
      }
      self = unsafe .buddy(pools)
    }
  }

  // SAFETY for all subscripts below: the callers pass indices of the spans that `init` made pools for, before `deallocate`.

  @inlinable
  func allocate<E>(span: Int, order: Int, _ memory: MemoryView<E>) -> (number: UInt32, isUnknown: Bool)? {
    switch self {
    case .bump(let pools): unsafe pools[span].allocate(order: order)
    case .buddy(let pools): unsafe pools[span].allocate(order: order, memory)
    }
  }

  @inlinable
  func free<E>(_ number: UInt32, order: Int, isUnknown: Bool, span: Int, _ memory: MemoryView<E>) {
    switch self {
    case .bump(let pools): unsafe pools[span].free(number, order: order, isUnknown: isUnknown)
    case .buddy(let pools): unsafe pools[span].free(number, order: order, isUnknown: isUnknown, memory)
    }
  }

  /// Whether freed single frames may become blocks again.
  @inlinable
  var joinsFrames: Bool {
    switch self {
    case .bump: false
    case .buddy: true
    }
  }

  func freeCount(span: Int) -> Int {
    switch self {
    case .bump(let pools): unsafe pools[span].freeCount
    case .buddy(let pools): unsafe pools[span].freeCount
    }
  }

  /// Calls `body` with every run of free frames of the span.
  func forEachFree<E>(span: Int, _ memory: MemoryView<E>, _ body: (Range<Int>) -> Void) {
    switch self {
    case .bump(let pools): unsafe pools[span].forEachFree(body)
    case .buddy(let pools): unsafe pools[span].forEachFree(memory) { block, _ in body(block) }
    }
  }

  /// Free blocks by order, empty where frames are not kept in blocks.
  func freeBlocks<E>(span: Int, _ memory: MemoryView<E>) -> [Int] {
    guard case .buddy(let pools) = self else { return [] }
    var blocks = [Int](repeating: 0, count: BuddyPool.largestOrder + 1)
    unsafe pools[span].forEachFree(memory) { _, order in blocks[order] += 1 }
    return blocks
  }

  func violations<E>(span: Int, _ memory: MemoryView<E>) -> [String] {
    switch self {
    case .bump(let pools): unsafe pools[span].violations
    case .buddy(let pools): unsafe pools[span].violations(memory)
    }
  }

  /// Frees the storage of `count` spans; the pools must not be used afterwards.
  func deallocate(count: Int) {
    switch self {
    case .bump(let pools):
      for span in 0..<count { unsafe pools[span].deallocate() }
      unsafe pools.deallocate()
    case .buddy(let pools): unsafe pools.deallocate()
    }
  }
}
