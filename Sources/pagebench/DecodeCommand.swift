import Addressing
import ArgumentParser
import Formats
import Reporting

struct DecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Says what a page-table entry means, bit by bit.",
    discussion: """
      Levels count from the leaf table, which is 1. Fields and meaning come from the tables that the paging core itself \
      encodes and decodes with.

      Example:
        pagebench decode --format x86-64 --level 1 0x8000000012345003
      """)

  @Option(help: "Format of the entry; `pagebench list formats` shows them.")
  var format = "x86-64"

  @Option(help: "Level of the table the entry is in: 1 for the leaf table.")
  var level = 1

  @Argument(help: "The entry: 64 bits, hexadecimal with 0x, or decimal.")
  var word: String

  func run() throws {
    guard let format = FormatRegistry.named(format) else {
      let known = FormatRegistry.all.map { $0.name }.joined(separator: ", ")
      throw CommandFailure(status: .usage, message: "--format: unknown format '\(format)'; known: \(known)")
    }
    guard (1...format.levels).contains(level) else {
      throw CommandFailure(
        status: .usage, message: "--level: \(format.name) has levels 1 to \(format.levels), not \(level)")
    }
    guard let word = Self.number(word) else {
      throw CommandFailure(
        status: .usage,
        message: "'\(word)' is not a 64-bit number; write it like 0x8000000012345003 or in decimal")
    }
    StandardOutput.write(Self.describe(word, Level(level), format))
  }

  /// nil for what is no number of at most 64 bits; a sign is none either, though `UInt64` takes a plus.
  private static func number(_ text: String) -> UInt64? {
    let isHexadecimal = text.lowercased().hasPrefix("0x")
    let digits = isHexadecimal ? text.dropFirst(2) : text[...]
    return digits.hasPrefix("+") ? nil : UInt64(digits, radix: isHexadecimal ? 16 : 10)
  }

  private static func describe(_ word: UInt64, _ level: Level, _ format: any EntryFormat.Type) -> String {
    let fields = format.layout(of: word, at: level)
    var table = TextTable([.init("bits", .right), .init("value", .right), .init("field")])
    for field in fields {
      let value = field.bits.get(word)
      let text = field.bits.width == 1 ? "\(value)" : "0x" + String(value, radix: 16)
      let warning = field.kind == .reserved && value != 0 ? " (must be 0)" : ""
      table.append([field.bits.description, text, field.name + warning])
    }
    let digits = String(word, radix: 16)
    let padded = String(repeating: "0", count: 16 - digits.count) + digits
    return """
      \(format.name), level \(level.rawValue), 0x\(padded)
      \(meaning(word, level, format))

      \(table.text())
      """
  }

  private static func meaning(_ word: UInt64, _ level: Level, _ format: any EntryFormat.Type) -> String {
    switch format.decode(word, at: level) {
    case .absent: return "absent"
    case .table(let address): return "table at \(address)"
    case .leaf(let address, let properties):
      let type = format.memoryType(properties.memoryIndex).map { ", \($0.rawValue)" } ?? ""
      let range = "\(address)..<\(address &+ level.slotBytes)"
      let access = properties.grantsAccess ? "" : " (no access: not present to the hardware)"
      let misplaced = level.rawValue > format.highestLeafLevel ? "; the format has no leaves at this level" : ""
      return "leaf: maps \(range), \(properties)\(type)\(access)\(misplaced)"
    }
  }
}
