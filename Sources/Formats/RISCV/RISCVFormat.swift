public import Addressing

/// RISC-V entries, the same with three, four and five levels, with Svnapot and Svpbmt; see ``RISCVLayout``. Leaves may stand at
/// every level, the root included.
///
/// A leaf that grants nothing has V clear, so hardware ignores all its bits; R is set beside the clear V as our marker, which
/// keeps the word from being zero. Execute-only pages exist; write without read is reserved, so ``supports(_:at:)`` refuses it.
///
/// Svnapot: all 16 entries of a 64 KiB page are the same word, so the slot decides which of its 16 frames is meant:
/// ``leafAddress(_:at:)`` gives the first of them, ``leafAddress(_:at:translating:)`` the slot's.
public protocol RISCVFormat: EntryFormat {}

extension RISCVFormat {
  @inlinable public static var highestLeafLevel: Int { levels }
  @inlinable public static var virtualAddressBits: Int { levels &* 9 &+ 12 }
  @inlinable public static var physicalAddressBits: Int { 56 }
  @inlinable public static var leafStride: UInt64 { frameBytes >> RISCVLayout.frameNumberShift }
  @inlinable public static var ordinaryMemoryIndex: UInt8 { 0 }

  @inlinable @inline(__always)
  public static func hasStride(_ properties: PageProperties) -> Bool { !properties.contains(.contiguous) }

  @inlinable @inline(__always)
  public static func table(_ address: PhysicalAddress) -> UInt64 {
    address.rawValue &>> RISCVLayout.frameNumberShift | RISCVLayout.valid
  }

  @inlinable @inline(__always)
  public static func leaf(_ address: PhysicalAddress, _ properties: PageProperties, at level: Level) -> UInt64 {
    assert(supports(properties, at: level), "\(name) cannot write \(properties) at level \(level.rawValue)")
    assert(address.isAligned(to: level.slotBytes), "leaf address \(address) is not aligned to its size")
    let p = properties.rawValue
    let rights = (p & 0b11) &<< 1 | (p &>> 60) & RISCVLayout.execute
    let rest =
      (p &<< 2) & RISCVLayout.user | (p &>> 3) & RISCVLayout.global | (p & 0x60) &<< 1
      | (p &>> 1) & RISCVLayout.software | (p &<< 58) & RISCVLayout.memoryType
    let word = rights | (rights == 0 ? RISCVLayout.read : RISCVLayout.valid) | rest
    if properties.contains(.contiguous) {
      let run = address.rawValue & ~(RISCVLayout.napotBytes &- 1) | RISCVLayout.napotPattern
      return word | run &>> RISCVLayout.frameNumberShift | RISCVLayout.napot
    }
    return word | address.rawValue &>> RISCVLayout.frameNumberShift
  }

  @inlinable @inline(__always)
  public static func child(_ word: UInt64, at level: Level) -> PhysicalAddress? {
    if level == .one { return nil }
    let kind = RISCVLayout.valid | RISCVLayout.read | RISCVLayout.write | RISCVLayout.execute
    // Likely: see `X86_64Format.child`.
    guard _fastPath(word & kind == RISCVLayout.valid) else { return nil }
    return PhysicalAddress((word & RISCVLayout.frameNumber) &<< RISCVLayout.frameNumberShift)
  }

  @inlinable @inline(__always)
  public static func leafAddress(_ word: UInt64, at level: Level) -> PhysicalAddress {
    let address = (word & RISCVLayout.frameNumber) &<< RISCVLayout.frameNumberShift
    if level == .one {
      return PhysicalAddress(
        word & RISCVLayout.napot == 0 ? address : address & ~(RISCVLayout.napotBytes &- 1))
    }
    return PhysicalAddress(level.slotStart(of: address))
  }

  @inlinable @inline(__always)
  public static func leafAddress(_ word: UInt64, at level: Level, translating virtual: UInt64) -> PhysicalAddress {
    let address = leafAddress(word, at: level)
    if level > .one || word & RISCVLayout.napot == 0 { return address }
    return address &+ (Level.one.slotStart(of: virtual) & (RISCVLayout.napotBytes &- 1))
  }

  @inlinable @inline(__always)
  public static func leafProperties(_ word: UInt64, at level: Level) -> PageProperties {
    // The three rights count only while V is set; the rest always does.
    let rights = word & RISCVLayout.valid == 0 ? 0 : word
    let napot = level == .one ? (word & RISCVLayout.napot) &>> 51 : 0
    return PageProperties(
      rawValue: (rights &>> 1) & 0b11 | (rights & RISCVLayout.execute) &<< 60 | (word & RISCVLayout.user) &>> 2
        | (word & RISCVLayout.global) &<< 3 | (word &>> 1) & 0x60 | (word & RISCVLayout.software) &<< 1
        | (word & RISCVLayout.memoryType) &>> 58 | napot)
  }

  @inlinable @inline(__always)
  public static func wordChange(_ change: PropertyChange, at level: Level) -> WordChange? {
    var direct: PageProperties = [.write, .execute, .user, .accessed, .dirty, .global]
    direct.software = 0b11
    guard change.touched.isSubset(of: direct) else { return nil }
    // A page that may not even be read has another spelling.
    let readable = RISCVLayout.valid | RISCVLayout.read
    return WordChange(change, test: readable, expected: readable) { properties in
      let p = properties.rawValue
      return (p & 2) &<< 1 | (p &>> 60) & RISCVLayout.execute | (p &<< 2) & RISCVLayout.user
        | (p &>> 3) & RISCVLayout.global | (p & 0x60) &<< 1 | (p &>> 1) & RISCVLayout.software
    }
  }

  @inlinable
  public static func supports(_ properties: PageProperties, at level: Level) -> Bool {
    var sayable: PageProperties = [.read, .write, .execute, .user, .accessed, .dirty, .global]
    if level == .one { sayable.insert(.contiguous) }
    sayable.memoryIndex = 0b11
    sayable.software = 0b11
    return properties.isSubset(of: sayable) && properties.memoryIndex != 3
      && (properties.contains(.read) || !properties.contains(.write))
  }

  /// Svpbmt: what the platform says, non-cacheable, input and output; 3 is reserved.
  public static func memoryType(_ index: UInt8) -> MemoryType? {
    switch index {
    case 0: .platform
    case 1: .nonCacheable
    case 2: .inputOutput
    default: nil
    }
  }

  /// satp with MODE 8 (Sv39), 9 (Sv48) or 10 (Sv57) and address space 0: privileged specification, section 12.1.11.
  public static func controlRegisters(root: PhysicalAddress) -> [ControlRegister] {
    [ControlRegister("satp", UInt64(levels + 5) << 60 | root.rawValue >> 12)]
  }

  public static func layout(of word: UInt64, at level: Level) -> [LayoutField] {
    if word == 0 { return LayoutField.absent }
    if child(word, at: level) != nil { return RISCVLayout.tableFields() }
    return RISCVLayout.leafFields(at: level, isNAPOT: level == .one && word & RISCVLayout.napot != 0)
  }
}
