import Glibc

/// Mean of ratios: the one mean for which A over B and B over A agree.
public enum GeometricMean {
  /// exp of the mean logarithm.
  ///
  /// - Returns: nil when there are no values or one is not positive and finite; the caller leaves those out by name first.
  public static func of(_ values: [Double]) -> Double? {
    guard !values.isEmpty, values.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    return exp(values.reduce(0) { $0 + log($1) } / Double(values.count))
  }
}
