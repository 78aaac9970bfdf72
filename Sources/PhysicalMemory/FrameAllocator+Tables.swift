public import Addressing
public import Executions

// Frames that hold tables: cleared only if they are not known to be zero, and counted.

extension FrameAllocator {
  /// A zeroed frame for a table at `level`, or nil when memory is exhausted. The caller owns it until it links it.
  @inlinable @inline(__always)
  public func allocateTable(level: Level, for thread: ThreadContext) -> PhysicalAddress? {
    guard let free = takeFree(for: thread) else { return nil }
    let address = Self.address(of: free)
    if free & FrameCache.unknownBit != 0 { memory.zero(address) }
    memory.record(address).becomeTable(level: level.rawValue)
    countTables(1, thread)
    return address
  }

  /// As ``allocateTable(level:for:)`` for a caller that writes all 512 slots before it links the table: their content is undefined.
  @inlinable @inline(__always)
  public func allocateUnfilledTable(level: Level, for thread: ThreadContext) -> PhysicalAddress? {
    guard let free = takeFree(for: thread) else { return nil }
    let address = Self.address(of: free)
    memory.record(address).becomeTable(level: level.rawValue)
    countTables(1, thread)
    return address
  }

  /// Takes back a table that nobody can reach: never linked, or of a tree that nobody uses any more.
  ///
  /// - Parameter isEmpty: whether all its slots are zero.
  @inlinable @inline(__always)
  public func freeTable(_ address: PhysicalAddress, isEmpty: Bool, by thread: ThreadContext) {
    giveBack(address, isUnknown: !isEmpty, by: thread)
    countTables(-1, thread)
  }

  /// Counts in the worker's own line, and in the shared one only every sixteen tables: a line that all workers write for
  /// every table would be the bottleneck that strategies are to be told apart by.
  @inlinable @inline(__always)
  func countTables(_ change: Int32, _ thread: ThreadContext) {
    let worker = worker(of: thread)
    let tables = Int32(bitPattern: worker[.tables]) &+ change
    worker[.tables] = UInt32(bitPattern: tables)
    if tables > Int32(bitPattern: worker[.peak]) { worker[.peak] = UInt32(bitPattern: tables) }
    let unpublished = tables &- Int32(bitPattern: worker[.published])
    if _slowPath(unpublished.magnitude >= Self.publishedEvery) { publishTablesSlow(thread) }
  }

  /// Tables between two updates of the shared count: the error of ``FramePool/peakTables`` per worker.
  @inlinable static var publishedEvery: UInt32 { 16 }

  @inlinable @inline(never)
  func publishTablesSlow(_ thread: ThreadContext) {
    let worker = worker(of: thread)
    let change = worker[.tables] &- worker[.published]
    worker[.published] = worker[.tables]
    let total = tableCount.fetchAddRelaxed(change) &+ change
    let peak = tablePeak
    while true {
      let seen = peak.loadRelaxed()
      // A worker that freed others' tables may publish first: below zero for a moment.
      if Int32(bitPattern: total) <= Int32(bitPattern: seen) { return }
      if peak.compareExchangeAcquiring(expected: seen, desired: total) { return }
    }
  }

  // SAFETY: lines behind the spans' locks and the permits, zeroed, each used only by the word named here.

  /// Tables in use by all workers, short of what they have not published.
  @inlinable
  var tableCount: SharedWord32<E> { unsafe SharedWord32(state.pointee.locks + (spanCount &+ 2) &* Self.lockStride) }

  /// The largest value of ``tableCount``.
  @inlinable
  var tablePeak: SharedWord32<E> { unsafe SharedWord32(state.pointee.locks + (spanCount &+ 2) &* Self.lockStride + 4) }

  @inlinable @inline(__always)
  func worker(of thread: ThreadContext) -> WorkerRecord<E> {
    // SAFETY: there is a record for each worker, and `cache(of:)` checks the number in debug builds.
    unsafe WorkerRecord(state.pointee.workers + thread.worker &* WorkerRecord<E>.byteCount)
  }
}

extension FramePool {
  /// Tables in use by all trees of this pool, those in a grace period left out. Call only while no worker allocates.
  public var liveTables: Int {
    (0..<allocator.workerCount).reduce(0) {
      $0 + Int(Int32(bitPattern: allocator.worker(of: ThreadContext(worker: $1))[.tables]))
    }
  }

  /// The most tables that were in use at once. Exact with one worker, and within sixteen tables per worker with several.
  public var peakTables: Int {
    if allocator.workerCount == 1 { return Int(allocator.worker(of: ThreadContext(worker: 0))[.peak]) }
    return max(Int(Int32(bitPattern: allocator.tablePeak.loadRelaxed())), liveTables)
  }
}
