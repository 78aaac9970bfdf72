internal import Addressing

/// Bit positions of AArch64 stage 1 descriptors with a 4 KiB granule and 48-bit addresses: Arm Architecture Reference Manual for
/// A-profile (DDI 0487, issue J.a), section D8.3, VMSAv8-64 descriptor formats. The manual calls our level 4 "level 0" and our
/// level 1 "level 3".
public enum AArch64Layout {
  @inlinable public static var valid: UInt64 { 1 << 0 }
  /// Bit 1: of a valid descriptor, a table or a page instead of a block. Set on our leaves without access.
  @inlinable public static var tableOrPage: UInt64 { 1 << 1 }
  /// AttrIndx, bits 4:2.
  @inlinable public static var memoryIndex: UInt64 { 0b111 << 2 }
  /// AP[1], bit 6: EL0 may access.
  @inlinable public static var user: UInt64 { 1 << 6 }
  /// AP[2], bit 7.
  @inlinable public static var readOnly: UInt64 { 1 << 7 }
  /// SH, bits 9:8.
  @inlinable public static var shareability: UInt64 { 0b11 << 8 }
  /// AF, bit 10.
  @inlinable public static var accessed: UInt64 { 1 << 10 }
  /// nG, bit 11.
  @inlinable public static var notGlobal: UInt64 { 1 << 11 }
  /// Bits 47:12.
  @inlinable public static var address: UInt64 { 0x0000_FFFF_FFFF_F000 }
  /// DBM, bit 51: writable, and AP[2] says clean.
  @inlinable public static var dirtyModifier: UInt64 { 1 << 51 }
  @inlinable public static var contiguous: UInt64 { 1 << 52 }
  @inlinable public static var privilegedExecuteNever: UInt64 { 1 << 53 }
  @inlinable public static var userExecuteNever: UInt64 { 1 << 54 }
  /// Bit 55, ours: dirty where DBM is clear, so that hardware does not say.
  @inlinable public static var softwareDirty: UInt64 { 1 << 55 }
  /// Bits 58:56, ours: ``PageProperties/software`` bits 2:0.
  @inlinable public static var software: UInt64 { 0b111 << 56 }

  /// Fields of a leaf at `level`, most significant first.
  static func leafFields(at level: Level) -> [LayoutField] {
    var fields = [
      LayoutField(63, "ignored", .ignored),
      LayoutField(62, 59, "PBHA: implementation defined", .ignored),
      LayoutField(58, 56, "software", .software),
      LayoutField(55, "software: dirty while DBM is 0", .software),
      LayoutField(54, "UXN: EL0 does not execute"),
      LayoutField(53, "PXN: EL1 does not execute"),
      LayoutField(52, "contiguous: one of 16 alike"),
      LayoutField(51, "DBM: writable, AP[2] says clean"),
      LayoutField(50, "GP: guarded page, written as 0", .ignored),
      LayoutField(49, 48, "reserved", .reserved),
      LayoutField(47, Int(level.shift), "physical address"),
    ]
    if level > .one {
      fields += [
        LayoutField(Int(level.shift) - 1, 17, "reserved", .reserved),
        LayoutField(16, "nT: block being changed, written as 0", .ignored),
        LayoutField(15, 12, "reserved", .reserved),
      ]
    }
    return fields + [
      LayoutField(11, "nG: not global"),
      LayoutField(10, "AF: accessed"),
      LayoutField(9, 8, "SH: 0 none, 2 outer, 3 inner"),
      LayoutField(7, "AP[2]: read-only; with DBM: clean"),
      LayoutField(6, "AP[1]: EL0 may access"),
      LayoutField(5, "NS: non-secure, written as 0", .ignored),
      LayoutField(4, 2, "AttrIndx: memory type index"),
      LayoutField(1, level == .one ? "1: page" : "0: block; 1 while bit 0 is 0: mapped without access"),
      LayoutField(0, "valid"),
    ]
  }

  /// Fields of a descriptor that points to a table, most significant first.
  static func tableFields() -> [LayoutField] {
    [
      LayoutField(63, "NSTable: written as 0"),
      LayoutField(62, 61, "APTable: rights taken away below"),
      LayoutField(60, "UXNTable: EL0 executes nothing below"),
      LayoutField(59, "PXNTable: EL1 executes nothing below"),
      LayoutField(58, 51, "ignored", .ignored),
      LayoutField(50, 48, "reserved", .reserved),
      LayoutField(47, 12, "address of the table below"),
      LayoutField(11, 2, "ignored", .ignored),
      LayoutField(1, "1: table"),
      LayoutField(0, "valid"),
    ]
  }
}
