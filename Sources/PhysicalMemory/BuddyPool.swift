internal import Addressing
internal import Executions

/// One span's free frames as blocks of 2^order frames, aligned to their size: a doubly linked list per order through the frames'
/// records. Touched only under its lock, as ``BumpPool``.
///
/// What a frame's record says about blocks (``FrameRecord/block``) changes only here: the first frame of a block says whether it
/// is free or handed out and of which order; all others say 0. So a buddy is free as a whole exactly if its first frame says
/// "free, same order". Its ``FrameRecord/isUnknown`` holds for the whole block.
@usableFromInline
struct BuddyPool {
  /// 2^18 frames are 1 GiB, the largest leaf any format has.
  @inlinable static var largestOrder: Int { 18 }

  @usableFromInline let first: UInt32
  @usableFromInline let end: UInt32
  /// First free block of each order. 0 ends a list: frame 0 is never free.
  @usableFromInline var heads = InlineArray<19, UInt32>(repeating: 0)
  /// Bit k: the list of order k has a block.
  @usableFromInline var stocked: UInt32 = 0
  @usableFromInline var freeCount = 0

  /// All of the span is free, but for the reserved frame 0.
  ///
  /// - Complexity: O(largest blocks in the span).
  init<E>(frames: Range<Int>, _ memory: MemoryView<E>) {
    first = UInt32(frames.lowerBound)
    end = UInt32(frames.upperBound)
    var next = max(first, 1)
    while next < end {
      // The largest block that its start is aligned to and the rest has room for.
      let room = UInt32.bitWidth - 1 - (end - next).leadingZeroBitCount
      let order = min(next.trailingZeroBitCount, room, Self.largestOrder)
      push(next, order, isUnknown: false, memory)
      next += 1 << UInt32(order)
    }
    freeCount = Int(end) - max(Int(first), 1)
  }

  /// The first frame of a block of 2^order and whether its content is unknown, or nil. Takes the smallest free block that will do and returns the halves it does not
  /// need.
  ///
  /// - Complexity: O(orders).
  @inlinable
  mutating func allocate<E>(order: Int, _ memory: MemoryView<E>) -> (number: UInt32, isUnknown: Bool)? {
    let enough = stocked &>> UInt32(order)
    if enough == 0 { return nil }
    var found = order &+ enough.trailingZeroBitCount
    let number = heads[found]
    unlink(number, found, memory)
    let isUnknown = memory.record(frame: number).isUnknown
    while found > order {
      found &-= 1
      push(number | UInt32(1) &<< UInt32(found), found, isUnknown: isUnknown, memory)
    }
    memory.record(frame: number).block = .handedOut(order)
    freeCount &-= 1 &<< order
    return (number, isUnknown)
  }

  /// Takes a block back and joins it with its buddy as long as that is free, too.
  ///
  /// - Parameter isUnknown: whether the block may hold anything but zeroes.
  /// - Precondition: the block was handed out with this order.
  /// - Complexity: O(orders).
  @inlinable
  mutating func free<E>(_ number: UInt32, order: Int, isUnknown: Bool, _ memory: MemoryView<E>) {
    // Also in release builds: a wrong order would hand out frames twice, much later and elsewhere.
    precondition(
      memory.record(frame: number).block == .handedOut(order),
      "a block must be freed once, by its first frame, with the order it was allocated with")
    freeCount &+= 1 &<< order
    memory.record(frame: number).block = .none
    var number = number
    var order = order
    var isUnknown = isUnknown
    while order < Self.largestOrder {
      let size = UInt32(1) &<< UInt32(order)
      let buddy = number ^ size
      // A span need not start or end at a multiple of the largest block.
      guard buddy >= first, buddy < end, size <= end &- buddy, memory.record(frame: buddy).block == .free(order) else {
        break
      }
      unlink(buddy, order, memory)
      memory.record(frame: buddy).block = .none
      if memory.record(frame: buddy).isUnknown { isUnknown = true }
      number &= ~size
      order &+= 1
    }
    push(number, order, isUnknown: isUnknown, memory)
  }

  /// Makes the block the first of its list.
  @inlinable
  mutating func push<E>(_ number: UInt32, _ order: Int, isUnknown: Bool, _ memory: MemoryView<E>) {
    let record = memory.record(frame: number)
    let next = heads[order]
    record.block = .free(order)
    record.isUnknown = isUnknown
    record.nextFree = next
    record.previousFree = 0
    if next != 0 { memory.record(frame: next).previousFree = number }
    heads[order] = number
    stocked |= 1 &<< UInt32(order)
  }

  /// Takes the block out of its list.
  @inlinable
  mutating func unlink<E>(_ number: UInt32, _ order: Int, _ memory: MemoryView<E>) {
    let record = memory.record(frame: number)
    let next = record.nextFree
    let previous = record.previousFree
    if next != 0 { memory.record(frame: next).previousFree = previous }
    if previous != 0 {
      memory.record(frame: previous).nextFree = next
    } else {
      heads[order] = next
      if next == 0 { stocked &= ~(1 &<< UInt32(order)) }
    }
  }
}
