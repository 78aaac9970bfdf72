/// What a frame is to the buddy pool of its span: one byte of its record.
@usableFromInline
struct BlockState: Equatable {
  @usableFromInline let rawValue: UInt8

  @inlinable @inline(__always)
  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Not the first frame of a block. Also what zeroed records say, and so the reserved frame 0, which therefore joins nothing.
  @inlinable static var none: Self { Self(rawValue: 0) }

  /// First frame of a free block of 2^order frames.
  @inlinable @inline(__always)
  static func free(_ order: Int) -> Self { Self(rawValue: 0x80 | UInt8(truncatingIfNeeded: order)) }

  /// First frame of a block that is in a worker's cache or in use.
  @inlinable @inline(__always)
  static func handedOut(_ order: Int) -> Self { Self(rawValue: 0x40 | UInt8(truncatingIfNeeded: order)) }
}
