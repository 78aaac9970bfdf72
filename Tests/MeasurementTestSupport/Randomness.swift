internal import Glibc

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere, so a printed seed replays a failure.
public struct Randomness: RandomNumberGenerator {
  public let seed: UInt64
  private var state: UInt64

  /// Takes the seed from PAGEBENCH_SEED, or a fresh one, and prints it.
  public init(for test: String) {
    // SAFETY: getenv returns a NUL-terminated string that no test changes.
    let replayed = unsafe getenv("PAGEBENCH_SEED").flatMap { unsafe UInt64(String(cString: $0)) }
    seed = replayed ?? UInt64.random(in: 0...UInt64.max)
    state = seed
    print("\(test): PAGEBENCH_SEED=\(seed)")
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
