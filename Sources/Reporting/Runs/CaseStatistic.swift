/// The number that stands for a case in a table or a comparison.
public enum CaseStatistic: String, CaseIterable, Sendable {
  /// Median over invocations, with interval, test and verdict.
  case median
  /// Smallest clean window: a ratio only, no test, because a minimum has no sampling distribution to lean on.
  case minimum
}
