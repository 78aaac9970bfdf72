/// An address as the memory bus sees it: what a page table translates to. In this project, an offset into the arena that
/// stands for physical memory, or any number a caller wants mapped.
public struct PhysicalAddress: Hashable, Comparable, Sendable {
  public var rawValue: UInt64

  @inlinable @inline(__always)
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  @inlinable @inline(__always)
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// Adds `bytes`, wrapping at 2^64.
  @inlinable @inline(__always)
  public static func &+ (a: Self, bytes: UInt64) -> Self { Self(a.rawValue &+ bytes) }

  /// Whether the address is a multiple of `bytes`, a power of two.
  @inlinable @inline(__always)
  public func isAligned(to bytes: UInt64) -> Bool { rawValue & (bytes &- 1) == 0 }
}

extension PhysicalAddress: CustomStringConvertible {
  public var description: String { "0x" + String(rawValue, radix: 16) }
}
