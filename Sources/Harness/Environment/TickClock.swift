import CHost

/// The processor's own tick counter (TSC on x86, the virtual counter on Arm), measured against the kernel's clock. Its
/// frequency is not the core's and is nowhere written down reliably, so it is never assumed.
enum TickClock {
  struct Frequency: Hashable, Sendable {
    /// Ticks per second.
    let hertz: Double
    /// Largest error that reading the two clocks one after the other can have caused, as a fraction.
    let uncertainty: Double
  }

  /// Both clocks at one moment, as nearly as can be.
  private struct Reading {
    let ticks: UInt64
    let nanoseconds: Int64
    /// Ticks within which the kernel's clock was read.
    let width: UInt64

    /// The narrowest of some attempts: a wide one was interrupted.
    static func best() -> Reading? {
      var best: Reading?
      for _ in 0..<16 {
        let before = chost_read_ticks()
        let nanoseconds = chost_monotonic_nanoseconds()
        let after = chost_read_ticks()
        guard after > before else { return nil }
        let reading = Reading(ticks: before + (after - before) / 2, nanoseconds: nanoseconds, width: after - before)
        if reading.width < best?.width ?? .max { best = reading }
      }
      return best
    }
  }

  /// Sleeps for `interval` between two readings.
  ///
  /// - Returns: nil where there is no counter that user code can read.
  static func measure(over interval: Duration = .milliseconds(20)) -> Frequency? {
    guard let start = Reading.best() else { return nil }
    MonotonicClock.sleep(until: start.nanoseconds + interval.wholeNanoseconds)
    guard let end = Reading.best(), end.ticks > start.ticks, end.nanoseconds > start.nanoseconds else { return nil }
    let ticks = Double(end.ticks - start.ticks)
    return Frequency(
      hertz: ticks * 1e9 / Double(end.nanoseconds - start.nanoseconds),
      uncertainty: Double(start.width + end.width) / 2 / ticks)
  }
}
