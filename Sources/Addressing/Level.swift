/// Depth of a table node, counted from the leaves: 1 is the table whose entries map base pages.
///
/// One slot of a node at level L covers `slotBytes`; the node covers 512 of them. All supported formats use 4 KiB base pages and
/// nine index bits per level. Manuals count otherwise: x86-64 calls level 1 PT, 2 PD, 3 PDPT, 4 PML4; AArch64 calls level 1
/// "lookup level 3"; RISC-V counts from 0.
public struct Level: Hashable, Comparable, Sendable {
  public let rawValue: Int

  @inlinable @inline(__always)
  public init(_ rawValue: Int) { self.rawValue = rawValue }

  /// The leaf table.
  @inlinable public static var one: Level { Level(1) }

  @inlinable @inline(__always)
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  @inlinable @inline(__always)
  public var above: Level { Level(rawValue &+ 1) }

  @inlinable @inline(__always)
  public var below: Level { Level(rawValue &- 1) }

  /// Lowest address bit of this level's index: 12, 21, 30, …
  @inlinable @inline(__always)
  public var shift: UInt64 { UInt64(truncatingIfNeeded: rawValue &* 9 &+ 3) }

  /// Bytes covered by one slot of a node at this level, which is also the size of a leaf here.
  @inlinable @inline(__always)
  public var slotBytes: UInt64 { 1 &<< shift }

  /// Bytes covered by a whole node at this level.
  @inlinable @inline(__always)
  public var nodeBytes: UInt64 { 1 &<< (shift &+ 9) }

  /// Slot of `address` in its node at this level, 0 to 511.
  @inlinable @inline(__always)
  public func index(of address: UInt64) -> Int {
    Int(truncatingIfNeeded: (address &>> shift) & 511)
  }

  /// First address of the slot that holds `address`.
  @inlinable @inline(__always)
  public func slotStart(of address: UInt64) -> UInt64 { address & ~(slotBytes &- 1) }

  /// First address of the node that holds `address`.
  @inlinable @inline(__always)
  public func nodeStart(of address: UInt64) -> UInt64 { address & ~(nodeBytes &- 1) }

  /// Whether both addresses lie in the same node at this level.
  @inlinable @inline(__always)
  public func sameNode(_ a: UInt64, _ b: UInt64) -> Bool { (a ^ b) < nodeBytes }
}

/// Entries in one table node.
@inlinable public var entriesPerNode: Int { 512 }
/// Bytes of a base page, a table node and a frame.
@inlinable public var frameBytes: UInt64 { 4096 }
