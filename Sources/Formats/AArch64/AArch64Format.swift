public import Addressing

/// AArch64 stage 1 descriptors, 4 KiB granule, four levels, 48-bit addresses; see ``AArch64Layout``.
///
/// - A leaf that grants nothing has bit 0 clear, so hardware ignores the rest; bit 1 is then set at every level as our marker,
///   which keeps the word from being zero and from being a table. The privileged level can always load what is valid, so
///   ``supports(_:at:)`` refuses every other right without `read`. (Execute-only for EL0 is a kernel page with
///   `executeElsewhere`.)
/// - Dirty state: with `dirtyTracking` it is AP[2], as hardware keeps it; without, our bit 55, so that it survives a change to
///   read-only.
/// - Each region of the address space has a tree of its own (TTBR0_EL1, TTBR1_EL1), which index the same 48 bits: one tree for
///   both would alias them. ``AArch64`` is the lower region, ``AArch64Upper`` the upper one.
/// - Changing the size, address or memory type of a live entry needs break-before-make; that is the editor's duty.
public protocol AArch64Format: EntryFormat {}

extension AArch64Format {
  @inlinable public static var levels: Int { 4 }
  @inlinable public static var highestLeafLevel: Int { 3 }
  @inlinable public static var virtualAddressBits: Int { 48 }
  @inlinable public static var physicalAddressBits: Int { 48 }
  @inlinable public static var leafStride: UInt64 { frameBytes }
  @inlinable public static var ordinaryMemoryIndex: UInt8 { 1 }

  /// The top 16 bits are all zero or all one. Bit 47 is an address bit like the others, not a sign.
  @inlinable
  public static func isCanonical(_ address: VirtualAddress) -> Bool {
    let top = address.rawValue &>> 48
    return top == 0 || top == 0xFFFF
  }

  @inlinable @inline(__always)
  public static func table(_ address: PhysicalAddress) -> UInt64 {
    address.rawValue | AArch64Layout.tableOrPage | AArch64Layout.valid
  }

  @inlinable @inline(__always)
  public static func leaf(_ address: PhysicalAddress, _ properties: PageProperties, at level: Level) -> UInt64 {
    assert(supports(properties, at: level), "\(name) cannot write \(properties) at level \(level.rawValue)")
    assert(address.isAligned(to: level.slotBytes), "leaf address \(address) is not aligned to its size")
    let p = properties.rawValue
    let read = p & 1
    // A page is 11 and a block 01; without access both are 10.
    let kind = level == .one ? read | AArch64Layout.tableOrPage : 2 &- read
    let isTracked = properties.contains(.dirtyTracking)
    let readOnly = (isTracked ? p &<< 1 : p &<< 6) & AArch64Layout.readOnly ^ AArch64Layout.readOnly
    let softwareDirty = isTracked ? 0 : (p &<< 49) & AArch64Layout.softwareDirty
    let execute = executeNever(user: p &>> 2, own: p &>> 63, other: p &>> 14)
    let fields =
      (p & 0x18) &>> 1 | (p & 0x80) &>> 3 | (p &<< 4) & AArch64Layout.user
      | ((p &>> 8) & AArch64Layout.shareability ^ AArch64Layout.shareability)
      | (p &<< 5) & AArch64Layout.accessed | ((p &<< 3) & AArch64Layout.notGlobal ^ AArch64Layout.notGlobal)
    let upper =
      (p &<< 38) & AArch64Layout.dirtyModifier | (p &<< 40) & AArch64Layout.contiguous
      | (p &<< 47) & AArch64Layout.software
    return address.rawValue | kind | readOnly | softwareDirty | execute | fields | upper
  }

  /// PXN and UXN. Arguments count by their lowest bit.
  @inlinable @inline(__always)
  static func executeNever(user: UInt64, own: UInt64, other: UInt64) -> UInt64 {
    // Where the page is a user's, its own level is EL0 and the two change places.
    let exchange = (own ^ other) & user
    let privileged = (own ^ exchange) & 1
    let unprivileged = (other ^ exchange) & 1
    return (privileged &<< 53 | unprivileged &<< 54)
      ^ (AArch64Layout.privilegedExecuteNever | AArch64Layout.userExecuteNever)
  }

  @inlinable @inline(__always)
  public static func child(_ word: UInt64, at level: Level) -> PhysicalAddress? {
    if level == .one { return nil }
    let kind = AArch64Layout.valid | AArch64Layout.tableOrPage
    // Likely: see `X86_64Format.child`.
    guard _fastPath(word & kind == kind) else { return nil }
    return PhysicalAddress(word & AArch64Layout.address)
  }

  @inlinable @inline(__always)
  public static func leafAddress(_ word: UInt64, at level: Level) -> PhysicalAddress {
    PhysicalAddress(level.slotStart(of: word & AArch64Layout.address))
  }

