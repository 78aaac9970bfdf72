public import Addressing
public import Formats

/// A leaf as it stands in a table, or stood before it was taken out: where, to what, with which properties.
public struct Mapping: Hashable, Sendable {
  /// First virtual address the leaf maps, aligned to its size.
  public let virtual: VirtualAddress
  /// First physical address, aligned to its size.
  public let physical: PhysicalAddress
  public let properties: PageProperties
  public let level: Level

  @inlinable @inline(__always)
  public init(virtual: VirtualAddress, physical: PhysicalAddress, properties: PageProperties, level: Level) {
    self.virtual = virtual
    self.physical = physical
    self.properties = properties
    self.level = level
  }

  /// Bytes mapped.
  @inlinable public var byteCount: UInt64 { level.slotBytes }

  /// Everything the leaf maps.
  @inlinable public var range: VirtualRange { VirtualRange(start: virtual, byteCount: level.slotBytes) }

  /// What `address`, which must lie in ``range``, translates to.
  @inlinable
  public func physical(of address: VirtualAddress) -> PhysicalAddress {
    physical &+ (address.rawValue &- virtual.rawValue)
  }
}
