import ArgumentParser
import Glibc
import Harness

/// Exit codes, the same for every command.
enum ExitStatus: Int32, Error {
  case ok = 0
  /// The tool or a measurement failed.
  case failure = 1
  /// The command line or a suite file is wrong.
  case usage = 2
  /// There was nothing to do, or nothing that can be compared.
  case nothing = 3
  /// `--gate`: something got worse.
  case regressed = 4
  /// `--gate --strict`: something could not be decided.
  case inconclusive = 5
  /// Ended by SIGINT or SIGTERM; files are valid.
  case interrupted = 130

  /// Ends the process as an error of any command demands.
  ///
  /// The argument parser would end with 64 for usage; here that is 2, and messages of our own errors are printed as
  /// they are, without "Error:" in front of a place in a file.
  static func exit(with error: any Error) -> Never {
    if let status = error as? ExitStatus { Glibc.exit(status.rawValue) }
    if let (status, message) = ownError(error) {
      StandardError.write("pagebench: \(message)\n")
      Glibc.exit(status.rawValue)
    }
    let code = Pagebench.exitCode(for: error)
    // Help and version are "errors" that succeed, and go to standard output.
    guard code != .success else { Pagebench.exit(withError: error) }
    StandardError.write(Pagebench.fullMessage(for: error) + "\n")
    Glibc.exit((code == .validationFailure ? ExitStatus.usage : .failure).rawValue)
  }

  /// Status and message of errors that carry their own words; nil for those of the argument parser.
  private static func ownError(_ error: any Error) -> (ExitStatus, String)? {
    switch error {
    case let failure as CommandFailure: (failure.status, failure.message)
    case let errors as SuiteErrors: (.usage, errors.description)
    case let fault as CellFilter.Fault: (.usage, fault.description)
    case let error as PlanError:
      if case .nothingToDo = error { (.nothing, error.description) } else { (.usage, error.description) }
    case is ValidationError, is CleanExit, is ExitCode: nil
    default: Pagebench.exitCode(for: error) == .failure ? (.failure, "\(error)") : nil
    }
  }
}

/// An error of a command with its exit status.
struct CommandFailure: Error {
  let status: ExitStatus
  /// What was wrong, where, and what to do.
  let message: String
}
