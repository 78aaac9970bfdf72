/// A half-open range of virtual addresses.
///
/// `end` is representable, so no range reaches 2^64: the topmost page of the address space can never be part of one.
public struct VirtualRange: Hashable, Sendable {
  public let start: VirtualAddress
  public let end: VirtualAddress

  @inlinable @inline(__always)
  public init(_ start: VirtualAddress, _ end: VirtualAddress) {
    self.start = start
    self.end = end
  }

  /// `byteCount` bytes from `start`; the end wraps on overflow and the range is then empty.
  @inlinable @inline(__always)
  public init(start: VirtualAddress, byteCount: UInt64) {
    self.init(start, start &+ byteCount)
  }

  /// Bytes covered, 0 for an empty or reversed range.
  @inlinable
  public var byteCount: UInt64 { end > start ? end.rawValue &- start.rawValue : 0 }

  @inlinable
  public func contains(_ address: VirtualAddress) -> Bool { start <= address && address < end }

  /// The part that also lies in `other`; empty if none does.
  @inlinable
  public func clipped(to other: VirtualRange) -> VirtualRange {
    VirtualRange(Swift.max(start, other.start), Swift.min(end, other.end))
  }
}

extension Level {
  /// Everything the slot that holds `address` covers. The last slot of the address space is cut at its topmost page, so that its
  /// end is representable.
  @inlinable @inline(__always)
  public func slotRange(of address: VirtualAddress) -> VirtualRange {
    let start = slotStart(of: address.rawValue)
    let end = start &+ slotBytes
    return VirtualRange(VirtualAddress(start), VirtualAddress(end == 0 ? end &- frameBytes : end))
  }
}

extension VirtualRange: CustomStringConvertible {
  public var description: String { "\(start)..<\(end)" }
}
