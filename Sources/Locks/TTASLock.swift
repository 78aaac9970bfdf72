public import Executions

/// Test-and-test-and-set with bounded exponential back-off (Anderson 1990). Word 0: 0 free, 1 held.
///
/// The first attempt is the compare-exchange itself, so an uncontended acquisition touches the line once. Waiters read until
/// the word is free, which keeps the line shared among them, and back off so that a release does not start a stampede.
/// Unfair: on few CPUs the last holder often wins again, which is why its throughput looks best there.
public enum TTASLock: NodeLock {
  @inlinable public static var name: String { "ttas" }
  @inlinable public static var summary: String { "test-and-test-and-set with exponential back-off; unfair, 1 word" }

  @inlinable @inline(__always)
  public static func lock<E>(_ storage: LockStorage<E>, by thread: ThreadContext) {
    if !tryLock(storage, by: thread) { lockSlow(storage) }
  }

  @inlinable @inline(__always)
  public static func tryLock<E>(_ storage: LockStorage<E>, by thread: ThreadContext) -> Bool {
    // Acquiring: pairs with the releasing store in `unlock`.
    storage.first.compareExchangeAcquiring(expected: 0, desired: 1)
  }

  @inlinable @inline(__always)
  public static func unlock<E>(_ storage: LockStorage<E>, by thread: ThreadContext) {
    // Releasing: pairs with the acquiring exchange in `tryLock` and `lockSlow`.
    storage.first.storeReleasing(0)
  }

  @inlinable
  public static func isLocked<E>(_ storage: LockStorage<E>) -> Bool { storage.first.loadRelaxed() != 0 }

  @inlinable @inline(never)
  static func lockSlow<E>(_ storage: LockStorage<E>) {
    let word = storage.first
    var delay = 1
    var turns = 0
    while true {
      while word.loadRelaxed() != 0 {
        for _ in 0..<delay { E.spin() }
        // The cap keeps the longest sleep near a microsecond: about a hand-over between sockets.
        delay = min(delay &* 2, 32)
        turns &+= 1
        // With more threads than CPUs the holder may be waiting for this CPU.
        if turns & 63 == 0 { E.yield() }
      }
      if word.compareExchangeAcquiring(expected: 0, desired: 1) { return }
    }
  }
}