  @inlinable @inline(__always)
  public static func leafProperties(_ word: UInt64, at level: Level) -> PageProperties {
    let isTracked = word & AArch64Layout.dirtyModifier != 0
    let writable = (word & AArch64Layout.readOnly ^ AArch64Layout.readOnly) &>> 7
    let write = isTracked ? 1 : writable
    let dirty = (isTracked ? writable : 0) | (word & AArch64Layout.softwareDirty) &>> 55
    let user = (word & AArch64Layout.user) &>> 6
    let privileged = ~word &>> 53 & 1
    let unprivileged = ~word &>> 54 & 1
    let exchange = (privileged ^ unprivileged) & user
    let rights =
      word & AArch64Layout.valid | write &<< 1 | user &<< 2 | dirty &<< 6
      | (privileged ^ exchange) &<< 63 | (unprivileged ^ exchange) &<< 14
    let fields =
      (word & 0b1100) &<< 1 | (word & 0x10) &<< 3 | (word & AArch64Layout.accessed) &>> 5
      | (word & AArch64Layout.notGlobal ^ AArch64Layout.notGlobal) &>> 3
      | (word & AArch64Layout.shareability ^ AArch64Layout.shareability) &<< 8
    let upper =
      (word & AArch64Layout.software) &>> 47 | (word & AArch64Layout.contiguous) &>> 40
      | (word & AArch64Layout.dirtyModifier) &>> 38
    return PageProperties(rawValue: rights | fields | upper)
  }

  @inlinable @inline(__always)
  public static func wordChange(_ change: PropertyChange, at level: Level) -> WordChange? {
    var direct: PageProperties = [.write, .accessed, .dirty, .global]
    direct.software = 0b111
    guard change.touched.isSubset(of: direct) else { return nil }
    // Without hardware's dirty tracking these have bits of their own, AP[2] and nG upside down.
    return WordChange(
      change, test: AArch64Layout.dirtyModifier | AArch64Layout.valid, expected: AArch64Layout.valid,
      inverted: AArch64Layout.readOnly | AArch64Layout.notGlobal
    ) { properties in
      let p = properties.rawValue
      return (p &<< 6) & AArch64Layout.readOnly | (p &<< 49) & AArch64Layout.softwareDirty
        | (p &<< 5) & AArch64Layout.accessed | (p &<< 3) & AArch64Layout.notGlobal | (p &<< 47) & AArch64Layout.software
    }
  }

  @inlinable
  public static func supports(_ properties: PageProperties, at level: Level) -> Bool {
    var sayable: PageProperties = [
      .read, .write, .execute, .executeElsewhere, .user, .accessed, .dirty, .global, .contiguous, .dirtyTracking,
    ]
    sayable.memoryIndex = 0b111
    sayable.software = 0b111
    sayable.shareability = .none
    // Shareability 1 is reserved, which is our 2; none, our 3, covers both bits of the mask.
    return properties.isSubset(of: sayable) && (properties.rawValue &>> 16) & 0b11 != 2
      && (properties.contains(.read) || !properties.grantsAccess)
      && (properties.contains(.write) || !properties.contains(.dirtyTracking))
  }

  /// MAIR_EL1 = 0x44_FF04, what is left out being zero.
  public static func memoryType(_ index: UInt8) -> MemoryType? {
    switch index {
    case 0: .deviceNGnRE
    case 1: .writeBack
    case 2: .nonCacheable
    case 3...7: .deviceNGnRnE
    default: nil
    }
  }

  /// Both regions of 48 bits with 4 KiB granules and 48-bit physical addresses, walks disabled for the region that is not this tree's:
  /// Arm ARM DDI 0487, sections D17.2 and D24.2 (MAIR_EL1, TCR_EL1, TTBR0_EL1, TTBR1_EL1, SCTLR_EL1).
  public static func controlRegisters(root: PhysicalAddress) -> [ControlRegister] {
    let isUpper = userRange.byteCount == 0
    // T0SZ = T1SZ = 16, 4 KiB granules (TG0 = 0, TG1 = 2), inner-shareable write-back walks, IPS = 5 (48 bits).
    let geometry: UInt64 = 16 | 16 << 16 | 2 << 30 | 0b11_0101 << 8 | 0b11_0101 << 24 | 5 << 32
    // EPD0 or EPD1 stops walks of the other region.
    let otherRegion: UInt64 = isUpper ? 1 << 7 : 1 << 23
    return [
      ControlRegister("MAIR_EL1", 0x44_FF04), ControlRegister("TCR_EL1", geometry | otherRegion),
      ControlRegister(isUpper ? "TTBR1_EL1" : "TTBR0_EL1", root.rawValue),
      // M: stage 1 translation on.
      ControlRegister("SCTLR_EL1", 1),
    ]
  }

  public static func layout(of word: UInt64, at level: Level) -> [LayoutField] {
    if word == 0 { return LayoutField.absent }
    return child(word, at: level) == nil ? AArch64Layout.leafFields(at: level) : AArch64Layout.tableFields()
  }
}
