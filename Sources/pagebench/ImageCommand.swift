import ArgumentParser
import Formats
import Results
import TableImages

struct ImageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "image",
    abstract: "Writes a page table as raw physical memory, for somebody else's MMU to check.",
    discussion: """
      DIR gets memory.bin (physical memory from address 0 to behind the last table), registers.tsv (the control registers that
      make a processor use the table) and translations.tsv (virtual address, physical address or fault, rights). The
      expectations come from the scenario's story, not from reading the table back.

      Example:
        pagebench image --format x86-64 --scenario splits -o image
      """)

  @Option(help: "Format of the table; `pagebench list formats` shows them.")
  var format = "x86-64"

  @Option(help: "What the table holds: \(ImageScenario.allCases.map(\.rawValue).joined(separator: ", ")).")
  var scenario = ImageScenario.random.rawValue

  @Option(help: "Seed of the random scenario.")
  var seed: UInt64 = 1

  @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Where the files go.", valueName: "dir"))
  var output: String

  func run() throws {
    guard let format = FormatRegistry.named(format) else {
      let known = FormatRegistry.all.map { $0.name }.joined(separator: ", ")
      throw CommandFailure(status: .usage, message: "--format: unknown format '\(self.format)'; known: \(known)")
    }
    guard let scenario = ImageScenario(rawValue: scenario) else {
      let known = ImageScenario.allCases.map { "\($0.rawValue) (\($0.summary))" }.joined(separator: ", ")
      throw CommandFailure(status: .usage, message: "--scenario: unknown scenario '\(self.scenario)'; known: \(known)")
    }
    let files = try ImageFiles(of: format, scenario, seed: seed)
    do {
      try OutputFolder.write(
        [
          ("memory.bin", files.memory), ("registers.tsv", Array(files.registers.utf8)),
          ("translations.tsv", Array(files.translations.utf8)),
        ], into: output)
    } catch { throw CommandFailure(status: .failure, message: "\(error)") }
  }
}
