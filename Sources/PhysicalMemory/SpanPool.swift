internal import Addressing
internal import Executions

/// One span's free frames: a list of returned ones before a bump pointer over those never used. Touched only under its lock,
/// which lives beside it, not in it: a waiter must be able to reach the lock while the holder changes the pool.
struct SpanPool {
  private let first: UInt32
  private let end: UInt32
  private var bump: UInt32
  private var freeHead: UInt32 = 0
  private var listed = 0

  init(frames: Range<Int>) {
    first = UInt32(frames.lowerBound)
    end = UInt32(frames.upperBound)
    // Frame 0 ends a free list, so it is never handed out.
    bump = max(UInt32(frames.lowerBound), 1)
  }

  var freeCount: Int { listed + Int(end - bump) }

  func contains(_ number: UInt32) -> Bool { number >= first && number < end }

  mutating func pop<E>(_ memory: MemoryView<E>) -> UInt32? {
    if freeHead != 0 {
      let number = freeHead
      freeHead = memory.record(PhysicalAddress(UInt64(number) << 12)).nextFree
      listed -= 1
      return number
    }
    guard bump < end else { return nil }
    bump += 1
    return bump - 1
  }

  mutating func push<E>(_ number: UInt32, _ memory: MemoryView<E>) {
    memory.record(PhysicalAddress(UInt64(number) << 12)).nextFree = freeHead
    freeHead = number
    listed += 1
  }
}
