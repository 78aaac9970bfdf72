import Results

/// How the rounds of one run become comparisons of a build with itself.
///
/// A comparison takes `2 · perSide` rounds that follow each other, and gives them to its two sides as a run of two builds
/// would: A B B A A B B A …, so that drift weighs on both alike.
public struct CalibrationDesign: Hashable, Sendable {
  /// Invocations per side and comparison.
  public let perSide: Int
  /// Comparisons of each case.
  public let comparisons: Int

  /// - Precondition: both are at least 1.
  public init(perSide: Int = 6, comparisons: Int = 10) {
    precondition(perSide >= 1 && comparisons >= 1, "a calibration compares something with something")
    self.perSide = perSide
    self.comparisons = comparisons
  }

  /// Invocations that every case needs.
  public var invocations: Int { 2 * perSide * comparisons }

  /// Number of the comparison that a round belongs to, and its side there; nil for rounds beyond the last comparison.
  func place(ofBlock block: Int) -> (comparison: Int, side: String)? {
    guard (0..<invocations).contains(block) else { return nil }
    let round = block % (2 * perSide)
    return (block / (2 * perSide), round % 4 == 0 || round % 4 == 3 ? "a" : "b")
  }

  /// The samples of each comparison, with their side as variant.
  func split(_ samples: [Sample]) -> [[Sample]] {
    var result = [[Sample]](repeating: [], count: comparisons)
    for sample in samples {
      guard let (comparison, side) = place(ofBlock: sample.block) else { continue }
      var sample = sample
      sample.variant = side
      result[comparison].append(sample)
    }
    return result
  }
}
