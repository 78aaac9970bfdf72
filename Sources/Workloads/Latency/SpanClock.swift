internal import CHost

/// A clock that times single operations, in units of its own; tests have one that they set by hand.
protocol SpanClock {
  /// The time now, read in program order: after everything before it has been executed, before anything behind it begins.
  func now() -> UInt64
  /// Passes some of the time that is left before an intended start; less than all of it.
  func idle(_ remaining: UInt64)
}

/// The processor's tick counter, or CLOCK_MONOTONIC where there is none that is a clock.
///
/// The counter is read between two `lfence`s (`isb` on Arm). The first waits until all instructions before it are done, so the
/// span holds the whole operation; the second keeps what follows from starting before the reading. `rdtscp` would do for the
/// first but not for the second. Stores are done when they are in the store buffer, so the time until another core sees an
/// unlocked lock is not the unlocker's: it is part of the other core's wait.
struct HostSpanClock: SpanClock {
  /// Below this many units before an intended start the clock is all that is looked at: a pause takes up to 140 cycles.
  private static let shortIdle: UInt64 = 2000

  let usesTicks: Bool

  @inline(__always)
  func now() -> UInt64 { chost_read_span_clock(usesTicks) }

  @inline(__always)
  func idle(_ remaining: UInt64) {
    if remaining > Self.shortIdle { chost_spin_hint() }
  }
}

/// Clock readings of one operation: its start and the end of each part.
struct Laps<C: SpanClock> {
  let clock: C
  /// Whether the operation is timed; the others are executed by the same code without reading the clock.
  var isTimed = false
  var start: UInt64 = 0
  private(set) var first: UInt64 = 0
  private(set) var second: UInt64 = 0

  init(_ clock: C) { self.clock = clock }

  /// The first or only part of the operation is over.
  @inline(__always)
  mutating func endFirst() {
    if isTimed { first = clock.now() }
  }

  /// The second part is over; it began where the first ended.
  @inline(__always)
  mutating func endSecond() {
    if isTimed { second = clock.now() }
  }
}
