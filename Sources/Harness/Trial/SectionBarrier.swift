import CHost
import Glibc
import Synchronization

/// A reusable barrier whose last arriver decides for all whether another section follows.
///
/// Sense reversal with a counter instead of one bit: a worker waits for the generation to change, so nobody can be
/// overtaken by the next round. Waiting spins for a moment, for sections that end together, and then gives the CPU
/// away, so more workers than CPUs make progress.
@safe
final class SectionBarrier: @unchecked Sendable {
  // SENDABLE: both words are atomic and live until deinit, after every worker was joined.

  /// Spins before the first yield: 10 to 40 µs, as processors differ in the length of a pause; well above the spread of
  /// undisturbed arrivals.
  private static let spinLimit = 1000

  private let parties: Int
  private let words: CacheLines
  /// Workers that wait in this generation.
  private let arrived: UnsafeMutablePointer<Atomic<Int>>
  /// Generation << 1 | whether a section follows.
  private let outcome: UnsafeMutablePointer<Atomic<UInt64>>

  /// - Precondition: `parties` is at least 1.
  init(parties: Int) {
    precondition(parties >= 1, "a barrier needs at least one party")
    self.parties = parties
    words = CacheLines(count: 2)
    // SAFETY: each line is larger than its word, suitably aligned, and initialised here once.
    unsafe arrived = words.pointer(toLine: 0, as: Atomic<Int>.self)
    unsafe outcome = words.pointer(toLine: 1, as: Atomic<UInt64>.self)
    unsafe arrived.initialize(to: Atomic(0))
    unsafe outcome.initialize(to: Atomic(0))
  }

  /// Waits until all parties have called this, and returns to all of them what `decide` returned to the last.
  func arrive(decide: () -> Bool) -> Bool {
    // SAFETY: the words live as long as self.
    let generation = unsafe outcome.pointee.load(ordering: .relaxed) >> 1
    // Acquiring and releasing: what every worker did before is visible to the last, who decides and frees them.
    let count = unsafe arrived.pointee.add(1, ordering: .acquiringAndReleasing).newValue
    if count == parties {
      let follows = decide()
      // Before the release below, so nobody of the next round can be counted in this one.
      unsafe arrived.pointee.store(0, ordering: .relaxed)
      unsafe outcome.pointee.store((generation &+ 1) << 1 | (follows ? 1 : 0), ordering: .releasing)
      return follows
    }
    var spins = 0
    while true {
      let now = unsafe outcome.pointee.load(ordering: .acquiring)
      if now >> 1 != generation { return now & 1 == 1 }
      if spins < Self.spinLimit {
        spins += 1
        chost_spin_hint()
      } else {
        sched_yield()
      }
    }
  }
}
