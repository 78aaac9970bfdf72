import Addressing
import Formats
import Testing

/// A word whose meaning is known from outside this project.
struct Vector: Sendable, CustomTestStringConvertible {
  let name: String
  let level: Int
  let entry: Entry
  let word: UInt64

  var testDescription: String { name }

  init(name: String, level: Int, entry: Entry, word: UInt64) {
    self.name = name
    self.level = level
    self.entry = entry
    self.word = word
  }

  init(_ word: UInt64, _ name: String, _ level: Int, _ entry: Entry) {
    self.init(name: name, level: level, entry: entry, word: word)
  }

  /// In a leaf table.
  init(_ word: UInt64, _ name: String, _ entry: Entry) { self.init(word, name, 1, entry) }

  /// Addresses that most vectors map: of a 4K, a 2M and a 1G leaf, and of a table.
  static let p4 = PhysicalAddress(0x1234_5000)
  static let p2 = PhysicalAddress(0x4020_0000)
  static let p1 = PhysicalAddress(0x1_4000_0000)
  static let table = Entry.table(PhysicalAddress(0x8765_4000))

  static func leaf(
    _ address: PhysicalAddress, _ properties: PageProperties, memory: UInt8 = 0, software: UInt16 = 0,
    shareability: PageProperties.Shareability = .inner
  ) -> Entry {
    var properties = properties
    properties.memoryIndex = memory
    properties.software = software
    properties.shareability = shareability
    return .leaf(address, properties)
  }

  /// Encodes, decodes, and has no reserved bit.
  func check<F: EntryFormat>(_: F.Type) {
    let level = Level(level)
    let encoded = F.encode(entry, at: level)
    #expect(encoded == word, "\(F.name) encodes 0x\(String(encoded, radix: 16)) for 0x\(String(word, radix: 16))")
    #expect(F.decode(word, at: level) == entry, "\(F.name)")
    for field in F.layout(of: word, at: level) where field.kind == .reserved {
      #expect(field.bits.get(word) == 0, "\(F.name), bits \(field.bits)")
    }
  }
}
