/// An address as a program sees it: what a page table translates from.
///
/// A plain 64-bit value. Whether it is canonical depends on the format's address width, so formats check that; this type does
/// not.
public struct VirtualAddress: Hashable, Comparable, Sendable {
  public var rawValue: UInt64

  @inlinable @inline(__always)
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  @inlinable @inline(__always)
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// Adds `bytes`, wrapping at 2^64. Cursors compare positions with wrapping-safe arithmetic, so no trap is needed here.
  @inlinable @inline(__always)
  public static func &+ (a: Self, bytes: UInt64) -> Self { Self(a.rawValue &+ bytes) }

  /// Whether the address is a multiple of `bytes`, a power of two.
  @inlinable @inline(__always)
  public func isAligned(to bytes: UInt64) -> Bool { rawValue & (bytes &- 1) == 0 }
}

extension VirtualAddress: CustomStringConvertible {
  public var description: String { "0x" + String(rawValue, radix: 16) }
}
