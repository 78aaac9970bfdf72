import ArgumentParser
import Harness

/// The child's side of `pagebench run`. Hidden: its protocol is between two processes of one build.
struct TrialCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trial",
    abstract: "Measures one invocation: reads a specification on standard input, writes a report to standard output.",
    discussion: """
      Used by `pagebench run` itself.

      Example:
        pagebench trial < specification.json
      """,
    shouldDisplay: false)

  func run() throws {
    do { try TrialChild.run(make: WorkloadMaking.make) } catch {
      throw CommandFailure(status: .failure, message: "\(error)")
    }
  }
}
