import Glibc
import Subprocess
import SystemPackage

/// Measures one invocation in a fresh process: this program again, in its own process group.
public struct TrialProcess: Sendable {
  /// How an invocation ended.
  public enum Outcome: Sendable {
    case measured(TrialReport)
    /// The process crashed, hung or refused; one sentence with its last words.
    case failed(String)
  }

  private let executable: FilePath
  private let arguments: [String]

  /// - Parameters:
  ///   - executable: the default is this very program, even when its file was replaced since it started.
  ///   - arguments: what makes it read a specification.
  public init(executable: String = "/proc/self/exe", arguments: [String] = ["trial"]) {
    self.executable = FilePath(executable)
    self.arguments = arguments
  }

  /// Runs the child to its end. Cancelling the task ends the child.
  ///
  /// - Throws: `CancellationError` when the task was cancelled.
  public func measure(_ specification: TrialSpecification, timeout: Duration) async throws -> Outcome {
    let input = try TrialJSON.encode(specification)
    return try await withThrowingTaskGroup(of: Outcome?.self) { group in
      group.addTask { try await launch(input) }
      group.addTask {
        try await Task.sleep(for: timeout)
        return nil
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { throw CancellationError() }
      try Task.checkCancellation()
      guard let outcome = first else {
        group.cancelAll()
        // The child is ended and reaped before the next one starts.
        while (try? await group.next()) != nil {}
        try Task.checkCancellation()
        return .failed("the process did not finish within \(Int(timeout.inSeconds.rounded(.up))) s and was ended")
      }
      return outcome
    }
  }

  private func launch(_ input: [UInt8]) async throws -> Outcome {
    var options = PlatformOptions()
    // Ctrl-C at a terminal goes to the whole foreground group; the child must not die before this process knows why.
    options.processGroupID = 0
    options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
    do {
      let result = try await Subprocess.run(
        .path(executable), arguments: Arguments(arguments), platformOptions: options, input: .array(input),
        output: .bytes(limit: 64 << 20), error: .string(limit: 1 << 20))
      try Task.checkCancellation()
      guard result.terminationStatus.isSuccess else {
        return .failed(Self.lastWords(result.terminationStatus, result.standardError))
      }
      do { return .measured(try TrialJSON.decode(TrialReport.self, from: result.standardOutput)) } catch {
        return .failed("the process ended well, but its report cannot be read: \(error)")
      }
    } catch {
      // Whatever it is called, an error of a cancelled task is the cancellation.
      try Task.checkCancellation()
      return .failed("the process could not be run: \(error)")
    }
  }

  /// How the process ended, and the last lines it wrote to standard error.
  private static func lastWords(_ status: TerminationStatus, _ standardError: String) -> String {
    let end =
      switch status {
      case .exited(let code): "the process exited with code \(code)"
      case .signaled(let signal): "the process was killed by \(SignalText.name(signal))"
      }
    let lines = standardError.split { $0.isNewline }.suffix(3).joined(separator: " | ")
    return lines.isEmpty ? end : "\(end): \(lines)"
  }
}

/// Names of signals.
enum SignalText {
  private static let names: [Int32: String] = [
    SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGILL: "SIGILL", SIGINT: "SIGINT", SIGKILL: "SIGKILL",
    SIGPIPE: "SIGPIPE", SIGSEGV: "SIGSEGV", SIGTERM: "SIGTERM", SIGTRAP: "SIGTRAP",
  ]

  static func name(_ signal: Int32) -> String { names[signal] ?? "signal \(signal)" }
}
