internal import Executions
internal import Results

/// What a worker keeps between sections: its visiting order and its tallies. Touched by the worker while it runs and by checks
/// while it is parked; hot loops copy what they need into locals.
final class WorkerState: @unchecked Sendable {
  // SENDABLE: one owner at a time, handed over by the harness's barrier.
  let thread: ThreadContext
  /// Slot starts in visiting order, in memory the worker touched first.
  let visits: AddressList
  /// Slots this worker populates and restores.
  let homeSlots: [UInt64]
  /// Next position in `visits`.
  var next = 0
  /// Complete passes over `visits`.
  var passes = 0
  /// Pages this worker mapped and unmapped, all its life long.
  var mapped = 0
  var taken = 0
  /// Lookups that found nothing where something had to be.
  var misses = 0
  var ranOutOfFrames = false

  init(worker: Int, plan: RegionPlan) {
    thread = ThreadContext(worker: worker)
    homeSlots = plan.homeSlots(of: worker)
    visits = AddressList(plan.visits(of: worker))
  }

  /// Worker number.
  var number: Int { thread.worker }

  /// Visits one slot after the other, over and over, until the window ends. Returns how many.
  ///
  /// - Parameter batch: visits between two looks at the window's flag.
  @inline(__always)
  func visit<A: SlotAction>(_ action: inout A, until window: Window, batch: Int) -> UInt64 {
    let visits = visits
    let count = visits.count
    var index = next
    var operations: UInt64 = 0
    repeat {
      let end = min(index &+ batch, count)
      operations &+= UInt64(truncatingIfNeeded: end &- index)
      while index < end {
        action.act(visits[index])
        index &+= 1
      }
      if index == count {
        index = 0
        passes &+= 1
      }
    } while !window.isOver
    next = index
    return operations
  }

  /// Visits every slot once, in order. Returns how many.
  @inline(__always)
  func visitOnce<A: SlotAction>(_ action: inout A) -> UInt64 {
    let visits = visits
    for index in 0..<visits.count { action.act(visits[index]) }
    return UInt64(visits.count)
  }
}

/// What a workload does at one slot, with its tally: a type, not a closure, because closures are not inlined into the loop.
protocol SlotAction {
  mutating func act(_ start: UInt64)
}

/// Addresses in a row, read by hot loops without reference counting or bounds checks in release builds.
@safe
final class AddressList: Sendable {
  // SENDABLE: never written after `init`.
  private nonisolated(unsafe) let storage: UnsafeMutablePointer<UInt64>
  let count: Int

  init(_ addresses: [UInt64]) {
    count = addresses.count
    let storage = UnsafeMutablePointer<UInt64>.allocate(capacity: max(count, 1))
    for (index, address) in addresses.enumerated() {
      // SAFETY: `index` is below the allocated capacity.
      unsafe (storage + index).initialize(to: address)
    }
    unsafe self.storage = storage
  }

  @inline(__always)
  subscript(index: Int) -> UInt64 {
    assert(index >= 0 && index < count, "an address list was read beyond its end")
    // SAFETY: callers stay below `count`.
    return unsafe storage[index]
  }

  /// For C, which reads `count - index` addresses at most.
  @unsafe
  func pointer(to index: Int) -> UnsafePointer<UInt64> {
    unsafe UnsafePointer(storage + index)
  }

  deinit {
    unsafe storage.deallocate()
  }
}
