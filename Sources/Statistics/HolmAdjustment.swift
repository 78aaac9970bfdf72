/// Holm's step-down adjustment for a family of tests: comparing the adjusted values with α keeps the chance of even one
/// false rejection in the whole family at α, whatever the dependence between tests. Holm 1979.
public enum HolmAdjustment {
  /// Adjusted p-values in input order: the i-th smallest times (m − i + 1), made monotone, at most 1.
  ///
  /// A nil stays nil and does not count into the family: nothing was tested there.
  public static func adjust(_ pValues: [Double?]) -> [Double?] {
    let tested = pValues.indices.filter { pValues[$0] != nil }
      .sorted { (pValues[$0] ?? 1) < (pValues[$1] ?? 1) }
    var adjusted = [Double?](repeating: nil, count: pValues.count)
    var running = 0.0
    for (position, index) in tested.enumerated() {
      running = max(running, min(1, (pValues[index] ?? 1) * Double(tested.count - position)))
      adjusted[index] = running
    }
    return adjusted
  }
}
