internal import Addressing

/// Bit positions of x86-64 paging-structure entries: Intel SDM volume 3A (325384-083), section 4.5, tables 4-14 to 4-20.
///
/// The same names serve the codec (masks) and people (``leafFields(at:)``, ``tableFields(at:)``), so the drawing cannot drift
/// from the code.
public enum X86_64Layout {
  @inlinable public static var present: UInt64 { 1 << 0 }
  @inlinable public static var writable: UInt64 { 1 << 1 }
  @inlinable public static var user: UInt64 { 1 << 2 }
  /// Bit 7 of a 4 KiB leaf: high bit of the PAT index.
  @inlinable public static var pat4K: UInt64 { 1 << 7 }
  /// Bit 7 of a PDE or PDPTE: this is a leaf.
  @inlinable public static var pageSize: UInt64 { 1 << 7 }
  /// In huge leaves the high bit of the PAT index sits at 12 instead of 7.
  @inlinable public static var patShift: UInt64 { 5 }
  @inlinable public static var noExecute: UInt64 { 1 << 63 }
  /// Bits 51:12.
  @inlinable public static var address: UInt64 { 0x000F_FFFF_FFFF_F000 }
  /// Everything in a 4 KiB leaf that is not address.
  @inlinable public static var properties: UInt64 { ~address }

  /// Fields of a leaf at `level`, most significant first.
  static func leafFields(at level: Level) -> [LayoutField] {
    var fields = [
      LayoutField(BitField(bit: 63), "NX: no execute"),
      LayoutField(BitField(low: 59, width: 4), "protection key"),
      LayoutField(BitField(low: 52, width: 7), "software", .software),
    ]
    let addressLow = Int(level.shift)
    fields.append(LayoutField(BitField(low: addressLow, width: 52 - addressLow), "physical address"))
    if level == .one {
      fields.append(LayoutField(BitField(low: 9, width: 3), "software", .software))
    } else {
      fields.append(LayoutField(BitField(low: 13, width: addressLow - 13), "reserved", .reserved))
      fields.append(LayoutField(BitField(bit: 12), "PAT: memory type index, high bit"))
      fields.append(LayoutField(BitField(low: 9, width: 3), "software", .software))
    }
    fields.append(LayoutField(BitField(bit: 8), "G: global"))
    fields.append(
      LayoutField(BitField(bit: 7), level == .one ? "PAT: memory type index, high bit" : "PS: leaf at this level"))
    fields += [
      LayoutField(BitField(bit: 6), "D: dirty"),
      LayoutField(BitField(bit: 5), "A: accessed"),
      LayoutField(BitField(bit: 4), "PCD: memory type index, bit 1"),
      LayoutField(BitField(bit: 3), "PWT: memory type index, bit 0"),
      LayoutField(BitField(bit: 2), "US: user"),
      LayoutField(BitField(bit: 1), "RW: writable"),
      LayoutField(BitField(bit: 0), "P: present"),
    ]
    return fields
  }

  /// Fields of an entry that points to a table, most significant first.
  static func tableFields(at level: Level) -> [LayoutField] {
    let bit7 =
      level.rawValue > X86_64.highestLeafLevel
      ? LayoutField(BitField(bit: 7), "reserved", .reserved) : LayoutField(BitField(bit: 7), "PS: leaf at this level")
    return [
      LayoutField(BitField(bit: 63), "NX: no execute below"),
      LayoutField(BitField(low: 52, width: 11), "ignored", .ignored),
      LayoutField(BitField(low: 12, width: 40), "address of the table below"),
      LayoutField(BitField(low: 8, width: 4), "ignored", .ignored),
      bit7,
      LayoutField(BitField(bit: 6), "ignored", .ignored),
      LayoutField(BitField(bit: 5), "A: accessed"),
      LayoutField(BitField(bit: 4), "PCD"),
      LayoutField(BitField(bit: 3), "PWT"),
      LayoutField(BitField(bit: 2), "US: user below"),
      LayoutField(BitField(bit: 1), "RW: writable below"),
      LayoutField(BitField(bit: 0), "P: present"),
    ]
  }
}
