import Addressing
import Formats
import Testing

/// The three laws of ``EntryFormat``, over every level, every property set and extreme addresses.
@Suite struct FormatLawTests {
  private static let flags: [PageProperties] = [
    .read, .write, .execute, .user, .global, .accessed, .dirty,
  ]

  private static var propertySets: [PageProperties] {
    (0..<1 << flags.count).flatMap { bits in
      (0..<8 as Range<UInt8>).map { index in
        var properties = PageProperties()
        for (position, flag) in flags.enumerated() where bits >> position & 1 == 1 { properties.insert(flag) }
        properties.memoryIndex = index
        return properties
      }
    }
  }

  private func roundTrip<F: EntryFormat>(_: F.Type) {
    var encoded = 0
    for level in 1...F.highestLeafLevel {
      let level = Level(level)
      let top = (UInt64(1) << UInt64(F.physicalAddressBits)) - level.slotBytes
      for address in [0, level.slotBytes, top, top / 2 & ~(level.slotBytes - 1)] {
        for var properties in Self.propertySets {
          guard F.supports(properties, at: level) else { continue }
          for (key, software) in [(0, 0), (15, 1023), (5, 0x155)] as [(UInt8, UInt16)] {
            properties.protectionKey = key
            properties.software = software
            guard F.supports(properties, at: level) else { continue }
            let entry = Entry.leaf(PhysicalAddress(address), properties)
            let word = F.encode(entry, at: level)
            encoded += 1
            if word == 0 || F.decode(word, at: level) != entry {
              Issue.record("\(F.name) level \(level.rawValue): \(entry) became 0x\(String(word, radix: 16))")
              return
            }
            for field in F.layout(of: word, at: level) where field.kind == .reserved && field.bits.get(word) != 0 {
              Issue.record("\(F.name) level \(level.rawValue): \(entry) sets reserved bits \(field.bits)")
              return
            }
          }
        }
      }
    }
    #expect(encoded > 1000)
    for level in 2...F.levels {
      for address in [0x1000, (UInt64(1) << UInt64(F.physicalAddressBits)) - 4096] {
        let entry = Entry.table(PhysicalAddress(address))
        #expect(F.decode(F.encode(entry, at: Level(level)), at: Level(level)) == entry)
      }
      #expect(F.decode(0, at: Level(level)) == .absent)
    }
  }

  @Test func x86_64RoundTrips() { roundTrip(X86_64.self) }

  @Test("A layout covers all 64 bits, each once, most significant first") func layouts() {
    for level in 1...X86_64.levels {
      let words: [UInt64] = level == 1 ? [1] : level <= X86_64.highestLeafLevel ? [1, 0x81] : [1]
      for word in words {
        var next = 64
        for field in X86_64.layout(of: word, at: Level(level)) {
          #expect(field.bits.low + field.bits.width == next, "level \(level), field \(field.name)")
          next = field.bits.low
        }
        #expect(next == 0)
      }
    }
  }

  @Test("Write or execute without read cannot be said") func x86Capabilities() {
    #expect(!X86_64.supports([.write], at: .one))
    #expect(!X86_64.supports([.execute], at: .one))
    #expect(X86_64.supports([], at: .one))
    #expect(X86_64.supports([.read, .write, .execute], at: .one))
  }

  @Test("A mapping without read permission is not present to the hardware") func noAccess() {
    let word = X86_64.leaf(PhysicalAddress(0), .user, at: .one)
    #expect(word & 1 == 0)
    #expect(X86_64.decode(word, at: .one) == .leaf(PhysicalAddress(0), .user))
  }

  @Test func canonicalAddresses() {
    for (address, isCanonical) in [
      (0, true), (0x7FFF_FFFF_FFFF, true), (0x8000_0000_0000, false), (0xFFFF_7FFF_FFFF_FFFF, false),
      (0xFFFF_8000_0000_0000, true), (.max, true),
    ] as [(UInt64, Bool)] {
      #expect(X86_64.isCanonical(VirtualAddress(address)) == isCanonical)
    }
  }
}
