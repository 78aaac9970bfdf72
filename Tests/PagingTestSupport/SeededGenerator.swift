internal import Glibc

/// A random source whose sequence is the same on every machine (SplitMix64), so that a failure replays from its seed.
public struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number below `bound`, which is positive. A multiplication instead of the library's rejection loop (Lemire 2019, without
  /// the correction, whose absence shifts a probability by less than bound / 2^64).
  public mutating func below(_ bound: UInt64) -> UInt64 { next().multipliedFullWidth(by: bound).high }

  public mutating func below(_ bound: Int) -> UInt64 { below(UInt64(bound)) }

  public mutating func chance(_ percent: Int) -> Bool { below(100 as UInt64) < UInt64(percent) }

  public mutating func pick<T>(_ choices: [T]) -> T { choices[Int(below(choices.count))] }
}

/// The seed of this run: `PAGEBENCH_SEED` if set, else a new one. Printed, so that any failure can be replayed.
public func testSeed(_ test: String) -> UInt64 {
  // SAFETY: getenv returns nil or a C string that lives as long as the environment is not changed; no test changes it.
  let given = unsafe getenv("PAGEBENCH_SEED").map { unsafe String(cString: $0) }
  let seed = given.flatMap { UInt64($0) } ?? UInt64.random(in: 1...UInt64(UInt32.max))
  print("seed of \(test): \(seed) (replay with PAGEBENCH_SEED=\(seed))")
  return seed
}

/// Steps for a random test: `normal`; ten times as many with `PAGEBENCH_LONG=1`, a tenth with `PAGEBENCH_SHORT=1`, for builds that
/// are as much slower.
public func testSteps(_ normal: Int) -> Int {
  // SAFETY: as above.
  if unsafe getenv("PAGEBENCH_SHORT") != nil { return max(1, normal / 10) }
  // SAFETY: as above.
  return unsafe getenv("PAGEBENCH_LONG") == nil ? normal : normal * 10
}
