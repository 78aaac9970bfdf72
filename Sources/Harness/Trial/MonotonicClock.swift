import CHost
import Glibc

/// CLOCK_MONOTONIC, the clock of all windows.
enum MonotonicClock {
  /// Sleeps until the clock shows `nanoseconds`; returns at once when that is past.
  static func sleep(until nanoseconds: Int64) {
    var deadline = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    // SAFETY: reads one timespec; an absolute sleep needs no remainder.
    // Absolute, so that an interrupted sleep can simply be repeated.
    while unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nil) == EINTR {}
  }

  static var nanoseconds: Int64 { chost_monotonic_nanoseconds() }
}

extension Duration {
  /// In nanoseconds, the rest cut off.
  var wholeNanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
  /// In seconds.
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
