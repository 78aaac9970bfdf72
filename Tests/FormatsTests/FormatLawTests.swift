import Addressing
import Formats
import Testing

/// What ``EntryFormat`` promises, for every format, every level, every property set, every memory type and extreme addresses.
@Suite struct FormatLawTests {
  static let formats: [any EntryFormat.Type] = FormatRegistry.all + [AArch64Upper.self]

  /// Everything that a format says it can say, at some level.
  private static func propertySets(_ capabilities: FormatCapabilities) -> [PageProperties] {
    let flags = FormatCapabilities.propertyNames.map(\.property).filter { capabilities.properties.isSuperset(of: $0) }
    return (0..<1 << flags.count).flatMap { bits in
      var properties = PageProperties()
      for (position, flag) in flags.enumerated() where bits >> position & 1 == 1 { properties.insert(flag) }
      return capabilities.memoryTypes.flatMap { memory in
        capabilities.shareabilities.map { shareability in
          properties.memoryIndex = memory.index
          properties.shareability = shareability
          return properties
        }
      }
    }
  }

  private static func addresses<F: EntryFormat>(_: F.Type, _ level: Level) -> [PhysicalAddress] {
    let top = (UInt64(1) << UInt64(F.physicalAddressBits)) - level.slotBytes
    return [0, level.slotBytes, top, level.slotStart(of: top / 2)].map { PhysicalAddress($0) }
  }

  @Test(arguments: formats) func leavesRoundTrip(_ format: any EntryFormat.Type) { leavesRoundTripIn(format) }

  private func leavesRoundTripIn<F: EntryFormat>(_: F.Type) {
    let capabilities = FormatCapabilities(of: F.self)
    let allSoftware = UInt16((1 << capabilities.softwareBits) - 1)
    let decorations: [(key: UInt8, software: UInt16)] = [
      (0, 0), (UInt8(capabilities.protectionKeys - 1), allSoftware), (0, allSoftware & 0x155),
    ]
    let sets = Self.propertySets(capabilities)
    var encoded = 0
    for level in (1...F.highestLeafLevel).map({ Level($0) }) {
      // Reserved bits by kind of leaf: the layout depends on the word only by that.
      var reserved: [Bool: UInt64] = [:]
      for address in Self.addresses(F.self, level) {
        for var properties in sets where F.supports(properties, at: level) {
          for decoration in decorations {
            properties.protectionKey = decoration.key
            properties.software = decoration.software
            let word = F.leaf(address, properties, at: level)
            encoded += 1
            let isSpread = !F.hasStride(properties)
            let decoded = PhysicalAddress(isSpread ? address.rawValue & ~0xFFFF : address.rawValue)
            let mask =
              reserved[isSpread]
              ?? F.layout(of: word, at: level).filter { $0.kind == .reserved || $0.kind == .ignored }.reduce(0) {
                $0 | $1.bits.mask
              }
            reserved[isSpread] = mask
            let isRight =
              word != 0 && word & mask == 0 && F.decode(word, at: level) == .leaf(decoded, properties)
              && F.leafAddress(word, at: level, translating: address.rawValue) == address
              // In all families bit 0 is what makes hardware look at an entry at all.
              && (word & 1 == 1) == properties.grantsAccess
            if !isRight {
              Issue.record(
                "level \(level.rawValue): \(properties) at \(address) became 0x\(String(word, radix: 16)), which means \(F.decode(word, at: level)), reserved bits 0x\(String(word & mask, radix: 16))"
              )
              return
            }
          }
        }
      }
    }
    #expect(encoded > 1000)
  }

  @Test(arguments: formats) func tablesRoundTrip(_ format: any EntryFormat.Type) { tablesRoundTripIn(format) }

  private func tablesRoundTripIn<F: EntryFormat>(_: F.Type) {
    for level in (2...F.levels).map({ Level($0) }) {
      // 0 is no table's address: the allocator keeps that frame back.
      for address in [0x1000, 0x8765_4000, (UInt64(1) << UInt64(F.physicalAddressBits)) - 4096] {
        let entry = Entry.table(PhysicalAddress(address))
        let word = F.encode(entry, at: level)
        #expect(word != 0)
        #expect(F.decode(word, at: level) == entry)
        #expect(F.child(word, at: level) == PhysicalAddress(address))
        for field in F.layout(of: word, at: level) where field.kind == .reserved || field.kind == .ignored {
          #expect(field.bits.get(word) == 0, "level \(level.rawValue), bits \(field.bits)")
        }
      }
    }
    for level in (1...F.levels).map({ Level($0) }) {
      #expect(F.decode(0, at: level) == .absent)
      #expect(F.encode(.absent, at: level) == 0)
      #expect(F.child(0, at: level) == nil)
    }
  }

  @Test("A leaf is never taken for a table, at any level and at physical address 0 (87, 88)", arguments: formats)
  func leavesAreNoTables(_ format: any EntryFormat.Type) { leavesAreNoTablesIn(format) }

