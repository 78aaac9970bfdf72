/// Why an invocation yielded nothing.
public struct TrialFailure: Error, Hashable, Sendable {
  /// One sentence, with the process's last words.
  public var reason: String
  /// Everything that is known about how it ended, for a file of its own: thread states and standard error. Empty when
  /// the sentence says it all.
  public var details: String

  public init(reason: String, details: String = "") {
    self.reason = reason
    self.details = details
  }
}
