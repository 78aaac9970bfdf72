import Addressing
import Formats
import Testing

/// RISC-V, all three modes: words from the manual and from independent encoders, in both directions.
@Suite struct RISCVVectorTests {
  private static func leaf(_ address: PhysicalAddress, _ properties: PageProperties, memory: UInt8 = 0) -> Entry {
    Vector.leaf(address, properties, memory: memory)
  }

  static let vectors: [Vector] = [
    Vector(0x0000_0000_21D9_5001, "pointer", 2, Vector.table),
    Vector(0x0000_0000_048D_14C3, "4K R kernel", leaf(Vector.p4, [.read, .accessed, .dirty])),
    Vector(0x0000_0000_048D_14C7, "4K RW kernel", leaf(Vector.p4, [.read, .write, .accessed, .dirty])),
    Vector(0x0000_0000_048D_14CF, "4K RWX kernel", leaf(Vector.p4, [.read, .write, .execute, .accessed, .dirty])),
    Vector(0x0000_0000_048D_14D7, "4K RW user", leaf(Vector.p4, [.read, .write, .user, .accessed, .dirty])),
    Vector(0x0000_0000_048D_14DB, "4K RX user", leaf(Vector.p4, [.read, .execute, .user, .accessed, .dirty])),
    Vector(0x0000_0000_1008_00C7, "2M RW kernel", 2, leaf(Vector.p2, [.read, .write, .accessed, .dirty])),
    Vector(0x0000_0000_1008_00CF, "2M RWX kernel", 2, leaf(Vector.p2, [.read, .write, .execute, .accessed, .dirty])),
    Vector(0x0000_0000_5000_0043, "1G R kernel, A", 3, leaf(Vector.p1, [.read, .accessed])),
    Vector(
      0x4000_0000_048D_14E7, "4K RW global, IO",
      leaf(Vector.p4, [.read, .write, .global, .accessed, .dirty], memory: 2)),
    Vector(0x2000_0000_048D_14C7, "4K RW, NC", leaf(Vector.p4, [.read, .write, .accessed, .dirty], memory: 1)),
    Vector(
      0x8000_0000_048D_20C7, "64K NAPOT RW",
      leaf(PhysicalAddress(0x1234_0000), [.read, .write, .accessed, .dirty, .contiguous])),
    Vector(0x003F_FFFF_FFFF_FC03, "4K highest address, R", leaf(PhysicalAddress(0x00FF_FFFF_FFFF_F000), [.read])),
    // Asterinas leaves A and D to the caller.
    Vector(0x0000_0000_048D_1417, "Asterinas RW user", leaf(Vector.p4, [.read, .write, .user])),
  ]

  @Test("94. RISC-V words known from outside encode and decode", arguments: vectors) func agrees(_ vector: Vector) {
    vector.check(Sv39.self)
    vector.check(Sv48.self)
    vector.check(Sv57.self)
  }

  @Test("All 16 slots of a 64 KiB page hold one word and translate to their own frames") func napot() {
    let properties: PageProperties = [.read, .write, .accessed, .dirty, .contiguous]
    for slot in 0..<16 as Range<UInt64> {
      let address = PhysicalAddress(0x1234_0000 + slot * 4096)
      let word = Sv39.leaf(address, properties, at: .one)
      #expect(word == 0x8000_0000_048D_20C7)
      #expect(Sv39.leafAddress(word, at: .one) == PhysicalAddress(0x1234_0000))
      #expect(Sv39.leafAddress(word, at: .one, translating: 0x77_0000 + slot * 4096 + 5) == address)
    }
  }

  @Test("Leaves of 512G and 256T stand at levels 4 and 5") func largestLeaves() {
    for (format, level) in [(Sv39.self, 3), (Sv48.self, 4), (Sv57.self, 5)] as [(any EntryFormat.Type, Int)] {
      #expect(format.levels == level && format.highestLeafLevel == level)
    }
    // PPN of 512 GiB: 2^27 frames, at bit 10.
    #expect(Sv48.leaf(PhysicalAddress(1 << 39), .read, at: Level(4)) == 1 << 37 | 0b11)
    #expect(Sv57.leaf(PhysicalAddress(1 << 48), .read, at: Level(5)) == 1 << 46 | 0b11)
  }

  @Test("Write without read and the reserved memory type cannot be said; execute-only can") func capabilities() {
    #expect(!Sv39.supports([.write], at: .one))
    #expect(!Sv39.supports([.write, .execute], at: .one))
    #expect(Sv39.supports([.execute], at: .one))
    #expect(Sv39.leaf(PhysicalAddress(0), .execute, at: .one) == 0b1001)
    var reserved: PageProperties = [.read]
    reserved.memoryIndex = 3
    #expect(!Sv39.supports(reserved, at: .one))
    #expect(!Sv39.supports([.read, .contiguous], at: Level(2)))
  }
}
