internal import Addressing
internal import Executions

/// One span's free frames: a list of returned ones before a bump pointer over those never used. Touched only under its lock,
/// which lives beside it, not in it: a waiter must be able to reach the lock while the holder changes the pool.
@usableFromInline
struct BumpPool {
  @usableFromInline let end: UInt32
  @usableFromInline var bump: UInt32
  @usableFromInline var freeHead: UInt32 = 0
  @usableFromInline var listed = 0

  init(frames: Range<Int>) {
    end = UInt32(frames.upperBound)
    // Frame 0 ends a free list, so it is never handed out.
    bump = max(UInt32(frames.lowerBound), 1)
  }

  var freeCount: Int { listed + Int(end - bump) }

  /// The first frame of a block of 2^order, or nil.
  ///
  /// - Complexity: O(1) for single frames, otherwise O(frames skipped to align the block).
  @inlinable
  mutating func allocate<E>(order: Int, _ memory: MemoryView<E>) -> UInt32? {
    if order == 0 { return pop(memory) }
    let size = UInt32(1) &<< UInt32(order)
    let start = (bump &+ size &- 1) & ~(size &- 1)
    guard start < end, size <= end &- start else { return nil }
    while bump < start {
      push(bump, memory)
      bump &+= 1
    }
    bump = start &+ size
    return start
  }

  /// - Parameter isUnknown: whether the block may hold anything but zeroes.
  /// - Complexity: O(frames of the block).
  @inlinable
  mutating func free<E>(_ number: UInt32, order: Int, isUnknown: Bool, _ memory: MemoryView<E>) {
    // Lowest last, so that single frames come out in ascending order.
    for offset in (0..<UInt32(1) &<< UInt32(order)).reversed() {
      memory.record(frame: number &+ offset).isUnknown = isUnknown
      push(number &+ offset, memory)
    }
  }

  @inlinable
  mutating func pop<E>(_ memory: MemoryView<E>) -> UInt32? {
    if freeHead != 0 {
      let number = freeHead
      freeHead = memory.record(frame: number).nextFree
      listed &-= 1
      return number
    }
    guard bump < end else { return nil }
    bump &+= 1
    return bump &- 1
  }

  @inlinable
  mutating func push<E>(_ number: UInt32, _ memory: MemoryView<E>) {
    memory.record(frame: number).nextFree = freeHead
    freeHead = number
    listed &+= 1
  }

  /// Calls `body` with every run of free frames. Ends on a damaged list, too.
  func forEachFree<E>(_ memory: MemoryView<E>, _ body: (Range<Int>) -> Void) {
    if bump < end { body(Int(bump)..<Int(end)) }
    var number = freeHead
    for _ in 0..<listed where number != 0 {
      body(Int(number)..<Int(number) + 1)
      number = memory.record(frame: number).nextFree
    }
  }
}
