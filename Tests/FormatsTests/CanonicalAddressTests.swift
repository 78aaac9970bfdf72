import Addressing
import Formats
import Testing

/// Which addresses a processor accepts, and which a tree may map.
@Suite struct CanonicalAddressTests {
  /// First and last address of both canonical halves.
  private static let borders: [(format: any EntryFormat.Type, lowLast: UInt64, highFirst: UInt64)] = [
    (X86_64.self, 0x0000_7FFF_FFFF_FFFF, 0xFFFF_8000_0000_0000),
    (X86_64LA57.self, 0x00FF_FFFF_FFFF_FFFF, 0xFF00_0000_0000_0000),
    (Sv39.self, 0x0000_003F_FFFF_FFFF, 0xFFFF_FFC0_0000_0000),
    (Sv48.self, 0x0000_7FFF_FFFF_FFFF, 0xFFFF_8000_0000_0000),
    (Sv57.self, 0x00FF_FFFF_FFFF_FFFF, 0xFF00_0000_0000_0000),
    (AArch64.self, 0x0000_FFFF_FFFF_FFFF, 0xFFFF_0000_0000_0000),
    (AArch64Upper.self, 0x0000_FFFF_FFFF_FFFF, 0xFFFF_0000_0000_0000),
    (LoongArch64.self, 0x0000_7FFF_FFFF_FFFF, 0xFFFF_8000_0000_0000),
  ]

  @Test func halves() {
    #expect(Self.borders.count == FormatLawTests.formats.count)
    for (format, lowLast, highFirst) in Self.borders {
      for (address, isCanonical) in [
        (0, true), (lowLast, true), (lowLast + 1, false), (highFirst - 1, false), (highFirst, true), (.max, true),
        (1 << 60, false), (~(1 << 60), false),
      ] as [(UInt64, Bool)] {
        #expect((format.isCanonical(VirtualAddress(address)) == isCanonical) as Bool, "\(format.name) \(address)")
      }
      for range in [format.userRange, format.kernelRange] where range.byteCount > 0 {
        #expect(format.isCanonical(range.start) as Bool)
        #expect(format.isCanonical(VirtualAddress(range.end.rawValue - 1)) as Bool)
      }
      if format.userRange.byteCount > 0 { #expect(format.userRange.end.rawValue == lowLast - 4095) }
      if format.kernelRange.byteCount > 0 { #expect(format.kernelRange.start.rawValue == highFirst) }
    }
  }

  @Test("No two addresses that one tree may map share all their indices", arguments: FormatLawTests.formats)
  func noAliases(_ format: any EntryFormat.Type) { noAliasesIn(format) }

  private func noAliasesIn<F: EntryFormat>(_ format: F.Type) {
    func path(_ address: UInt64) -> [Int] { (1...format.levels).map { Level($0).index(of: address) } }
    let ends = [format.userRange, format.kernelRange].filter { $0.byteCount > 0 }.map {
      (path($0.start.rawValue), path($0.end.rawValue - 4096))
    }
    // Ranges of paths, compared from the root down, must not overlap.
    let ordered = ends.sorted { $0.0.reversed().lexicographicallyPrecedes($1.0.reversed()) }
    for (a, b) in zip(ordered, ordered.dropFirst()) {
      #expect(a.1.reversed().lexicographicallyPrecedes(b.0.reversed()))
    }
  }

  @Test("The translated bits of an address that a tree may map lead back to it", arguments: FormatLawTests.formats)
  func translatedBits(_ format: any EntryFormat.Type) {
    let mask: UInt64 = ~(~0 << UInt64(format.virtualAddressBits))
    for range in [format.userRange, format.kernelRange] where range.byteCount > 0 {
      let middle = range.start &+ range.byteCount / 2
      for address in [range.start, middle, VirtualAddress(range.end.rawValue - 1)] {
        #expect((format.canonicalAddress(translated: address.rawValue & mask) == address) as Bool)
      }
    }
  }
}
