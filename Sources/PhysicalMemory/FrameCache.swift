/// One worker's private stack of free frames: 256 bytes, so that neighbours share no cache line.
///
/// A free frame is its number, below 2^31, and in the topmost bit whether its content is unknown; without the bit the frame is all
/// zeroes, and a table that is made in it need not be cleared. In a pool, bits or the frame's record keep it.
///
/// | bytes | field |
/// |---|---|
/// | 0–3 | count |
/// | 16–255 | free frames |
@safe
@usableFromInline
struct FrameCache: Sendable {
  // SENDABLE: touched only by its worker.
  @usableFromInline nonisolated(unsafe) let base: UnsafeMutableRawPointer

  @usableFromInline static var byteCount: Int { 256 }
  @inlinable static var capacity: Int { 60 }
  /// Half: a worker that alternates between allocating and freeing at the border does not touch the pool every time.
  @inlinable static var refill: Int { 30 }
  /// Set in a free frame whose content is unknown.
  @inlinable static var unknownBit: UInt32 { 1 &<< 31 }

  /// - Safety: `base` must point to `byteCount` initialised bytes, 128-byte aligned, that outlive the value.
  @inlinable @inline(__always) @unsafe
  init(_ base: UnsafeMutableRawPointer) {
    unsafe self.base = base
  }

  // SAFETY for all accesses below: offsets stay inside the 256 bytes, since `count` stays in 0...60.

  @inlinable
  var count: Int {
    @inline(__always) get { Int(unsafe base.load(as: UInt32.self)) }
    @inline(__always) nonmutating set {
      unsafe base.storeBytes(of: UInt32(truncatingIfNeeded: newValue), as: UInt32.self)
    }
  }

  /// Pops a free frame. `count` must not be 0.
  @inlinable @inline(__always)
  func pop() -> UInt32 {
    let last = count &- 1
    count = last
    return unsafe base.load(fromByteOffset: 16 &+ last &* 4, as: UInt32.self)
  }

  /// The cached frames' numbers, newest last. Only while the worker does not allocate.
  var numbers: [UInt32] {
    (0..<count).map { unsafe base.load(fromByteOffset: 16 + $0 * 4, as: UInt32.self) & ~Self.unknownBit }
  }

  /// Pushes a free frame. `count` must be below `capacity`.
  @inlinable @inline(__always)
  func push(_ frame: UInt32) {
    let last = count
    unsafe base.storeBytes(of: frame, toByteOffset: 16 &+ last &* 4, as: UInt32.self)
    count = last &+ 1
  }
}
