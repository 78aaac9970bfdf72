import Addressing
import Formats
import Testing

/// x86-64, four and five levels: words from the processor manual and from independent encoders, in both directions.
@Suite struct X86_64VectorTests {
  private static let p4 = Vector.p4
  private static let p2 = Vector.p2
  private static let p1 = Vector.p1

  private static func leaf(
    _ address: PhysicalAddress, _ properties: PageProperties, memory: UInt8 = 0, key: UInt8 = 0
  ) -> Entry {
    var properties = properties
    properties.protectionKey = key
    return Vector.leaf(address, properties, memory: memory)
  }

  static let vectors: [Vector] = [
    Vector(name: "table", level: 2, entry: .table(.init(0x8765_4000)), word: 0x0000_0000_8765_4007),
    Vector(name: "4K R kernel NX", level: 1, entry: leaf(p4, .read), word: 0x8000_0000_1234_5001),
    Vector(name: "4K RW kernel NX", level: 1, entry: leaf(p4, [.read, .write]), word: 0x8000_0000_1234_5003),
    Vector(
      name: "4K RWX kernel", level: 1, entry: leaf(p4, [.read, .write, .execute]), word: 0x0000_0000_1234_5003),
    Vector(
      name: "4K RW user NX", level: 1, entry: leaf(p4, [.read, .write, .user]), word: 0x8000_0000_1234_5007),
    Vector(name: "4K RX user", level: 1, entry: leaf(p4, [.read, .execute, .user]), word: 0x0000_0000_1234_5005),
    Vector(
      name: "4K RW kernel uncached NX", level: 1, entry: leaf(p4, [.read, .write], memory: 3),
      word: 0x8000_0000_1234_501B),
    Vector(
      name: "4K RW user NX, A D", level: 1, entry: leaf(p4, [.read, .write, .user, .accessed, .dirty]),
      word: 0x8000_0000_1234_5067),
    Vector(
      name: "4K RW global NX, memory index 3", level: 1, entry: leaf(p4, [.read, .write, .global], memory: 3),
      word: 0x8000_0000_1234_511B),
    Vector(
      name: "4K RW NX, PAT", level: 1, entry: leaf(p4, [.read, .write], memory: 4), word: 0x8000_0000_1234_5083),
    Vector(name: "2M RW NX", level: 2, entry: leaf(p2, [.read, .write]), word: 0x8000_0000_4020_0083),
    Vector(
      name: "2M RW NX, PAT", level: 2, entry: leaf(p2, [.read, .write], memory: 4), word: 0x8000_0000_4020_1083),
    Vector(
      name: "1G RW global NX", level: 3, entry: leaf(p1, [.read, .write, .global]), word: 0x8000_0001_4000_0183),
    Vector(
      name: "4K highest address", level: 1, entry: leaf(.init(0x000F_FFFF_FFFF_F000), [.read, .execute]),
      word: 0x000F_FFFF_FFFF_F001),
    Vector(
      name: "4K user RX, key 5", level: 1, entry: leaf(.init(0x1000), [.read, .execute, .user], key: 5),
      word: 0x2800_0000_0000_1005),
    // Asterinas sets bit 7 on every leaf; read by the hardware's rules that is the PAT bit, index 4.
    Vector(
      name: "Asterinas RW user", level: 1, entry: leaf(p4, [.read, .write, .user], memory: 4),
      word: 0x8000_0000_1234_5087),
    Vector(name: "Asterinas no access, user", level: 1, entry: leaf(p4, .user, memory: 4), word: 0x8000_0000_1234_5084),
  ]

  @Test("94. x86-64 words known from outside encode and decode", arguments: vectors) func agrees(_ vector: Vector) {
    vector.check(X86_64.self)
    vector.check(X86_64LA57.self)
  }
}
