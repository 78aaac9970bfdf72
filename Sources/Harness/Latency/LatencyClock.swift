import CHost

/// The clock that a trial times operations with, and how long its unit is.
struct LatencyClock: Hashable, Sendable {
  /// Whether it is the processor's tick counter; else CLOCK_MONOTONIC.
  let usesTicks: Bool
  let nanosecondsPerUnit: Double

  init(usesTicks: Bool, nanosecondsPerUnit: Double) {
    self.usesTicks = usesTicks
    self.nanosecondsPerUnit = nanosecondsPerUnit
  }

  /// The tick counter where it runs at one rate, with the rate that it has been found to have; else the kernel's clock. Takes
  /// 20 ms, for the rate is measured.
  init() {
    if chost_has_invariant_ticks(), let frequency = TickClock.measure() {
      self.init(usesTicks: true, nanosecondsPerUnit: 1e9 / frequency.hertz)
    } else {
      self.init(usesTicks: false, nanosecondsPerUnit: 1)
    }
  }

  /// What a reading of the clock takes, and how fine it is.
  struct Quality: Hashable, Sendable {
    /// Units that a span has too many because the clock was read at its end: the least difference of two readings one after
    /// the other. The least, for anything above it is somebody else's time.
    var cost: UInt64
    /// The largest number of units of which all differences are multiples: some processors' counters advance by many ticks at
    /// once, and shorter operations cannot be told from each other.
    var step: UInt64
  }

  /// Call it on the thread that will be timed: kinds of cores differ.
  func quality() -> Quality {
    var least = UInt64.max
    var step: UInt64 = 0
    for _ in 0..<2000 {
      let before = chost_read_span_clock(usesTicks)
      let after = chost_read_span_clock(usesTicks)
      guard after >= before else { continue }
      least = min(least, after - before)
      step = Self.greatestCommonDivisor(step, after - before)
    }
    return Quality(cost: least == .max ? 0 : least, step: step)
  }

  private static func greatestCommonDivisor(_ a: UInt64, _ b: UInt64) -> UInt64 {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }

  func nanoseconds(_ units: UInt64) -> Double { Double(units) * nanosecondsPerUnit }
}
