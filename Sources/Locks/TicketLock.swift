public import Executions

/// Ticket lock with proportional back-off (Mellor-Crummey and Scott 1991). Word 0: next ticket; word 1: ticket being served.
///
/// Strictly first-in first-out, one atomic read-modify-write per acquisition. Every release invalidates the line in every
/// waiter. Two full words on purpose: releasing a half-word of a word that was incremented as a whole defeats store
/// forwarding and costs four times as much.
public enum TicketLock: NodeLock {
  @inlinable public static var name: String { "ticket" }
  @inlinable public static var summary: String {
    "ticket lock with proportional back-off; first in, first out, 2 words"
  }

  @inlinable @inline(__always)
  public static func lock<E>(_ storage: LockStorage<E>, by thread: ThreadContext) {
    // Relaxed: the ticket only gives an order; the load of `serving` synchronises.
    let ticket = storage.first.fetchAddRelaxed(1)
    // Acquiring: pairs with the releasing store in `unlock`.
    if storage.second.loadAcquiring() != ticket { lockSlow(storage, ticket: ticket) }
  }

  @inlinable @inline(__always)
  public static func tryLock<E>(_ storage: LockStorage<E>, by thread: ThreadContext) -> Bool {
    // Acquiring: pairs with the releasing store in `unlock`. If the exchange succeeds nobody took a ticket in between,
    // so `serving` is still ours.
    let serving = storage.second.loadAcquiring()
    return storage.first.compareExchangeAcquiring(expected: serving, desired: serving &+ 1)
  }

  @inlinable @inline(__always)
  public static func unlock<E>(_ storage: LockStorage<E>, by thread: ThreadContext) {
    // Only the holder writes `serving`, so the load may be relaxed. Releasing: pairs with the acquiring loads above and below.
    storage.second.storeReleasing(storage.second.loadRelaxed() &+ 1)
  }

  @inlinable
  public static func isLocked<E>(_ storage: LockStorage<E>) -> Bool {
    storage.first.loadRelaxed() != storage.second.loadRelaxed()
  }

  @inlinable @inline(never)
  static func lockSlow<E>(_ storage: LockStorage<E>, ticket: UInt32) {
    let serving = storage.second
    var turns = 0
    while true {
      // Acquiring: pairs with the releasing store in `unlock`.
      let current = serving.loadAcquiring()
      if current == ticket { return }
      // Those further back look less often. Bounded, since the queue may be as long as the machine has CPUs.
      for _ in 0..<min(ticket &- current, 16) { E.spin() }
      turns &+= 1
      // The next in line may not be running: FIFO order makes everybody wait for it.
      if turns & 63 == 0 { E.yield() }
    }
  }
}
