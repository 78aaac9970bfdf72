/// A run of bits inside a 64-bit word: the vocabulary in which formats write their layouts.
public struct BitField: Hashable, Sendable {
  /// Position of the least significant bit, 0 to 63.
  public let low: Int
  /// Number of bits, 1 to 64.
  public let width: Int

  @inlinable
  public init(low: Int, width: Int) {
    precondition(low >= 0 && width >= 1 && low + width <= 64, "a bit field must lie inside 64 bits")
    self.low = low
    self.width = width
  }

  /// A single bit.
  @inlinable
  public init(bit: Int) { self.init(low: bit, width: 1) }

  /// The field's bits set, in place.
  @inlinable
  public var mask: UInt64 {
    (width == 64 ? UInt64.max : (1 &<< UInt64(width)) &- 1) &<< UInt64(low)
  }

  /// The field's value, shifted down.
  @inlinable
  public func get(_ word: UInt64) -> UInt64 { (word & mask) &>> UInt64(low) }

  /// `word` with the field replaced by the low bits of `value`.
  @inlinable
  public func set(_ value: UInt64, in word: UInt64) -> UInt64 {
    (word & ~mask) | ((value &<< UInt64(low)) & mask)
  }
}

extension BitField: CustomStringConvertible {
  /// `63`, or `51:12` most significant bit first as manuals write it.
  public var description: String { width == 1 ? "\(low)" : "\(low + width - 1):\(low)" }
}
