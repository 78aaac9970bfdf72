/// What a leaf grants and carries besides its address, the same for every format.
///
/// One word. The bits that x86-64 has stand where x86-64 keeps them, so that family's codec is a mask; others pay a few shifts.
/// Not every format can say everything: ``EntryFormat/supports(_:at:)`` tells, ``FormatCapabilities`` lists it, and encoding
/// anything else traps in debug builds. Nothing is ever dropped: what a format supports it gives back when decoding.
///
/// A leaf without `read`, `write` and `execute` is mapped but grants nothing: hardware treats it as not present, software finds it
/// with all its other properties. Formats that cannot forbid loads alone refuse `write` or `execute` without `read`.
public struct PageProperties: OptionSet, Hashable, Sendable {
  public var rawValue: UInt64

  @inlinable @inline(__always)
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Loads are allowed.
  @inlinable public static var read: Self { Self(rawValue: 1 << 0) }
  /// Stores are allowed, if need be after a first fault that sets ``dirty``.
  @inlinable public static var write: Self { Self(rawValue: 1 << 1) }
  /// Accessible at the user privilege level.
  @inlinable public static var user: Self { Self(rawValue: 1 << 2) }
  /// Set on the first access: by hardware, or by the fault handler where hardware cannot.
  @inlinable public static var accessed: Self { Self(rawValue: 1 << 5) }
  /// Set on the first write: by hardware, or by the fault handler where hardware cannot.
  @inlinable public static var dirty: Self { Self(rawValue: 1 << 6) }
  /// Survives a switch of address spaces in the TLB.
  @inlinable public static var global: Self { Self(rawValue: 1 << 8) }
  /// Instruction fetches are allowed at the privilege level the page belongs to: user's if ``user``, else the kernel's.
  @inlinable public static var execute: Self { Self(rawValue: 1 << 63) }

  /// The leaf owns one reference of every frame that it maps; whoever removes the leaf gives them back. Copies take others. Without
  /// it the leaf is a bare address, such as a device's, and nothing is counted.
  ///
  /// The meaning is ours: the lowest ``software`` bit, which every format has at every level. The frames of a tracked leaf lie in the
  /// arena, and were allocated one by one or as a block that was divided: pieces of a split leaf go back one by one.
  @inlinable public static var tracked: Self { Self(rawValue: 1 << 9) }

  // Bits 12 to 51 are address in an x86-64 entry, so its codec neither reads nor writes what follows.

  /// One of a naturally aligned run of leaves that a TLB may hold as one: AArch64's contiguous bit (16 entries at any leaf level),
  /// RISC-V's Svnapot (16 base pages). Virtual and physical addresses must be congruent modulo the run, and whoever sets it
  /// keeps all entries of the run alike: cursors do not dissolve a run of which they change a part.
  @inlinable public static var contiguous: Self { Self(rawValue: 1 << 12) }
  /// Hardware turns the first write to this writable page into ``dirty`` by itself: AArch64's DBM. Where hardware always does or
  /// never does, a leaf cannot say so.
  @inlinable public static var dirtyTracking: Self { Self(rawValue: 1 << 13) }
  /// Instruction fetches are allowed at the privilege level the page does *not* belong to. AArch64 has an execute-never bit for
  /// each level; elsewhere one bit serves both.
  @inlinable public static var executeElsewhere: Self { Self(rawValue: 1 << 14) }
  /// Only the page's own privilege level may access it, not the more privileged ones: LoongArch's RPLV.
  @inlinable public static var ownLevelOnly: Self { Self(rawValue: 1 << 15) }

  /// Which observers hardware keeps coherent for this page.
  @inlinable
  public var shareability: Shareability {
    get {
      switch (rawValue >> 16) & 0b11 {
      case 0: .inner
      case 1: .outer
      default: .none
      }
    }
    set { rawValue = (rawValue & ~Self.shareabilityMask) | newValue.rawValue << 16 }
  }

  /// AArch64's shareability domains. Everywhere else all processors are coherent, which is ``inner``.
  public enum Shareability: UInt64, CaseIterable, Sendable {
    /// All processors that run one operating system.
    case inner = 0
    /// Other observers of the system too.
    case outer = 1
    /// This processor alone.
    case none = 3
  }

  /// Whether anything at all may be done with the page.
  @inlinable public var grantsAccess: Bool { !isDisjoint(with: [.read, .write, .execute, .executeElsewhere]) }

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

  /// Bits that hardware ignores and software may use, as many as the format has, lowest first: ten at most. Bits 0–2 are this
  /// word's bits 9–11, bits 3–9 its bits 52–58. Bit 0 is ``tracked``.
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
  @inlinable static var shareabilityMask: UInt64 { 0x3_0000 }
  @inlinable static var softwareMask: UInt64 { 0x07F0_0000_0000_0E00 }
}

extension PageProperties: CustomStringConvertible {
  /// `rwx user global accessed dirty`, dashes for missing rights; indices only where not zero, software bits without `tracked`.
  public var description: String {
    var text = contains(.read) ? "r" : "-"
    text += contains(.write) ? "w" : "-"
    text += contains(.execute) ? "x" : "-"
    if contains(.user) { text += " user" }
    if contains(.global) { text += " global" }
    if contains(.accessed) { text += " accessed" }
    if contains(.dirty) { text += " dirty" }
    if contains(.contiguous) { text += " contiguous" }
    if contains(.dirtyTracking) { text += " dirty-tracking" }
    if contains(.executeElsewhere) { text += " execute-elsewhere" }
    if contains(.ownLevelOnly) { text += " own-level-only" }
    if shareability != .inner { text += " shareability \(shareability)" }
    if memoryIndex != 0 { text += " memory \(memoryIndex)" }
    if protectionKey != 0 { text += " key \(protectionKey)" }
    if contains(.tracked) { text += " tracked" }
    let others = subtracting(.tracked).software
    if others != 0 { text += " software 0x" + String(others, radix: 16) }
    return text
  }
}
