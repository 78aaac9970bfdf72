internal import Addressing

/// Bit positions of RISC-V entries, the same in Sv39, Sv48 and Sv57: RISC-V Instruction Set Manual, volume II, version 20211203,
/// sections 4.4 to 4.6; Svnapot: chapter 5 and its table 5.1; Svpbmt: chapter 6 and its table 6.1. The manual counts levels from 0.
public enum RISCVLayout {
  @inlinable public static var valid: UInt64 { 1 << 0 }
  @inlinable public static var read: UInt64 { 1 << 1 }
  @inlinable public static var write: UInt64 { 1 << 2 }
  @inlinable public static var execute: UInt64 { 1 << 3 }
  @inlinable public static var user: UInt64 { 1 << 4 }
  @inlinable public static var global: UInt64 { 1 << 5 }
  @inlinable public static var accessed: UInt64 { 1 << 6 }
  @inlinable public static var dirty: UInt64 { 1 << 7 }
  /// RSW, bits 9:8: ours, ``PageProperties/software`` bits 1:0.
  @inlinable public static var software: UInt64 { 0b11 << 8 }
  /// PPN, bits 53:10: a physical address shifted right by two.
  @inlinable public static var frameNumber: UInt64 { 0x003F_FFFF_FFFF_FC00 }
  @inlinable public static var frameNumberShift: UInt64 { 2 }
  /// PBMT, bits 62:61.
  @inlinable public static var memoryType: UInt64 { 0b11 << 61 }
  /// N, bit 63: the frame number's low four bits are 1000 and the entry stands in 16 slots.
  @inlinable public static var napot: UInt64 { 1 << 63 }
  /// Bytes that 16 such slots map together.
  @inlinable public static var napotBytes: UInt64 { 64 << 10 }
  /// The pattern 1000 in the frame number, as address bits.
  @inlinable public static var napotPattern: UInt64 { 0b1000 << 12 }

  /// Fields of a leaf at `level`, most significant first.
  static func leafFields(at level: Level, isNAPOT: Bool) -> [LayoutField] {
    var fields = [
      level == .one ? LayoutField(63, "N: one of 16 entries of a 64 KiB page") : LayoutField(63, "reserved", .reserved),
      LayoutField(62, 61, "PBMT: memory type index"),
      LayoutField(60, 54, "reserved", .reserved),
    ]
    let low = Int(level.shift) - Int(frameNumberShift)
    if isNAPOT {
      fields += [LayoutField(53, 14, "physical frame number"), LayoutField(13, 10, "1000: 64 KiB")]
    } else {
      fields.append(LayoutField(53, low, "physical frame number"))
      if level > .one { fields.append(LayoutField(low - 1, 10, "reserved: misaligned if not 0", .reserved)) }
    }
    return fields + [
      LayoutField(9, 8, "RSW: software", .software),
      LayoutField(7, "D: dirty"),
      LayoutField(6, "A: accessed"),
      LayoutField(5, "G: global"),
      LayoutField(4, "U: user"),
      LayoutField(3, "X: execute"),
      LayoutField(2, "W: write"),
      LayoutField(1, "R: read; while V is 0: mapped without access"),
      LayoutField(0, "V: valid"),
    ]
  }

  /// Fields of an entry that points to a table, most significant first.
  static func tableFields() -> [LayoutField] {
    [
      LayoutField(63, 54, "reserved", .reserved),
      LayoutField(53, 10, "frame number of the table below"),
      LayoutField(9, 8, "RSW", .ignored),
      LayoutField(7, "reserved (D of leaves)", .reserved),
      LayoutField(6, "reserved (A of leaves)", .reserved),
      LayoutField(5, "G: global below"),
      LayoutField(4, "reserved (U of leaves)", .reserved),
      LayoutField(3, 1, "XWR: 0 for a pointer"),
      LayoutField(0, "V: valid"),
    ]
  }
}
