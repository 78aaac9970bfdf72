/// One thing about a machine that bears on what is measured there.
public struct EnvironmentFinding: Hashable, Sendable {
  public enum Grade: String, Sendable {
    /// Worth knowing: numbers hold, but for this machine as it is.
    case remark
    /// Makes numbers depend on chance or on somebody else: `run --strict` refuses.
    case disturbance
  }

  /// Short name, the same in `env.csv`: `governor`, `turbo`, `steal`.
  public let name: String
  public let grade: Grade
  /// What was found.
  public let what: String
  /// Why it matters and what to do.
  public let advice: String

  /// `what; advice`.
  public var description: String { "\(what); \(advice)" }
}
