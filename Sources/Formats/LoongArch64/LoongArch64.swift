public import Addressing

/// LoongArch with four levels (PT, Dir1, Dir2, Dir3) of 512 entries and 48-bit addresses; see ``LoongArch64Layout``.
///
/// - A directory entry that points to a table is the bare address: it has no valid bit, and what tells it from a huge leaf is H
///   alone. In a level-1 table the same bit is G. So nothing can be read without the level, and no table may lie at address 0.
/// - The hardware right to store is D, which traps while clear so that software can note the first write. W says that software may
///   then set it. `write` is W, and D is set only where `write` and `dirty` both are; a page that is dirty and no longer
///   writable keeps that in our bit 11.
/// - No accessed bit exists. P, which the TLB does not hold, serves as ours.
/// - A leaf that grants nothing has V clear; NR and NX are then set and keep the word from being zero.
public enum LoongArch64: EntryFormat {
  @inlinable public static var name: String { "loongarch64" }
  @inlinable public static var summary: String {
    "LoongArch, 4 levels, 48-bit virtual addresses, leaves of 4K, 2M, 1G"
  }
  @inlinable public static var levels: Int { 4 }
  @inlinable public static var highestLeafLevel: Int { 3 }
  @inlinable public static var virtualAddressBits: Int { 48 }
  @inlinable public static var physicalAddressBits: Int { 48 }
  @inlinable public static var leafStride: UInt64 { frameBytes }
  @inlinable public static var ordinaryMemoryIndex: UInt8 { 1 }

  @inlinable @inline(__always)
  public static func table(_ address: PhysicalAddress) -> UInt64 {
    assert(address.rawValue != 0, "LoongArch cannot tell a table at address 0 from an absent one")
    return address.rawValue
  }

  @inlinable @inline(__always)
  public static func leaf(_ address: PhysicalAddress, _ properties: PageProperties, at level: Level) -> UInt64 {
    assert(supports(properties, at: level), "LoongArch cannot write \(properties) at level \(level.rawValue)")
    assert(address.isAligned(to: level.slotBytes), "leaf address \(address) is not aligned to its size")
    let p = properties.rawValue
    let valid = properties.isDisjoint(with: [.read, .write, .execute]) ? 0 : LoongArch64Layout.valid
    let write = p & 2
    let dirty = (p &>> 5) & 2
    let user = p & 4
    let stores = write & dirty | (dirty & ~write) &<< 10 | write &<< 7
    let level1 = (p &>> 2) & LoongArch64Layout.basicGlobal
    let above = (p &<< 4) & LoongArch64Layout.hugeGlobal | LoongArch64Layout.huge
    let lower =
      user | user &<< 1 | (p & 0x18) &<< 1 | (p &<< 2) & LoongArch64Layout.accessed | p & LoongArch64Layout.software
    let never =
      ((p &<< 61) & LoongArch64Layout.noRead | (p &>> 1) & LoongArch64Layout.noExecute)
      ^ (LoongArch64Layout.noRead | LoongArch64Layout.noExecute)
    return address.rawValue | valid | stores | (level == .one ? level1 : above) | lower | never
      | (p &<< 48) & LoongArch64Layout.restrictedLevel
  }

  @inlinable @inline(__always)
  public static func child(_ word: UInt64, at level: Level) -> PhysicalAddress? {
    // Likely: see `X86_64Format.child`.
    if level == .one || _slowPath(word == 0) || _slowPath(word & LoongArch64Layout.huge != 0) { return nil }
    return PhysicalAddress(word & LoongArch64Layout.address)
  }

  @inlinable @inline(__always)
  public static func leafAddress(_ word: UInt64, at level: Level) -> PhysicalAddress {
    PhysicalAddress(level.slotStart(of: word & LoongArch64Layout.address))
  }

  @inlinable @inline(__always)
  public static func leafProperties(_ word: UInt64, at level: Level) -> PageProperties {
    let isValid = word & LoongArch64Layout.valid != 0
    let execute = (~word & LoongArch64Layout.noExecute) &<< 1
    let read = (~word & LoongArch64Layout.noRead) &>> 61
    let write = (word | word &>> 7) & 2
    let dirty = (word | word &>> 10) & 2
    let global =
      level == .one ? (word & LoongArch64Layout.basicGlobal) &<< 2 : (word & LoongArch64Layout.hugeGlobal) &>> 4
    return PageProperties(
      rawValue: (isValid ? execute | read | write : 0) | dirty &<< 5 | global
        | word & (word &>> 1) & 4 | (word & LoongArch64Layout.memoryType) &>> 1
        | (word & LoongArch64Layout.accessed) &>> 2 | word & LoongArch64Layout.software
        | (word & LoongArch64Layout.restrictedLevel) &>> 48)
  }

  @inlinable @inline(__always)
  public static func wordChange(_ change: PropertyChange, at level: Level) -> WordChange? {
    var direct: PageProperties = [.write, .accessed]
    direct.software = 0b11
    guard change.touched.isSubset(of: direct) else { return nil }
    // Where a page that may be read is clean, W is a bit of its own; a dirty one has D or its stand-in, by W.
    let state =
      LoongArch64Layout.valid | LoongArch64Layout.noRead | LoongArch64Layout.dirty | LoongArch64Layout.readOnlyDirty
    return WordChange(change, test: state, expected: LoongArch64Layout.valid) { properties in
      let p = properties.rawValue
      return (p & 2) &<< 7 | (p &<< 2) & LoongArch64Layout.accessed | p & LoongArch64Layout.software
    }
  }

  @inlinable
  public static func supports(_ properties: PageProperties, at level: Level) -> Bool {
    var sayable: PageProperties = [.read, .write, .execute, .user, .accessed, .dirty, .global, .ownLevelOnly]
    sayable.memoryIndex = 0b11
    sayable.software = 0b11
    return properties.isSubset(of: sayable) && properties.memoryIndex != 3
  }

  /// MAT: strongly-ordered uncached, coherent cached, weakly-ordered uncached; 3 is reserved.
  public static func memoryType(_ index: UInt8) -> MemoryType? {
    switch index {
    case 0: .stronglyOrderedUncached
    case 1: .coherentCached
    case 2: .weaklyOrderedUncached
    default: nil
    }
  }

  /// One tree for both halves, walked by LDDIR and LDPTE in the geometry of PWCL and PWCH: reference manual volume 1, section 7.5.
  public static func controlRegisters(root: PhysicalAddress) -> [ControlRegister] {
    [
      ControlRegister("PGDL", root.rawValue), ControlRegister("PGDH", root.rawValue),
      ControlRegister("PWCL", 12 | 9 << 5 | 21 << 10 | 9 << 15 | 30 << 20 | 9 << 25),
      ControlRegister("PWCH", 39 | 9 << 6),
      // PG: mapped address translation on.
      ControlRegister("CRMD", 0x10),
    ]
  }

  public static func layout(of word: UInt64, at level: Level) -> [LayoutField] {
    if word == 0 { return LayoutField.absent }
    return child(word, at: level) == nil ? LoongArch64Layout.leafFields(at: level) : LoongArch64Layout.tableFields()
  }
}
