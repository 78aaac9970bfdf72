public import Addressing

/// x86-64 with four levels of 512 entries: Intel SDM volume 3A, section 4.5; AMD APM volume 2, section 5.3.
///
/// A leaf without read permission is stored not-present with its other bits kept: the processor ignores such a word, so a
/// mapping that grants nothing really grants nothing and is still found by a query. The hardware knows no write without read and
/// no execute without read, so neither does ``supports(_:at:)``.
public enum X86_64: EntryFormat {
  @inlinable public static var name: String { "x86-64" }
  @inlinable public static var summary: String { "x86-64, 4 levels, 48-bit virtual addresses, leaves of 4K, 2M, 1G" }
  @inlinable public static var levels: Int { 4 }
  @inlinable public static var highestLeafLevel: Int { 3 }
  @inlinable public static var virtualAddressBits: Int { 48 }
  @inlinable public static var physicalAddressBits: Int { 52 }
  @inlinable public static var leafStride: UInt64 { frameBytes }

  @inlinable @inline(__always)
  public static func table(_ address: PhysicalAddress) -> UInt64 {
    // Most permissive: rights are the AND of writable and user along the walk, so the leaf alone decides.
    address.rawValue | X86_64Layout.present | X86_64Layout.writable | X86_64Layout.user
  }

  @inlinable @inline(__always)
  public static func leaf(_ address: PhysicalAddress, _ properties: PageProperties, at level: Level) -> UInt64 {
    assert(supports(properties, at: level), "x86-64 cannot write \(properties) at level \(level.rawValue)")
    assert(address.isAligned(to: level.slotBytes), "leaf address \(address) is not aligned to its size")
    // Property bits stand where the hardware has them, but execute permission is the complement of NX.
    let bits = properties.rawValue ^ X86_64Layout.noExecute
    if level == .one { return address.rawValue | bits }
    return address.rawValue | (bits & ~X86_64Layout.pat4K) | X86_64Layout.pageSize
      | ((bits & X86_64Layout.pat4K) &<< X86_64Layout.patShift)
  }

  @inlinable @inline(__always)
  public static func child(_ word: UInt64, at level: Level) -> PhysicalAddress? {
    if level == .one { return nil }
    // Above the highest leaf level bit 7 must be zero, so it need not be looked at.
    let mask =
      level.rawValue > highestLeafLevel ? X86_64Layout.present : X86_64Layout.present | X86_64Layout.pageSize
    // Likely, so that a walk is straight-line code without conditional moves: 1 ns per operation through a cursor.
    guard _fastPath(word & mask == X86_64Layout.present) else { return nil }
    return PhysicalAddress(word & X86_64Layout.address)
  }

  @inlinable @inline(__always)
  public static func leafAddress(_ word: UInt64, at level: Level) -> PhysicalAddress {
    PhysicalAddress(word & X86_64Layout.address & ~(level.slotBytes &- 1))
  }

  @inlinable @inline(__always)
  public static func leafProperties(_ word: UInt64, at level: Level) -> PageProperties {
    let bits = (word & X86_64Layout.properties) ^ X86_64Layout.noExecute
    if level == .one { return PageProperties(rawValue: bits) }
    return PageProperties(
      rawValue: (bits & ~X86_64Layout.pageSize) | ((word &>> X86_64Layout.patShift) & X86_64Layout.pat4K))
  }

  @inlinable
  public static func supports(_ properties: PageProperties, at level: Level) -> Bool {
    properties.rawValue & ~X86_64Layout.properties == 0
      && (properties.contains(.read) || properties.isDisjoint(with: [.write, .execute]))
  }

  /// Power-on page attribute table: write-back, write-through, uncached-minus, uncached, and the same again.
  public static func memoryType(_ index: UInt8) -> MemoryType? {
    switch index & 3 {
    case 0: .writeBack
    case 1: .writeThrough
    case 2: .uncachedMinus
    default: .uncached
    }
  }

  /// Long mode with no-execute and supervisor write protection: Intel SDM volume 3A, sections 2.5 and 4.1.
  public static func controlRegisters(root: PhysicalAddress) -> [ControlRegister] {
    [
      // PG, WP, PE.
      ControlRegister("CR0", 0x8001_0001), ControlRegister("CR3", root.rawValue),
      // PAE.
      ControlRegister("CR4", 0x20),
      // NXE, LMA, LME.
      ControlRegister("EFER", 0xD00),
    ]
  }

  public static func layout(of word: UInt64, at level: Level) -> [LayoutField] {
    if word == 0 { return [LayoutField(BitField(low: 0, width: 64), "absent")] }
    return child(word, at: level) == nil ? X86_64Layout.leafFields(at: level) : X86_64Layout.tableFields(at: level)
  }
}
