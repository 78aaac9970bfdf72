import CHost
import Glibc
import Results
import SystemPackage

/// Shows how far a run is, on standard error: one line rewritten in place on a terminal, plain lines now and then
/// elsewhere. No colour, and no control characters outside a terminal.
public struct Progress: Sendable {
  public enum Style: Sendable {
    /// Rewrites one line of at most this many columns.
    case terminal(columns: Int)
    /// A line at the start of each round and at least every ten seconds.
    case plain
    case silent
  }

  private let style: Style
  private var lastShown: ContinuousClock.Instant?
  private var lastRound: Int?
  private let write: @Sendable (String) -> Void

  /// - Parameter write: where text goes; standard error unless a test listens.
  public init(_ style: Style, write: (@Sendable (String) -> Void)? = nil) {
    self.style = style
    self.write = write ?? Self.writeToStandardError
  }

  /// The style that suits standard error.
  public static func detectStyle(environment: [String: String]) -> Style {
    guard isatty(STDERR_FILENO) == 1, environment["TERM"] != "dumb" else { return .plain }
    let columns = Int(chost_terminal_columns(STDERR_FILENO))
    return .terminal(columns: columns > 0 ? max(20, columns) : 80)
  }

  mutating func show(_ line: ProgressLine, round: Int, label: String) {
    let text = line.text(round: round, label: label)
    switch style {
    case .silent: break
    case .terminal(let columns):
      // One column stays free: some terminals wrap when the last one is filled.
      write("\r\(text.prefix(columns - 1))\u{1B}[K")
    case .plain:
      let now = ContinuousClock.now
      if round == lastRound, let lastShown, now - lastShown < .seconds(10) { return }
      lastShown = now
      lastRound = round
      write(text + "\n")
    }
  }

  /// Makes room for other text: empties the rewritten line.
  func clear() {
    if case .terminal = style { write("\r\u{1B}[K") }
  }

  private static func writeToStandardError(_ text: String) {
    // Progress that cannot be shown is no reason to end a run.
    _ = try? FileDescriptor.standardError.writeAll(Array(text.utf8))
  }
}
