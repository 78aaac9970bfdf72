internal import CHost

/// Work of a known length that leaves proof of how much of it was done: steps of a linear congruential sequence (Knuth's MMIX
/// constants), each of which needs the result of the one before.
///
/// The sequence can be entered at any place in a few multiplications, so the value after a trial tells the number of steps that were
/// done, none left out and none twice, without counting them.
enum ArithmeticChain {
  private static let multiplier: UInt64 = 6_364_136_223_846_793_005
  private static let increment: UInt64 = 1_442_695_040_888_963_407

  /// Goes `count` steps, one after the other.
  @inline(__always)
  static func advance(_ value: UInt64, by count: UInt64) -> UInt64 { chost_chain(value, count) }

  /// What ``advance(_:by:)`` returns, in logarithmic time: k steps are x ↦ aᵏ·x + (aᵏ⁻¹ + … + 1)·c, by repeated squaring (Brown,
  /// "Random Number Generation with Arbitrary Strides", 1994).
  static func jump(_ value: UInt64, by count: UInt64) -> UInt64 {
    var factor: UInt64 = 1
    var summand: UInt64 = 0
    var (a, c, rest) = (multiplier, increment, count)
    while rest > 0 {
      if rest & 1 == 1 { (factor, summand) = (factor &* a, summand &* a &+ c) }
      (a, c, rest) = (a &* a, (a &+ 1) &* c, rest >> 1)
    }
    return value &* factor &+ summand
  }

  /// Nanoseconds of one step on the calling thread's CPU now: the least of twenty runs of about 100 µs, for whatever disturbs a run
  /// makes it longer.
  static func measureStep() -> Double {
    let steps: UInt64 = 80_000
    var least = Int64.max
    var value: UInt64 = 1
    for _ in 0..<20 {
      let start = chost_monotonic_nanoseconds()
      value = advance(value, by: steps)
      least = min(least, chost_monotonic_nanoseconds() - start)
    }
    chost_keep(value)
    return Double(max(1, least)) / Double(steps)
  }

  /// Steps nearest to a length of time; at least one.
  static func steps(nanoseconds: Int, step: Double) -> UInt64 {
    UInt64(max(1, (Double(nanoseconds) / step).rounded()))
  }
}
