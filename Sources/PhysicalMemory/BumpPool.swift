internal import Addressing
internal import Executions

/// One span's free frames: a bump pointer over those never used, and a bit for each that was returned. Touched only under its lock,
/// which lives beside it, not in it: a waiter must be able to reach the lock while the holder changes the pool.
///
/// Bits and not a list through the frames' records: a list comes back in the order frames were freed in, and every pop misses
/// the cache twice, for the link and for the table. Bits give the lowest frames first, in order, which hardware prefetches
/// (measured: mapping a page that needs a new table, 178 against 104 ns).
@safe
@usableFromInline
struct BumpPool {
  @usableFromInline let first: UInt32
  @usableFromInline let end: UInt32
  @usableFromInline var bump: UInt32
  @usableFromInline var returned = 0
  /// Bit per frame from `first`: returned.
  @usableFromInline let free: UnsafeMutablePointer<UInt64>
  /// Bit per frame: returned with unknown content.
  @usableFromInline let unknown: UnsafeMutablePointer<UInt64>
  /// Bit per word of `free`: not zero.
  @usableFromInline let occupied: UnsafeMutablePointer<UInt64>
  /// No word of `occupied` below this one is other than zero.
  @usableFromInline var lowest = 0

  init(frames: Range<Int>) {
    first = UInt32(frames.lowerBound)
    end = UInt32(frames.upperBound)
    // Frame 0 means "none" to callers, so it is never handed out.
    bump = max(first, 1)
    let words = (frames.count + 63) / 64
    unsafe free = Self.zeroes(words)
    unsafe unknown = Self.zeroes(words)
    unsafe occupied = Self.zeroes((words + 63) / 64)
  }

  private static func zeroes(_ count: Int) -> UnsafeMutablePointer<UInt64> {
    let words = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
    unsafe words.initialize(repeating: 0, count: count)
    return unsafe words
  }

  func deallocate() {
    unsafe free.deallocate()
    unsafe unknown.deallocate()
    unsafe occupied.deallocate()
  }

  // SAFETY for all subscripts below: frames lie in `first..<end`, and `init` made a bit for each.

  var freeCount: Int { returned + Int(end - bump) }

  /// The first frame of a block of 2^order and whether its content is unknown, or nil.
  ///
  /// - Complexity: O(1) amortised for single frames, otherwise O(frames skipped to align the block). Blocks are made of frames never
  ///   used.
  @inlinable
  mutating func allocate(order: Int) -> (number: UInt32, isUnknown: Bool)? {
    if order == 0 {
      if returned > 0 { return takeLowest() }
      guard bump < end else { return nil }
      bump &+= 1
      return (bump &- 1, false)
    }
    let size = UInt32(1) &<< UInt32(order)
    let start = (bump &+ size &- 1) & ~(size &- 1)
    guard start < end, size <= end &- start else { return nil }
    while bump < start {
      put(bump, isUnknown: false)
      bump &+= 1
    }
    bump = start &+ size
    return (start, false)
  }

  /// - Parameter isUnknown: whether the block may hold anything but zeroes.
  /// - Complexity: O(frames of the block).
  @inlinable
  mutating func free(_ number: UInt32, order: Int, isUnknown: Bool) {
    for offset in 0..<UInt32(1) &<< UInt32(order) { put(number &+ offset, isUnknown: isUnknown) }
  }

  /// The lowest returned frame. There is one.
  @inlinable
  mutating func takeLowest() -> (number: UInt32, isUnknown: Bool) {
    while unsafe occupied[lowest] == 0 { lowest &+= 1 }
    let word = unsafe lowest &* 64 &+ occupied[lowest].trailingZeroBitCount
    let bit = unsafe free[word] & (~free[word] &+ 1)
    let isUnknown = unsafe unknown[word] & bit != 0
    unsafe free[word] &= ~bit
    unsafe unknown[word] &= ~bit
    if unsafe free[word] == 0 { unsafe occupied[lowest] &= ~(1 &<< UInt64(truncatingIfNeeded: word & 63)) }
    returned &-= 1
    return (first &+ UInt32(truncatingIfNeeded: word &* 64 &+ bit.trailingZeroBitCount), isUnknown)
  }

  @inlinable
  mutating func put(_ number: UInt32, isUnknown: Bool) {
    let index = Int(number &- first)
    let word = index &>> 6
    let bit = UInt64(1) &<< UInt64(truncatingIfNeeded: index & 63)
    unsafe free[word] |= bit
    if isUnknown { unsafe unknown[word] |= bit }
    unsafe occupied[word &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: word & 63)
    lowest = min(lowest, word &>> 6)
    returned &+= 1
  }

  /// Calls `body` with every run of free frames.
  func forEachFree(_ body: (Range<Int>) -> Void) {
    if bump < end { body(Int(bump)..<Int(end)) }
    for word in 0..<(Int(end - first) + 63) / 64 {
      var bits = unsafe free[word]
      while bits != 0 {
        let number = Int(first) + word * 64 + bits.trailingZeroBitCount
        body(number..<number + 1)
        bits &= bits - 1
      }
    }
  }

  /// One sentence per broken invariant: bits and count that disagree.
  var violations: [String] {
    let bits = (0..<(Int(end - first) + 63) / 64).reduce(0) { $0 + (unsafe free[$1]).nonzeroBitCount }
    return bits == returned ? [] : ["\(bits) frames are marked as returned, \(returned) are counted"]
  }
}
