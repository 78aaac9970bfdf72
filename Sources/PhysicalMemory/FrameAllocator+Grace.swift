public import Addressing
public import Executions

// Grace periods: a table that was unlinked while lock-free walkers may be in it is used again only when all of them have left.
//
// Epoch-based reclamation (Fraser, "Practical lock-freedom", 2004, section 5.2.3). A worker announces the epoch in which its walk
// begins. The epoch advances only when every announced walk is of the present one, so a table retired in epoch e can still be
// seen by walks of e and e − 1 alone, and is free in e + 2. Whoever does not walk delays nobody.

extension FrameAllocator {
  /// Announces that the worker begins to walk without locks. Until ``endWalk(by:)`` no table that it can reach is used again.
  ///
  /// - Returns: false if the worker is inside another walk, which goes on: only whoever got true ends it.
  @inlinable @inline(__always)
  public func beginWalk(by thread: ThreadContext) -> Bool {
    let announcement = worker(of: thread).announcement
    // Relaxed: the worker's own word.
    if announcement.loadRelaxed() != 0 { return false }
    // Fenced: a collector that unlinked a table before it looked at the announcements sees this one, or this walk no longer
    // sees the table. Pairs with `loadFenced` in `retireTable` and `advance`.
    announcement.storeFenced(epoch.loadRelaxed() &<< 1 | 1)
    return true
  }

  /// Ends what ``beginWalk(by:)`` began. Nothing that the walk found may be followed from here on.
  @inlinable @inline(__always)
  public func endWalk(by thread: ThreadContext) {
    // Releasing: pairs with the acquiring load in `advance`; the walk's loads happen before its tables are used again.
    worker(of: thread).announcement.storeReleasing(0)
  }

  /// Takes back a table that was unlinked from a tree, once every walk that may be in it has ended. Nobody holds its lock.
  ///
  /// - Parameter isEmpty: whether all its slots are zero.
  @inlinable
  public func retireTable(_ address: PhysicalAddress, isEmpty: Bool, by thread: ThreadContext) {
    countTables(-1, thread)
    let worker = worker(of: thread)
    // Fenced: the store that unlinked the table comes before the epoch it is filed under.
    let now = epoch.loadFenced()
    let bag = bag(for: now, thread)
    let record = memory.record(address)
    record.isUnknown = !isEmpty
    record.nextFree = worker[.head(bag)]
    worker[.head(bag)] = UInt32(truncatingIfNeeded: address.rawValue &>> 12)
    worker[.count(bag)] &+= 1
    worker[.uncollected] &+= 1
    // Often enough to reuse warm frames, seldom enough not to read all announcements for every table.
    if worker[.uncollected] >= UInt32(truncatingIfNeeded: FrameCache.refill) { _ = collectSlow(by: thread) }
  }

  /// The bag for what is retired in epoch `now`: the one it has, or one that is empty or whose grace period is over. At most one other bag is still
  /// waiting, that of the epoch before.
  @inlinable
  func bag(for now: UInt32, _ thread: ThreadContext) -> UInt32 {
    let worker = worker(of: thread)
    var old: UInt32 = 0
    for bag in 0..<WorkerRecord<E>.bagCount {
      if worker[.epoch(bag)] == now && worker[.count(bag)] > 0 { return bag }
      if worker[.count(bag)] == 0 || now &- worker[.epoch(bag)] >= 2 { old = bag }
    }
    empty(old, thread)
    worker[.epoch(old)] = now
    return old
  }

  /// Frees the worker's retired tables whose grace period is over, advancing the epoch where it can. Returns whether it freed any.
  @inlinable @inline(never)
  func collectSlow(by thread: ThreadContext) -> Bool {
    let worker = worker(of: thread)
    worker[.uncollected] = 0
    var waiting = retiredCount(worker)
    if waiting == 0 { return false }
    let before = waiting
    while true {
      let now = epoch.loadRelaxed()
      for bag in 0..<WorkerRecord<E>.bagCount where now &- worker[.epoch(bag)] >= 2 { empty(bag, thread) }
      waiting = retiredCount(worker)
      if waiting == 0 || !advance(from: now) { return waiting != before }
    }
  }

  /// Retired tables of one worker.
  @inlinable
  func retiredCount(_ worker: WorkerRecord<E>) -> UInt32 {
    worker[.count(0)] &+ worker[.count(1)] &+ worker[.count(2)]
  }

  /// Frees what is in the bag.
  @inlinable
  func empty(_ bag: UInt32, _ thread: ThreadContext) {
    let worker = worker(of: thread)
    var number = worker[.head(bag)]
    while number != 0 {
      let record = memory.record(frame: number)
      // Before the frame is given back: a free list uses the same word.
      let next = record.nextFree
      giveBack(PhysicalAddress(UInt64(number) &<< 12), isUnknown: record.isUnknown, by: thread)
      number = next
    }
    worker[.head(bag)] = 0
    worker[.count(bag)] = 0
  }

  /// Moves the epoch on from `now` unless a walk of an earlier one goes on. False if it does, or if somebody else was faster.
  @inlinable
  func advance(from now: UInt32) -> Bool {
    for number in 0..<workerCount {
      // Fenced and acquiring: pairs with `beginWalk` and `endWalk`.
      let announced = worker(of: ThreadContext(worker: number)).announcement.loadFenced()
      if announced != 0 && announced != now &<< 1 | 1 { return false }
    }
    return epoch.compareExchangeAcquiring(expected: now, desired: now &+ 1)
  }

  /// The present epoch. It counts modulo 2^31: a walk that lasts through as many epochs does not exist.
  @inlinable
  var epoch: SharedWord32<E> {
    // SAFETY: the line behind the permits, zeroed, is used only by this word.
    unsafe SharedWord32(state.pointee.locks + (spanCount &+ 1) &* Self.lockStride)
  }
}

extension FramePool {
  /// Tables that were unlinked and wait for walkers to leave. They count as frames in use. Call only while no worker allocates.
  public var tablesInGrace: Int {
    (0..<allocator.workerCount).reduce(0) {
      $0 + Int(allocator.retiredCount(allocator.worker(of: ThreadContext(worker: $1))))
    }
  }
}
