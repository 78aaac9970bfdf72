public import Addressing

/// x86-64 entries, the same with four and with five levels: Intel SDM volume 3A, section 4.5; AMD APM volume 2, section 5.3.
///
/// A leaf without read permission is stored not-present with its other bits kept: the processor ignores such a word, so a
/// mapping that grants nothing really grants nothing and is still found by a query. Never zero: without execute NX is set.
/// The hardware knows no write without read and no execute without read, so neither does ``supports(_:at:)``.
public protocol X86_64Format: EntryFormat {}

extension X86_64Format {
  @inlinable public static var highestLeafLevel: Int { 3 }
  @inlinable public static var physicalAddressBits: Int { 52 }
  @inlinable public static var leafStride: UInt64 { frameBytes }
  @inlinable public static var ordinaryMemoryIndex: UInt8 { 0 }

  @inlinable @inline(__always)
  public static func table(_ address: PhysicalAddress) -> UInt64 {
    // Most permissive: rights are the AND of writable and user along the walk, so the leaf alone decides.
    address.rawValue | X86_64Layout.present | X86_64Layout.writable | X86_64Layout.user
  }

  @inlinable @inline(__always)
  public static func leaf(_ address: PhysicalAddress, _ properties: PageProperties, at level: Level) -> UInt64 {
    assert(supports(properties, at: level), "\(name) cannot write \(properties) at level \(level.rawValue)")
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

  @inlinable @inline(__always)
  public static func wordChange(_ change: PropertyChange, at level: Level) -> WordChange? {
    // Property bits stand where the hardware has them, but for the memory type of huge pages.
    var moved = PageProperties()
    moved.memoryIndex = 0b100
    // What the format cannot say may be touched and left out again; its bits are address here.
    guard change.touched.rawValue & ~X86_64Layout.properties == 0,
      level == .one || change.touched.isDisjoint(with: moved)
    else { return nil }
    return WordChange(change, test: 0, expected: 0, inverted: X86_64Layout.noExecute) { $0.rawValue }
  }

  @inlinable
  public static func supports(_ properties: PageProperties, at level: Level) -> Bool {
    properties.rawValue & ~X86_64Layout.properties == 0
      && (properties.contains(.read) || properties.isDisjoint(with: [.write, .execute]))
  }

  /// Power-on page attribute table, 0x0007_0406_0007_0406: write-back, write-through, uncached-minus, uncached, and the same again.
  public static func memoryType(_ index: UInt8) -> MemoryType? {
    switch index {
    case 0, 4: .writeBack
    case 1, 5: .writeThrough
    case 2, 6: .uncachedMinus
    case 3, 7: .uncached
    default: nil
    }
  }

  /// Long mode with no-execute and supervisor write protection: Intel SDM volume 3A, sections 2.5 and 4.1.
  public static func controlRegisters(root: PhysicalAddress) -> [ControlRegister] {
    let la57: UInt64 = levels == 5 ? 0x1000 : 0
    return [
      // PG, WP, PE.
      ControlRegister("CR0", 0x8001_0001), ControlRegister("CR3", root.rawValue),
      // PAE, and LA57 for five levels.
      ControlRegister("CR4", 0x20 | la57),
      // NXE, LMA, LME.
      ControlRegister("EFER", 0xD00),
    ]
  }

  public static func layout(of word: UInt64, at level: Level) -> [LayoutField] {
    if word == 0 { return LayoutField.absent }
    return child(word, at: level) == nil ? X86_64Layout.leafFields(at: level) : X86_64Layout.tableFields(at: level)
  }
}
