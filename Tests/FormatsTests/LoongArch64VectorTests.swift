import Addressing
import Formats
import Testing

/// LoongArch: words from the manual and from independent encoders, in both directions.
///
/// The encoders the vectors come from always set P, which is our `accessed`, and set D with W, which is our `dirty`.
@Suite struct LoongArch64VectorTests {
  private static let readable: PageProperties = [.read, .accessed]
  private static let writable: PageProperties = [.read, .write, .accessed, .dirty]

  private static func leaf(
    _ address: PhysicalAddress, _ properties: PageProperties, memory: UInt8 = 1, software: UInt16 = 0
  ) -> Entry { Vector.leaf(address, properties, memory: memory, software: software) }

  static let vectors: [Vector] = [
    Vector(0x0000_0000_8765_4000, "directory", 2, Vector.table),
    Vector(0x4000_0000_1234_5091, "4K R kernel NX", leaf(Vector.p4, readable)),
    Vector(0x4000_0000_1234_5193, "4K RW kernel NX", leaf(Vector.p4, writable)),
    Vector(0x0000_0000_1234_5193, "4K RWX kernel", leaf(Vector.p4, writable.union(.execute))),
    Vector(0x4000_0000_1234_519F, "4K RW user NX", leaf(Vector.p4, writable.union(.user))),
    Vector(0x0000_0000_1234_509D, "4K RX user", leaf(Vector.p4, readable.union([.execute, .user]))),
    Vector(0x4000_0000_1234_5183, "4K RW device NX", leaf(Vector.p4, writable, memory: 0)),
    Vector(0x4000_0000_1234_51A3, "4K RW uncached NX", leaf(Vector.p4, writable, memory: 2)),
    Vector(0x4000_0000_4020_01D3, "2M RW kernel NX", 2, leaf(Vector.p2, writable)),
    Vector(0x4000_0000_1234_51D3, "4K RW kernel global NX", leaf(Vector.p4, writable.union(.global))),
    Vector(0x4000_0000_4020_11D3, "2M RW kernel global NX", 2, leaf(Vector.p2, writable.union(.global))),
    Vector(
      0x8000_0000_1234_509D, "4K RX user, RPLV", leaf(Vector.p4, readable.union([.execute, .user, .ownLevelOnly]))),
    // Asterinas marks basic entries with bit 9, a software bit, and keeps accessed in P as we do.
    Vector(
      0x4000_0000_1234_531F, "Asterinas RW user",
      leaf(Vector.p4, [.read, .write, .user, .dirty], software: 1)),
  ]

  @Test("94. LoongArch words known from outside encode and decode", arguments: vectors) func agrees(_ vector: Vector) {
    vector.check(LoongArch64.self)
  }

  @Test("Bit 6 is global in a leaf table and huge above") func levelDecides() {
    let word: UInt64 = 0x4000_0000_4020_01D3
    #expect(LoongArch64.decode(word, at: .one) == Self.leaf(Vector.p2, Self.writable.union(.global)))
    #expect(LoongArch64.decode(word, at: Level(2)) == Self.leaf(Vector.p2, Self.writable))
    #expect(LoongArch64.child(word, at: Level(2)) == nil)
    // Without bit 6 the same entry is a table one level up.
    #expect(LoongArch64.child(0x4020_0000, at: Level(2)) == Vector.p2)
    #expect(LoongArch64.child(0x4020_0000, at: .one) == nil)
    #expect(LoongArch64.child(0, at: Level(2)) == nil)
  }

  @Test("Stores trap until a page is dirty; a read-only page stays dirty") func dirty() {
    let bits: UInt64 = 1 << 11 | 1 << 8 | 1 << 1
    let rows: [(PageProperties, UInt64)] = [
      ([.read], 0), ([.read, .write], 1 << 8), ([.read, .write, .dirty], 1 << 8 | 1 << 1), ([.read, .dirty], 1 << 11),
    ]
    for (properties, expected) in rows {
      #expect(LoongArch64.leaf(PhysicalAddress(0), properties, at: .one) & bits == expected, "\(properties)")
    }
  }

  @Test("All eight combinations of read, write and execute exist") func rights() {
    #expect(FormatCapabilities(of: LoongArch64.self).rights.count == 8)
    // NR alone, NX alone.
    #expect(LoongArch64.leaf(PhysicalAddress(0), .execute, at: .one) == 1 << 61 | 1)
    #expect(LoongArch64.leaf(PhysicalAddress(0), .read, at: .one) == 1 << 62 | 1)
  }
}
