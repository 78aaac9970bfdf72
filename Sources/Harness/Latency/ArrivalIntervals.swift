import Glibc
import Results

/// The intervals between intended starts of one worker, in units of its clock.
///
/// A window's sequence depends on the seed and the worker only, so every window, every process and every strategy meets the same
/// bursts. Fractions of a unit are carried over: the mean rate is exact.
struct ArrivalIntervals {
  private let mean: Double
  private let isPoisson: Bool
  private var first: Double
  private var random: SplitMix64
  private var fraction = 0.0

  /// - Parameters:
  ///   - mean: mean interval in units, above 0.
  ///   - worker: number among `workers`. Constant starts of different workers are as far apart as can be: worker 0 of two begins
  ///     half an interval after the section, worker 1 a whole one.
  init(mode: LatencyMode, mean: Double, seed: UInt64, worker: Int, workers: Int) {
    precondition(
      mode.isOpen && mean > 0 && worker >= 0 && worker < workers, "an open loop has intervals, others have none")
    self.mean = mean
    isPoisson = mode == .poisson
    first = mean * Double(worker + 1) / Double(workers)
    random = SplitMix64(seed: seed, stream: UInt64(worker))
  }

  /// Whole units until the next intended start.
  mutating func next() -> UInt64 {
    var exact = fraction
    if isPoisson {
      // 53 bits make a uniform number in [0, 1); one minus it is never 0.
      exact -= mean * log(1 - Double(random.next() >> 11) * 0x1p-53)
    } else {
      exact += first
      first = mean
    }
    let whole = UInt64(exact)
    fraction = exact - Double(whole)
    return whole
  }
}

/// The generator of Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014): 64 bits of state, and
/// every seed is a good one.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  /// - Parameter stream: generators of one seed and different streams are unrelated.
  init(seed: UInt64, stream: UInt64) {
    state = seed
    // The stream is mixed before it meets the seed, lest seed 1 stream 2 be seed 2 stream 1.
    var streams = SplitMix64(state: stream)
    state ^= streams.next()
  }

  private init(state: UInt64) { self.state = state }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
