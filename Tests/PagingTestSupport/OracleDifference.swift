/// Where a table and the oracle first disagreed.
public struct OracleDifference: Sendable {
  /// The step that showed it.
  public let step: OracleStep
  /// What was found and what was expected, in words.
  public let message: String
  /// What should hold after the step, as Swift conditions on `result`, `address` and `table`.
  public let assertions: [String]

  public init(_ step: OracleStep, _ message: String, assertions: [String] = []) {
    self.step = step
    self.message = message
    self.assertions = assertions
  }
}
