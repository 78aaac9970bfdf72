internal import Addressing
public import Formats

/// An image as files hold it: memory, registers, and what translations must come to.
public struct ImageFiles: Sendable {
  /// The arena from physical address 0 to behind the last table, little-endian words.
  public let memory: [UInt8]
  /// `name<TAB>value` for every control register that makes a processor use the table.
  public let registers: String
  /// `virtual<TAB>physical or fault<TAB>rights` for every probe; rights as `rwxu` with dashes.
  public let translations: String

  /// Builds a scenario in a format.
  ///
  /// - Throws: `ArenaError` when there is no memory.
  public init(of format: any EntryFormat.Type, _ scenario: ImageScenario, seed: UInt64 = 1) throws {
    self = try Self.make(format, scenario, seed)
  }

  private init(memory: [UInt8], registers: String, translations: String) {
    self.memory = memory
    self.registers = registers
    self.translations = translations
  }

  private static func make<F: EntryFormat>(_: F.Type, _ scenario: ImageScenario, _ seed: UInt64) throws -> ImageFiles {
    var image = try TableImage<F>()
    try scenario.tell(&image, seed: seed)
    defer { image.keepAlive() }
    let tables = image.tables()
    var memory = [UInt8](repeating: 0, count: Int((tables.last?.address ?? 0) + 4096))
    for table in tables {
      for (index, word) in table.words.enumerated() {
        for byte in 0..<8 {
          memory[Int(table.address) + index * 8 + byte] = UInt8(truncatingIfNeeded: word >> (8 * UInt64(byte)))
        }
      }
    }
    var registers = "register\tvalue\n"
    for register in F.controlRegisters(root: image.root) { registers += "\(register.name)\t\(hex(register.value))\n" }
    var translations = "virtual\tphysical\trights\n"
    for probe in image.probes {
      let expectation = image.expectation(at: probe)
      translations += "\(hex(probe))\t\(expectation.map { hex($0.physical) } ?? "fault")\t"
      translations += "\(rights(expectation?.rights ?? []))\n"
    }
    return ImageFiles(memory: memory, registers: registers, translations: translations)
  }

  private static func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

  private static func rights(_ properties: PageProperties) -> String {
    let letters: [(PageProperties, String)] = [(.read, "r"), (.write, "w"), (.execute, "x"), (.user, "u")]
    return letters.map { properties.contains($0) ? $1 : "-" }.joined()
  }
}
