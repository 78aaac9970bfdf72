import ArgumentParser
import Harness

@main
struct Pagebench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pagebench",
    abstract: "Finds out which page-table locking strategy is fastest on this machine for a workload, and why.",
    discussion: """
      Results go to files and tables to standard output; progress, warnings and errors to standard error.

      Example:
        pagebench run benchmarks/quick.toml
        pagebench compare results/quick/<host>/<commit>/<run> --col strategy

      Exit codes: 0 done; 1 the tool or a measurement failed; 2 usage, or a machine that run --strict refuses; 3 nothing to do or not comparable; \
      4 regressed (--gate); 5 inconclusive (--gate --strict); 130 interrupted, with valid files left behind.
      """,
    version: "pagebench \(SuiteRun.toolVersion)",
    subcommands: [
      RunCommand.self, ListCommand.self, CompareCommand.self, CalibrateCommand.self, DoctorCommand.self,
      VerifyCommand.self,
      TrialCommand.self, DecodeCommand.self, ImageCommand.self,
    ])

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      try StandardOutput.checkWritten()
    } catch {
      ExitStatus.exit(with: error)
    }
  }
}