  private func leavesAreNoTablesIn<F: EntryFormat>(_ format: F.Type) {
    for level in (1...F.highestLeafLevel).map({ Level($0) }) {
      for properties in [[], .read, [.read, .write, .execute, .user]] as [PageProperties] {
        #expect(F.child(F.leaf(PhysicalAddress(0), properties, at: level), at: level) == nil)
      }
    }
  }

  @Test("What a format does not list is refused, and what it lists at a level it lists below", arguments: formats)
  func capabilitiesAreComplete(_ format: any EntryFormat.Type) { capabilitiesAreCompleteIn(format) }

  private func capabilitiesAreCompleteIn<F: EntryFormat>(_ format: F.Type) {
    let capabilities = FormatCapabilities(of: format)
    for level in (1...F.highestLeafLevel).map({ Level($0) }) {
      for (property, name) in FormatCapabilities.propertyNames {
        let properties = PageProperties([.read, .write]).union(property)
        if !capabilities.properties.isSuperset(of: property) {
          #expect(!F.supports(properties, at: level), "\(name)")
        }
        // Splitting gives the pieces the properties of the whole.
        if level > .one && F.supports(properties, at: level) {
          #expect(F.supports(properties, at: level.below), "\(name)")
        }
      }
      // Bits that mean nothing yet must not be dropped silently.
      for bit in 18..<52 { #expect(!F.supports(PageProperties(rawValue: 1 << UInt64(bit) | 1), at: level)) }
      #expect(!F.supports(PageProperties(rawValue: 2 << 16 | 1), at: level), "reserved shareability")
      for index in 0..<8 as Range<UInt8> {
        var properties: PageProperties = .read
        properties.memoryIndex = index
        #expect(F.supports(properties, at: level) == (F.memoryType(index) != nil), "memory type \(index)")
      }
      #expect(F.supports([], at: level) && F.supports([.read, .write, .execute, .user], at: level))
    }
    #expect(F.memoryType(8) == nil)
    let ordinary = F.memoryType(F.ordinaryMemoryIndex)
    #expect([.writeBack, .coherentCached, .platform].contains(ordinary))
    #expect(capabilities.leafLevels.count == F.highestLeafLevel)
  }

  @Test("Consecutive frames differ by the stride", arguments: formats)
  func stride(_ format: any EntryFormat.Type) { strideIn(format) }

  private func strideIn<F: EntryFormat>(_ format: F.Type) {
    for properties in Self.propertySets(FormatCapabilities(of: format))
    where F.supports(properties, at: .one) && F.hasStride(properties) {
      let word = F.leaf(PhysicalAddress(0x7FFF_F000), properties, at: .one)
      #expect(word &+ F.leafStride == F.leaf(PhysicalAddress(0x8000_0000), properties, at: .one))
    }
  }

  @Test("A layout covers all 64 bits, each once, most significant first", arguments: formats)
  func layouts(_ format: any EntryFormat.Type) { layoutsIn(format) }

  private func layoutsIn<F: EntryFormat>(_ format: F.Type) {
    for level in (1...F.levels).map({ Level($0) }) {
      var words: [UInt64] = [0]
      if level > .one { words.append(F.table(PhysicalAddress(0x1000))) }
      if level.rawValue <= F.highestLeafLevel {
        for properties in [[], .read, [.read, .write, .execute], [.read, .contiguous]] as [PageProperties]
        where F.supports(properties, at: level) {
          words.append(F.leaf(PhysicalAddress(0), properties, at: level))
        }
      }
      for word in words {
        var next = 64
        for field in F.layout(of: word, at: level) {
          #expect(field.bits.low + field.bits.width == next, "level \(level.rawValue), field \(field.name)")
          next = field.bits.low
        }
        #expect(next == 0)
      }
    }
  }

  @Test("Names are unique and found again") func names() {
    #expect(Set(FormatRegistry.all.map { $0.name }).count == FormatRegistry.all.count)
    for format in FormatRegistry.all { #expect((FormatRegistry.named(format.name) == format) as Bool) }
    #expect(FormatRegistry.named("vax") == nil)
  }

  @Test("x86-64 has no write or execute without read") func x86Capabilities() {
    #expect(!X86_64.supports([.write], at: .one))
    #expect(!X86_64.supports([.execute], at: .one))
    #expect(X86_64.supports([], at: .one))
    #expect(X86_64.supports([.read, .write, .execute], at: .one))
  }

  @Test("Capabilities print as a table of what can be said") func capabilityText() {
    let text = FormatCapabilities(of: Sv57.self).description
    #expect(text.contains("leaves: 4K, 2M, 1G, 512G, 256T"))
    #expect(text.contains("rights: ---, r--, rw-, --x, r-x, rwx"))
    #expect(text.contains("memory types: 0 platform, 1 non-cacheable, 2 io"))
    #expect(text.contains("contiguous runs of 16: 4K"))
    #expect(text.contains("software bits: 2"))
    #expect(FormatCapabilities(of: X86_64.self).description.contains("protection keys: 16"))
    #expect(FormatCapabilities(of: AArch64.self).description.contains("shareability: inner, outer, none"))
  }
}
