import Glibc

/// SplitMix64 (Steele, Lea and Flood 2014): small, and any seed is as good as another.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// From PAGEBENCH_SEED when it is set, else a new one; print it with every failure.
  static func seedForThisRun() -> UInt64 {
    // SAFETY: getenv returns nil or a NUL-terminated string, copied at once; tests do not change the environment.
    if let text = unsafe getenv("PAGEBENCH_SEED"), let seed = UInt64(unsafe String(cString: text)) { return seed }
    return UInt64.random(in: 1...UInt64.max)
  }
}

/// Values from a small grid, so that ties occur, or from a continuum, so that they do not.
func randomSample(_ count: Int, tied: Bool, using generator: inout SeededGenerator) -> [Double] {
  (0..<count).map { _ in
    tied ? Double(Int.random(in: 1...4, using: &generator)) : Double.random(in: 1...100, using: &generator)
  }
}

func isClose(_ left: Double, _ right: Double, tolerance: Double = 1e-9) -> Bool {
  (left - right).magnitude <= tolerance * max(1, left.magnitude, right.magnitude)
}

/// All ways to choose `count` of the positions `0..<total`.
func combinations(_ total: Int, _ count: Int) -> [[Int]] {
  if count == 0 { return [[]] }
  guard count <= total else { return [] }
  return combinations(total - 1, count) + combinations(total - 1, count - 1).map { $0 + [total - 1] }
}
