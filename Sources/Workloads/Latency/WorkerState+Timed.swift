internal import Results

extension WorkerState {
  /// Visits slots as ``visit(_:until:batch:)`` does, with the worker's timer.
  func visitTimed<A: SlotAction>(_ action: A, until window: Window, batch: Int) -> Visited {
    let timer = requiredTimer
    return visitTimed(action, timer, HostSpanClock(usesTicks: timer.usesTicks), until: window, batch: batch)
  }

  /// Visits every slot once, in order, with the worker's timer.
  func visitTimedOnce<A: SlotAction>(_ action: A) -> Visited {
    let timer = requiredTimer
    return visitTimed(action, timer, HostSpanClock(usesTicks: timer.usesTicks), until: nil, batch: 1)
  }

  private var requiredTimer: OperationTimer {
    guard let timer else { preconditionFailure("worker \(number) has no timer") }
    return timer
  }

  /// Visits slots as ``visit(_:until:batch:)`` does, and times every n-th operation.
  ///
  /// In an open loop each operation has an intended start: the section's beginning plus the intervals so far. A worker that is early
  /// spins until then; one that is late starts at once. Either way the next intended start stays where it is, so a stall is
  /// charged to every operation that had to wait for its end. The window's flag is looked at before each operation.
  ///
  /// One loop for all modes, and out of line: it holds the operation's code once, and the untimed loops are as they were.
  ///
  /// - Parameters:
  ///   - window: nil to visit every slot once, in order, whatever the time.
  ///   - batch: visits between two looks at the window's flag in a closed loop.
  @inline(never)
  func visitTimed<A: SlotAction, C: SpanClock>(
    _ action: A, _ timer: OperationTimer, _ clock: C, until window: Window?, batch: Int
  ) -> Visited {
    let visits = visits
    let step = window == nil ? visits.count : timer.nextInterval == nil ? batch : 1
    var index = window == nil ? 0 : next
    var operations: UInt64 = 0
    var misses = SlotMisses()
    var laps = Laps(clock)
    var intended = clock.now()
    repeat {
      let end = min(index &+ step, visits.count)
      while index < end {
        var lateness: UInt64 = 0
        if let nextInterval = timer.nextInterval, let window {
          intended &+= nextInterval()
          guard let now = Self.wait(until: intended, clock, window) else {
            timer.finish(0)
            next = index
            return Visited(operations: operations, pagesPerOperation: pagesPerOperation, misses: misses)
          }
          lateness = now &- intended
          laps.start = now
        }
        untimed &-= 1
        laps.isTimed = untimed <= 0
        if laps.isTimed {
          untimed = timer.every
          if timer.nextInterval == nil { laps.start = clock.now() }
        }
        misses.add(action.act(visits[index], &laps))
        index &+= 1
        operations &+= 1
        if laps.isTimed {
          timer.record(0, laps.first &- laps.start, lateness)
          if A.partCount == 2 { timer.record(1, laps.second &- laps.first, lateness) }
        }
      }
      if index == visits.count {
        index = 0
        passes &+= window == nil ? 0 : 1
      }
    } while window.map { !$0.isOver } ?? false
    if let nextInterval = timer.nextInterval {
      let due = intended &+ nextInterval()
      let now = clock.now()
      timer.finish(now > due ? now &- due : 0)
    }
    if window != nil { next = index }
    return Visited(operations: operations, pagesPerOperation: pagesPerOperation, misses: misses)
  }

  /// Spins until an intended start. Returns the time then, or nil when the window ended before.
  @inline(__always)
  private static func wait<C: SpanClock>(until intended: UInt64, _ clock: C, _ window: Window) -> UInt64? {
    while true {
      let now = clock.now()
      if now >= intended { return now }
      if window.isOver { return nil }
      clock.idle(intended &- now)
    }
  }
}
