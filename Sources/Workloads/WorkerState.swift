internal import Executions
internal import Results

/// What a worker keeps between sections: its visiting order and its tallies. Touched by the worker while it runs and by checks
/// while it is parked; hot loops copy what they need into locals.
final class WorkerState: @unchecked Sendable {
  // SENDABLE: one owner at a time, handed over by the harness's barrier.
  let thread: ThreadContext
  /// Under which the worker allocates and frees data frames: see ``ArenaPlan``.
  let dataContext: ThreadContext
  let pagesPerOperation: Int
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
  /// Operations until the next one that is timed, where any is.
  var untimed = 0
  /// How the worker times its operations in windows in which it does.
  var timer: OperationTimer?

  init(worker: Int, plan: RegionPlan, dataContext: ThreadContext? = nil) {
    thread = ThreadContext(worker: worker)
    self.dataContext = dataContext ?? thread
    pagesPerOperation = plan.parameters.pagesPerOperation
    homeSlots = plan.homeSlots(of: worker)
    visits = AddressList(plan.visits(of: worker))
  }

  /// Worker number.
  var number: Int { thread.worker }

  /// Visits one slot after the other, over and over, until the window ends. Returns how many.
  ///
  /// - Parameter batch: visits between two looks at the window's flag.
  @inline(__always)
  func visit<A: SlotAction>(_ action: A, until window: Window, batch: Int) -> Visited {
    let visits = visits
    let count = visits.count
    var index = next
    var operations: UInt64 = 0
    var misses = SlotMisses()
    repeat {
      let end = min(index &+ batch, count)
      operations &+= UInt64(truncatingIfNeeded: end &- index)
      visits.forEach(index..<end) { misses.add(action.act($0)) }
      index = end
      if index == count {
        index = 0
        passes &+= 1
      }
    } while !window.isOver
    next = index
    return Visited(operations: operations, pagesPerOperation: pagesPerOperation, misses: misses)
  }

  /// Visits every slot once, in order. Returns how many.
  @inline(__always)
  func visitOnce<A: SlotAction>(_ action: A) -> Visited {
    let visits = visits
    var misses = SlotMisses()
    visits.forEach(0..<visits.count) { misses.add(action.act($0)) }
    return Visited(operations: UInt64(visits.count), pagesPerOperation: pagesPerOperation, misses: misses)
  }
}

/// What a workload does at one slot: a type, not a closure, because closures are not inlined into the loop; and without state, because a
/// tally that is a field of it is written back to memory for every slot (measured: 15 % of a map).
protocol SlotAction {
  /// How many parts of the operation are timed for themselves: 1 or 2.
  static var partCount: Int { get }

  func act(_ start: UInt64) -> SlotMisses
  /// The same with a look at the clock after each part.
  func act<C: SpanClock>(_ start: UInt64, _ laps: inout Laps<C>) -> SlotMisses
}

extension SlotAction {
  static var partCount: Int { 1 }

  @inline(__always)
  func act<C: SpanClock>(_ start: UInt64, _ laps: inout Laps<C>) -> SlotMisses {
    let misses = act(start)
    laps.endFirst()
    return misses
  }
}

/// Pages with which an operation failed. Failures are counted and not successes, because they are rare: a loop that runs smoothly counts
/// nothing.
struct SlotMisses {
  /// Pages that were not mapped: occupied, or out of frames.
  var maps = 0
  /// Pages that were not there to be unmapped, changed or looked up.
  var finds = 0

  @inline(__always)
  mutating func add(_ other: SlotMisses) {
    maps &+= other.maps
    finds &+= other.finds
  }
}

/// What a worker did in one section.
struct Visited {
  let operations: UInt64
  let pagesPerOperation: Int
  let misses: SlotMisses

  var mapped: Int { Int(operations) * pagesPerOperation - misses.maps }
  var found: Int { Int(operations) * pagesPerOperation - misses.finds }
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

  /// Calls `body` with each address of `part`. By pointer: one register less than by index, in loops that have none to spare.
  @inline(__always)
  func forEach(_ part: Range<Int>, _ body: (UInt64) -> Void) {
    assert(part.lowerBound >= 0 && part.upperBound <= count, "an address list was read beyond its end")
    // SAFETY: callers stay inside `0..<count`.
    var next = unsafe storage + part.lowerBound
    let end = unsafe storage + part.upperBound
    while unsafe next < end {
      body(unsafe next.pointee)
      unsafe next += 1
    }
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
