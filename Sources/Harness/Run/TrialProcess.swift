import CHost
import Glibc
import Results
import Subprocess
import Synchronization
import SystemPackage

/// Measures one invocation in a fresh process: this program again, in its own process group.
public struct TrialProcess: Sendable {
  /// How an invocation ended.
  public enum Outcome: Sendable {
    case measured(TrialReport)
    /// The process crashed, hung or refused.
    case failed(TrialFailure)
  }

  /// How long a process that hangs gets to write where its threads are.
  private static let lastWordsTime = Duration.seconds(10)

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
    let child = Child()
    return try await withThrowingTaskGroup(of: Outcome?.self) { group in
      group.addTask { try await launch(input, as: child, reportLimit: Self.reportLimit(of: specification)) }
      group.addTask {
        try await Task.sleep(for: timeout)
        return nil
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { throw CancellationError() }
      try Task.checkCancellation()
      if let first { return first }
      let states = child.process.map { ThreadStates(of: $0) }
      // The runtime answers with a backtrace of the thread that gets the signal, where it can, and ends the process;
      // where it cannot, the signal ends it at once. A thread that runs is the one to ask: it spins in a broken lock.
      child.signal(SIGQUIT, thread: states?.threads.first { $0.state == "R" }?.id)
      // A process that is stopped or stuck in the kernel will not answer.
      let canAnswer = states?.threads.contains { $0.state == "R" || $0.state == "S" } ?? false
      group.addTask {
        try await Task.sleep(for: canAnswer ? Self.lastWordsTime : .zero)
        return nil
      }
      var last = try await group.next() ?? nil
      if last == nil {
        // Ended by force, and reaped before the next one starts.
        group.cancelAll()
        while let next = try? await group.next() { last = last ?? next }
      }
      try Task.checkCancellation()
      return .failed(Self.hung(after: timeout, states, last))
    }
  }

  /// The one fact about a child that its launch knows and its end needs.
  private final class Child: Sendable {
    private let identifier = Mutex<pid_t?>(nil)

    /// nil before it was started and after it was reaped, when the number may be another process's.
    var process: pid_t? {
      get { identifier.withLock { $0 } }
      set { identifier.withLock { $0 = newValue } }
    }

    /// - Parameter thread: which thread handles the signal; nil for the process's choice.
    func signal(_ number: Int32, thread: Int?) {
      identifier.withLock { process in
        guard let process else { return }
        if let thread, chost_signal_thread(process, Int32(thread), number) == 0 { return }
        _ = kill(process, number)
      }
    }
  }

  /// Bytes that a report may have. As many are reserved, so no more than a machine with hundreds of threads needs: histograms
  /// are the largest part of a report that has them.
  private static func reportLimit(of specification: TrialSpecification) -> Int {
    (specification.cell.timesOperations ? 256 : 64) << 20
  }

  private func launch(_ input: [UInt8], as child: Child, reportLimit: Int) async throws -> Outcome {
    var options = PlatformOptions()
    // Ctrl-C at a terminal goes to the whole foreground group; the child must not die before this process knows why.
    options.processGroupID = 0
    options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
    do {
      let input = try MemoryFile.make(input)
      defer { try? input.close() }
      let result = try await Subprocess.run(
        .path(executable), arguments: Arguments(arguments), environment: Self.environment, platformOptions: options,
        input: .fileDescriptor(input, closeAfterSpawningProcess: false), output: .bytes(limit: reportLimit),
        error: .string(limit: 8 << 20)
      ) { execution in child.process = execution.processIdentifier.value }
      child.process = nil
      try Task.checkCancellation()
      guard result.terminationStatus.isSuccess else {
        return .failed(Self.failure(result.terminationStatus, result.standardError))
      }
      do { return .measured(try TrialJSON.decode(TrialReport.self, from: result.standardOutput)) } catch {
        return .failed(TrialFailure(reason: "the process ended well, but its report cannot be read: \(error)"))
      }
    } catch {
      // Whatever it is called, an error of a cancelled task is the cancellation.
      try Task.checkCancellation()
      return .failed(TrialFailure(reason: "the process could not be run: \(error)"))
    }
  }

  /// Has the Swift runtime write a backtrace when the child crashes, unless the user said otherwise.
  private static var environment: Environment {
    // SAFETY: getenv returns nil or a string that stays valid while nobody calls setenv; nobody does here.
    if unsafe getenv("SWIFT_BACKTRACE") != nil { return .inherit }
    return .inherit.updating([
      "SWIFT_BACKTRACE":
        "enable=yes,color=no,interactive=no,registers=none,images=none,limit=32,symbolicate=fast,timeout=8s"
    ])
  }

  /// How the process ended, and what it wrote to standard error.
  private static func failure(_ status: TerminationStatus, _ standardError: String) -> TrialFailure {
    let end =
      switch status {
      case .exited(let code): "the process exited with code \(code)"
      case .signaled(let signal): "the process was killed by \(SignalText.name(signal))"
      }
    let words = ChildWords(standardError)
    return TrialFailure(
      reason: words.last.isEmpty ? end : "\(end): \(words.last)", details: words.isLong ? standardError : "")
  }

  private static func hung(after timeout: Duration, _ states: ThreadStates?, _ last: Outcome?) -> TrialFailure {
    let seconds = Int(timeout.inSeconds.rounded(.up))
    let summary = states.map { ": \($0.summary)" } ?? "; it had not even started"
    var details = states?.text ?? ""
    if case .failed(let failure)? = last { details += failure.details }
    return TrialFailure(
      reason: "the process did not finish within \(seconds) s and was ended\(summary)", details: details)
  }
}
