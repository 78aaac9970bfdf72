/// What a leaf grants and carries besides its address, the same for every format.
///
/// One word. The bits that x86-64 has stand where x86-64 keeps them, so that family's codec is a mask; others pay a few shifts.
/// Not every format can say everything: ``EntryFormat/supports(_:at:)`` tells, and encoding anything else traps.
public struct PageProperties: OptionSet, Hashable, Sendable {
  public var rawValue: UInt64

  @inlinable @inline(__always)
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Loads are allowed. Without it the page is mapped but not accessible at all.
  @inlinable public static var read: Self { Self(rawValue: 1 << 0) }
  @inlinable public static var write: Self { Self(rawValue: 1 << 1) }
  /// Accessible at the user privilege level.
  @inlinable public static var user: Self { Self(rawValue: 1 << 2) }
  /// Set by hardware on the first access.
  @inlinable public static var accessed: Self { Self(rawValue: 1 << 5) }
  /// Set by hardware on the first write.
  @inlinable public static var dirty: Self { Self(rawValue: 1 << 6) }
  /// Survives a switch of address spaces in the TLB.
  @inlinable public static var global: Self { Self(rawValue: 1 << 8) }
  /// Instruction fetches are allowed.
  @inlinable public static var execute: Self { Self(rawValue: 1 << 63) }

  /// Index into the format's table of memory types (x86-64: PAT index; AArch64: AttrIndx; RISC-V: PBMT; LoongArch: MAT), 0 to 7.
  /// `EntryFormat.memoryType(_:)` gives the type behind it.
  @inlinable
  public var memoryIndex: UInt8 {
    get { UInt8(truncatingIfNeeded: ((rawValue >> 3) & 0b11) | ((rawValue >> 5) & 0b100)) }
    set {
      precondition(newValue < 8, "a memory type index has three bits")
      let bits = UInt64(newValue)
      rawValue = (rawValue & ~Self.memoryMask) | ((bits & 0b11) << 3) | ((bits & 0b100) << 5)
    }
  }

  /// Protection key, 0 to 15.
  @inlinable
  public var protectionKey: UInt8 {
    get { UInt8(truncatingIfNeeded: (rawValue >> 59) & 0xF) }
    set {
      precondition(newValue < 16, "a protection key has four bits")
      rawValue = (rawValue & ~(0xF << 59)) | (UInt64(newValue) << 59)
    }
  }

  /// Ten bits that hardware ignores and software may use: bits 0–2 are the word's bits 9–11, bits 3–9 its bits 52–58.
  @inlinable
  public var software: UInt16 {
    get { UInt16(truncatingIfNeeded: ((rawValue >> 9) & 0b111) | ((rawValue >> 49) & 0b11_1111_1000)) }
    set {
      precondition(newValue < 1024, "there are ten software bits")
      let bits = UInt64(newValue)
      rawValue = (rawValue & ~Self.softwareMask) | ((bits & 0b111) << 9) | ((bits >> 3) << 52)
    }
  }

  @inlinable static var memoryMask: UInt64 { 0x98 }
  @inlinable static var softwareMask: UInt64 { 0x07F0_0000_0000_0E00 }
}

extension PageProperties: CustomStringConvertible {
  /// `rwx user global accessed dirty`, dashes for missing rights; indices only where not zero.
  public var description: String {
    var text = contains(.read) ? "r" : "-"
    text += contains(.write) ? "w" : "-"
    text += contains(.execute) ? "x" : "-"
    if contains(.user) { text += " user" }
    if contains(.global) { text += " global" }
    if contains(.accessed) { text += " accessed" }
    if contains(.dirty) { text += " dirty" }
    if memoryIndex != 0 { text += " memory \(memoryIndex)" }
    if protectionKey != 0 { text += " key \(protectionKey)" }
    if software != 0 { text += " software 0x" + String(software, radix: 16) }
    return text
  }
}
