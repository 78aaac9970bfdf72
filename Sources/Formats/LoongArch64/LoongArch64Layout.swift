internal import Addressing

/// Bit positions of LoongArch entries: LoongArch Reference Manual, volume 1, version 1.10, "Multi-level page table structure supported
/// by page walking", the figures of basic and huge page table entries. Level 1 is the manual's PT, 2 to 4 its Dir1 to Dir3.
public enum LoongArch64Layout {
  @inlinable public static var valid: UInt64 { 1 << 0 }
  /// D: stores do not trap.
  @inlinable public static var dirty: UInt64 { 1 << 1 }
  /// PLV, bits 3:2.
  @inlinable public static var privilegeLevel: UInt64 { 0b11 << 2 }
  /// MAT, bits 5:4.
  @inlinable public static var memoryType: UInt64 { 0b11 << 4 }
  /// Bit 6 of a basic entry: global.
  @inlinable public static var basicGlobal: UInt64 { 1 << 6 }
  /// Bit 6 of a directory entry: this is a huge leaf.
  @inlinable public static var huge: UInt64 { 1 << 6 }
  /// P, bit 7, not loaded into the TLB: ours, accessed.
  @inlinable public static var accessed: UInt64 { 1 << 7 }
  /// W, bit 8, not loaded into the TLB: may become dirty.
  @inlinable public static var write: UInt64 { 1 << 8 }
  /// Bits 10:9, ours: ``PageProperties/software`` bits 1:0.
  @inlinable public static var software: UInt64 { 0b11 << 9 }
  /// Bit 11, ours: dirty although not writable.
  @inlinable public static var readOnlyDirty: UInt64 { 1 << 11 }
  /// Bit 12 of a huge entry.
  @inlinable public static var hugeGlobal: UInt64 { 1 << 12 }
  /// Bits 47:12.
  @inlinable public static var address: UInt64 { 0x0000_FFFF_FFFF_F000 }
  @inlinable public static var noRead: UInt64 { 1 << 61 }
  @inlinable public static var noExecute: UInt64 { 1 << 62 }
  /// RPLV, bit 63: exactly PLV may access, not lower numbers too.
  @inlinable public static var restrictedLevel: UInt64 { 1 << 63 }

  /// Fields of a leaf at `level`, most significant first.
  static func leafFields(at level: Level) -> [LayoutField] {
    var fields = [
      LayoutField(63, "RPLV: only PLV itself may access"),
      LayoutField(62, "NX: no execute"),
      LayoutField(61, "NR: no read"),
      LayoutField(60, 48, "reserved", .reserved),
      LayoutField(47, Int(level.shift), "physical address"),
    ]
    if level > .one {
      fields += [
        LayoutField(Int(level.shift) - 1, 13, "reserved", .reserved),
        LayoutField(12, "G: global"),
      ]
    }
    return fields + [
      LayoutField(11, "software: dirty while W is 0", .software),
      LayoutField(10, 9, "software", .software),
      LayoutField(8, "W: may be written"),
      LayoutField(7, "P: kept as accessed", .software),
      LayoutField(6, level == .one ? "G: global" : "H: huge leaf"),
      LayoutField(5, 4, "MAT: memory type index"),
      LayoutField(3, 2, "PLV: 0 kernel, 3 user"),
      LayoutField(1, "D: dirty, stores do not trap"),
      LayoutField(0, "V: valid"),
    ]
  }

  /// Fields of a directory entry that points to a table, most significant first.
  static func tableFields() -> [LayoutField] {
    [
      LayoutField(63, 48, "reserved", .reserved),
      LayoutField(47, 12, "address of the table below"),
      LayoutField(11, 7, "reserved", .reserved),
      LayoutField(6, "H: 0 for a table"),
      LayoutField(5, 0, "reserved", .reserved),
    ]
  }
}
