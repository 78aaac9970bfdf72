import Glibc
import Subprocess
import SystemPackage

/// The built executable, run as a user would.
enum Pagebench {
  struct Result {
    let status: TerminationStatus
    let output: String
    let errors: String
  }

  /// Beside the test bundle, in the build directory.
  static let executable: FilePath = {
    // Under `swift test` the process is the test bundle's own executable; some runners load the bundle as a library
    // instead, and then the arguments name it.
    let candidates = [realPath("/proc/self/exe")] + CommandLine.arguments.map { FilePath($0) }
    for candidate in candidates {
      var directory = candidate
      // A bundle may be a directory of several levels.
      for _ in 0..<4 {
        directory.removeLastComponent()
        let sibling = directory.appending("pagebench")
        if sibling.string.isExecutableFile() { return sibling }
      }
    }
    fatalError("no pagebench beside the tests; build it first: swift build --product pagebench")
  }()

  static func run(_ arguments: String..., directory: String? = nil) async throws -> Result {
    try await run(arguments, directory: directory)
  }

  static func run(_ arguments: [String], directory: String? = nil) async throws -> Result {
    let result = try await Subprocess.run(
      .path(executable), arguments: Arguments(arguments), workingDirectory: directory.map { FilePath($0) },
      output: .string(limit: 16 << 20), error: .string(limit: 16 << 20))
    return Result(
      status: result.terminationStatus, output: result.standardOutput, errors: result.standardError)
  }

  /// Starts it, waits until `isReady`, sends a signal and waits for the end.
  static func interrupt(
    _ arguments: [String], with signal: Signal, when isReady: @escaping @Sendable () -> Bool
  ) async throws -> TerminationStatus {
    try await Subprocess.run(
      .path(executable), arguments: Arguments(arguments), input: .none, output: .discarded, error: .discarded
    ) { execution in
      while !isReady() { try await Task.sleep(for: .milliseconds(10)) }
      try execution.send(signal: signal)
    }.terminationStatus
  }

  /// Does something while a run measures, then ends the run.
  static func whileRunning<Value: Sendable>(
    _ arguments: [String], _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await Subprocess.run(
      .path(executable), arguments: Arguments(arguments), input: .none, output: .discarded, error: .discarded
    ) { execution in
      // What it measures does not matter, only that it is there under its own name.
      let value = try await body()
      try execution.send(signal: .terminate)
      return value
    }.closureResult
  }

  private static func realPath(_ path: String) -> FilePath {
    // SAFETY: realpath with no buffer returns nil or a string that the caller frees.
    guard let resolved = unsafe realpath(path, nil) else { return FilePath(path) }
    defer { unsafe free(resolved) }
    return FilePath(unsafe String(cString: resolved))
  }
}

extension String {
  /// Whether this is a path of a file that can be executed.
  fileprivate func isExecutableFile() -> Bool { unsafe access(self, X_OK) == 0 && !hasSuffix("/") }
}
