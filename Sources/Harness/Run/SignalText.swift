import Glibc

/// Names of signals.
enum SignalText {
  private static let names: [Int32: String] = [
    SIGABRT: "SIGABRT", SIGALRM: "SIGALRM", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGILL: "SIGILL", SIGINT: "SIGINT",
    SIGKILL: "SIGKILL", SIGPIPE: "SIGPIPE", SIGQUIT: "SIGQUIT", SIGSEGV: "SIGSEGV", SIGTERM: "SIGTERM",
    SIGTRAP: "SIGTRAP",
  ]

  static func name(_ signal: Int32) -> String { names[signal] ?? "signal \(signal)" }
}
