import Addressing
import Formats
import Testing

/// `tracked`, a software bit with a meaning of ours.
@Suite struct TrackedPropertyTests {
  @Test("Every format keeps it at every leaf level, beside any rights it can say", arguments: FormatLawTests.formats)
  func everyFormat(_ format: any EntryFormat.Type) { everyFormatIn(format) }

  private func everyFormatIn<F: EntryFormat>(_: F.Type) {
    for level in (1...F.highestLeafLevel).map({ Level($0) }) {
      for rights in [[], .read, [.read, .write, .user], [.read, .execute, .global, .dirty]] as [PageProperties] {
        let properties = rights.union(.tracked)
        #expect(F.supports(properties, at: level))
        let word = F.leaf(PhysicalAddress(level.slotBytes), properties, at: level)
        #expect(F.leafProperties(word, at: level) == properties)
        // Hardware sees the same leaf.
        let changed = word ^ F.leaf(PhysicalAddress(level.slotBytes), rights, at: level)
        let fields = F.layout(of: word, at: level).filter { $0.bits.mask & changed != 0 }
        #expect(changed.nonzeroBitCount == 1 && fields.allSatisfy { $0.kind == .software })
      }
    }
  }

  @Test func isTheLowestSoftwareBit() {
    var properties: PageProperties = [.read]
    properties.software = 1
    #expect(properties == [.read, .tracked])
    properties.software = 6
    #expect(!properties.contains(.tracked))
  }

  @Test("It is printed by name, the other software bits by number") func description() {
    var properties: PageProperties = [.read, .tracked]
    #expect(properties.description == "r-- tracked")
    properties.software = 7
    #expect(properties.description == "r-- tracked software 0x6")
    properties.software = 6
    #expect(properties.description == "r-- software 0x6")
    #expect(PageProperties.read.description == "r--")
  }
}
