import Results

/// What a comparison says about one case. Files hold these words whatever is compared; tables for people use
/// ``Comparison/word(for:)``.
public enum Verdict: String, CaseIterable, Codable, Sendable {
  /// Significantly worse, by more than the minimum effect.
  case regressed
  /// Significantly better, by more than the minimum effect.
  case improved
  /// The whole interval lies within the minimum effect.
  case equivalent
  /// Neither can be said from these samples.
  case inconclusive
  /// A side has no usable value; the reason says why.
  case noData = "no_data"
  /// The sides measured different things.
  case incomparable
  case onlyBase = "only_base"
  case onlyHead = "only_head"
}

/// Rule from adjusted p-value and interval to verdict: `regressed` and `improved` need significance *and* an interval
/// wholly beyond the minimum effect, so neither a significant trifle nor a large accident is reported.
enum VerdictRule {
  /// The bands of the ratio head / base.
  enum Band { case below, within, above, straddles }

  static func band(of interval: (lower: Double, upper: Double), minimumEffect: Double) -> Band {
    let upperEdge = 1 + minimumEffect
    let lowerEdge = 1 / upperEdge
    if interval.lower > upperEdge { return .above }
    if interval.upper < lowerEdge { return .below }
    return interval.lower >= lowerEdge && interval.upper <= upperEdge ? .within : .straddles
  }
}

extension Comparison {
  /// The verdict as tables print it. Two values of one key are no before and after, so nothing regressed or improved
  /// there: the head is slower or faster than the base, or worse or better where the metric is not about time.
  public func word(for verdict: Verdict) -> String {
    guard case .values = subject else { return verdict.rawValue }
    let isAboutTime = [MetricName.timePerOperation, MetricName.throughput].contains(options.metric)
    switch verdict {
    case .regressed: return isAboutTime ? "slower" : "worse"
    case .improved: return isAboutTime ? "faster" : "better"
    default: return verdict.rawValue
    }
  }
}
