import Addressing
import Formats
import Testing

/// AArch64, both regions: words from the manual and from independent encoders, in both directions.
@Suite struct AArch64VectorTests {
  /// The encoders the vectors come from never set nG, so their pages are global.
  private static let kernel: PageProperties = [.read, .accessed, .global]

  private static func leaf(
    _ address: PhysicalAddress, _ properties: PageProperties, memory: UInt8 = 1,
    shareability: PageProperties.Shareability = .inner
  ) -> Entry { Vector.leaf(address, properties, memory: memory, shareability: shareability) }

  static let vectors: [Vector] = [
    Vector(0x0000_0000_8765_4003, "table", 2, Vector.table),
    Vector(0x0060_0000_1234_5787, "page R kernel", leaf(Vector.p4, kernel)),
    Vector(0x0060_0000_1234_5707, "page RW kernel", leaf(Vector.p4, kernel.union(.write))),
    Vector(0x0040_0000_1234_5707, "page RWX kernel", leaf(Vector.p4, kernel.union([.write, .execute]))),
    Vector(0x0060_0000_1234_5747, "page RW user", leaf(Vector.p4, kernel.union([.write, .user]))),
    Vector(0x0020_0000_1234_57C7, "page RX user", leaf(Vector.p4, kernel.union([.execute, .user]))),
    Vector(
      0x0060_0000_1234_5403, "page RW device kernel",
      leaf(Vector.p4, kernel.union(.write), memory: 0, shareability: .none)),
    Vector(0x0060_0000_1234_570B, "page RW non-cacheable kernel", leaf(Vector.p4, kernel.union(.write), memory: 2)),
    Vector(0x0060_0000_4020_0705, "2M block RW kernel", 2, leaf(Vector.p2, kernel.union(.write))),
    Vector(0x0060_0000_1234_5F47, "page RW user, nG", leaf(Vector.p4, [.read, .write, .user, .accessed])),
    Vector(
      0x0068_0000_1234_5FC7, "page RW user writable-clean, DBM nG",
      leaf(Vector.p4, [.read, .write, .user, .accessed, .dirtyTracking])),
    Vector(
      0x0070_0000_1234_0707, "contiguous page RW kernel",
      leaf(PhysicalAddress(0x1234_0000), kernel.union([.write, .contiguous]))),
    Vector(
      0x0060_0001_4000_0401, "1G block RW device kernel", 3,
      leaf(Vector.p1, kernel.union(.write), memory: 0, shareability: .none)),
  ]

  @Test("94. AArch64 words known from outside encode and decode", arguments: vectors) func agrees(_ vector: Vector) {
    vector.check(AArch64.self)
    vector.check(AArch64Upper.self)
  }

  @Test("Execute-never bits are per privilege level, whoever the page belongs to") func executeNever() {
    let pxn: UInt64 = 1 << 53
    let uxn: UInt64 = 1 << 54
    let rows: [(PageProperties, UInt64)] = [
      ([.read], pxn | uxn), ([.read, .execute], uxn), ([.read, .executeElsewhere], pxn),
      ([.read, .execute, .executeElsewhere], 0), ([.read, .user], pxn | uxn), ([.read, .user, .execute], pxn),
      ([.read, .user, .executeElsewhere], uxn), ([.read, .user, .execute, .executeElsewhere], 0),
    ]
    for (properties, expected) in rows {
      #expect(AArch64.leaf(PhysicalAddress(0), properties, at: .one) & (pxn | uxn) == expected, "\(properties)")
    }
  }

  @Test("Dirty is AP[2] where hardware tracks it and a software bit elsewhere") func dirty() {
    let dirtyModifier: UInt64 = 1 << 51
    let readOnly: UInt64 = 1 << 7
    let software: UInt64 = 1 << 55
    let rows: [(PageProperties, UInt64)] = [
      ([.read, .write], 0), ([.read, .write, .dirty], software), ([.read], readOnly),
      ([.read, .dirty], readOnly | software), ([.read, .write, .dirtyTracking], dirtyModifier | readOnly),
      ([.read, .write, .dirtyTracking, .dirty], dirtyModifier),
    ]
    for (properties, expected) in rows {
      let word = AArch64.leaf(PhysicalAddress(0), properties, at: .one)
      #expect(word & (dirtyModifier | readOnly | software) == expected, "\(properties)")
    }
    #expect(!AArch64.supports([.read, .dirtyTracking], at: .one))
  }

  @Test("An all-zero and an invalid entry are no blocks") func invalid() {
    #expect(AArch64.decode(0, at: Level(3)) == .absent)
    let word = AArch64.leaf(PhysicalAddress(0), [], at: Level(2))
    #expect(word & 0b11 == 0b10)
    // Bit 1 with bit 0 is a table above level 1 and a page in it.
    #expect(AArch64.decode(0x8765_4003, at: .one) != Vector.table)
  }

  @Test("One region's tree holds no address of the other") func regions() {
    #expect(AArch64.userRange.end == VirtualAddress(0xFFFF_FFFF_F000))
    #expect(AArch64.kernelRange.byteCount == 0)
    #expect(AArch64Upper.userRange.byteCount == 0)
    #expect(AArch64Upper.kernelRange.start == VirtualAddress(0xFFFF_0000_0000_0000))
  }
}
