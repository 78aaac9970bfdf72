import Results
import Synchronization
import Testing

@testable import Workloads

/// The timed loop under a clock that stands still unless an operation or a wait moves it: every expected time below is worked
/// out by hand.
@Suite struct TimedVisitTests {
  /// A clock set by hand.
  private final class RiggedClock: SpanClock {
    var time: UInt64 = 1_000_000
    /// What one reading takes.
    var cost: UInt64 = 0

    func now() -> UInt64 {
      time += cost
      return time
    }
    func idle(_ remaining: UInt64) { time += remaining }
  }

  /// Operations of known length; the last one ends the window.
  private final class Script {
    let clock: RiggedClock
    let durations: [UInt64]
    let end: () -> Void
    var done = 0

    init(_ clock: RiggedClock, _ durations: [UInt64], end: @escaping () -> Void) {
      self.clock = clock
      self.durations = durations
      self.end = end
    }

    func operate() {
      clock.time += durations[done]
      done += 1
      if done == durations.count { end() }
    }
  }

  private struct OnePart: SlotAction {
    let script: Script
    func act(_ start: UInt64) -> SlotMisses {
      script.operate()
      return SlotMisses()
    }
  }

  /// The same, and then twice as long in a second part.
  private struct TwoParts: SlotAction {
    let script: Script
    static var partCount: Int { 2 }
    func act(_ start: UInt64) -> SlotMisses {
      let before = script.clock.time
      script.operate()
      script.clock.time += 2 * (script.clock.time - before)
      return SlotMisses()
    }
    func act<C: SpanClock>(_ start: UInt64, _ laps: inout Laps<C>) -> SlotMisses {
      let before = script.clock.time
      script.operate()
      let duration = script.clock.time - before
      laps.endFirst()
      script.clock.time += 2 * duration
      laps.endSecond()
      return SlotMisses()
    }
  }

  private struct Timing: Equatable {
    var part = 0
    let service: UInt64
    var lateness: UInt64 = 0
  }

  private struct Outcome {
    var timings: [Timing] = []
    var behind: UInt64?
    var visited: Visited?
  }

  /// Runs the loop over a region of four slots until the script ends.
  ///
  /// - Parameter interval: from one intended start to the next; nil for a closed loop.
  private func run(
    _ durations: [UInt64], every: Int = 1, interval: UInt64? = nil, clockCost: UInt64 = 0, hasTwoParts: Bool = false
  ) throws -> Outcome {
    let clock = RiggedClock()
    clock.cost = clockCost
    let plan = RegionPlan(parameters: try WorkloadParameters(["region-size": "4"]), workers: 1, base: 0)
    let worker = WorkerState(worker: 0, plan: plan)
    let outcome = Mutex(Outcome())
    var nextInterval: (@Sendable () -> UInt64)?
    if let interval { nextInterval = { interval } }
    let timer = OperationTimer(
      every: every, usesTicks: false, nextInterval: nextInterval,
      record: { part, service, lateness in
        outcome.withLock { $0.timings.append(Timing(part: part, service: service, lateness: lateness)) }
      }, finish: { behind in outcome.withLock { $0.behind = behind } })
    // SAFETY: initialised before use, and freed when nobody has the window any more.
    let stop = UnsafeMutablePointer<Atomic<Bool>>.allocate(capacity: 1)
    unsafe stop.initialize(to: Atomic(false))
    defer { unsafe stop.deallocate() }
    let window = unsafe Window(stop: stop, begin: { _ in true }, end: { _, _ in })
    let script = Script(clock, durations) { unsafe stop.pointee.store(true, ordering: .relaxed) }
    let visited =
      hasTwoParts
      ? worker.visitTimed(TwoParts(script: script), timer, clock, until: window, batch: 1)
      : worker.visitTimed(OnePart(script: script), timer, clock, until: window, batch: 1)
    var result = outcome.withLock { $0 }
    result.visited = visited
    return result
  }

  @Test func `A closed loop times what each operation took`() throws {
    let outcome = try run([10, 1000, 30, 40, 50])
    #expect(outcome.timings == [10, 1000, 30, 40, 50].map { Timing(service: $0) })
    #expect(outcome.behind == nil)
    #expect(outcome.visited?.operations == 5)
  }

  @Test func `Every third operation is timed, across passes over the region`() throws {
    // Four slots: the third operations are numbers 1, 4, 7, 10.
    let outcome = try run([11, 12, 13, 14, 15, 16, 17, 18, 19, 20], every: 3)
    #expect(outcome.timings.map(\.service) == [11, 14, 17, 20])
    #expect(outcome.visited?.operations == 10)
  }

  @Test func `A span holds one reading of the clock, and a second part none of the first`() throws {
    // A reading takes 7: at the end of each part.
    let outcome = try run([100, 200], clockCost: 7, hasTwoParts: true)
    #expect(
      outcome.timings == [
        Timing(part: 0, service: 107), Timing(part: 1, service: 207),
        Timing(part: 0, service: 207), Timing(part: 1, service: 407),
      ])
  }

  /// Starts are meant at 100, 200, …; the third operation takes 1000, from 300 to 1300. The fourth, meant at 400, starts at 1300: 900
  /// late, and done after 910. Each one behind it starts 10 later but was meant 100 later: 90 less late each.
  @Test func `A stall is charged to every operation that was meant to start during it`() throws {
    var durations = Array(repeating: UInt64(10), count: 16)
    durations[2] = 1000
    let outcome = try run(durations, interval: 100)
    #expect(outcome.timings.map(\.service) == durations, "the service sees one slow operation")
    let late: [UInt64] = [900, 810, 720, 630, 540, 450, 360, 270, 180, 90]
    #expect(outcome.timings.map(\.lateness) == [0, 0, 0] + late + [0, 0, 0])
    #expect(outcome.behind == 0)
  }

  @Test func `An early worker waits for the intended start`() throws {
    let outcome = try run([10, 20, 30], interval: 500)
    #expect(outcome.timings == [10, 20, 30].map { Timing(service: $0) })
  }

  /// Starts are meant at 10, 20, 30, 40 and operations take 100: they start at 10, 110, 210, 310. When the window ends at 410 the
  /// fifth was due at 50.
  @Test func `A worker that cannot keep the rate falls behind and says by how much`() throws {
    let outcome = try run([100, 100, 100, 100], interval: 10)
    #expect(outcome.timings.map(\.lateness) == [0, 90, 180, 270])
    #expect(outcome.behind == 360)
  }

  @Test func `Both parts of an operation are as late as the operation`() throws {
    // The first pair takes 300, from 100 to 400; the second was meant at 200.
    let outcome = try run([100, 10], interval: 100, hasTwoParts: true)
    #expect(
      outcome.timings == [
        Timing(part: 0, service: 100, lateness: 0), Timing(part: 1, service: 200, lateness: 0),
        Timing(part: 0, service: 10, lateness: 200), Timing(part: 1, service: 20, lateness: 200),
      ])
  }

  @Test func `A pass visits every slot once and leaves the steady loop's place alone`() throws {
    let clock = RiggedClock()
    let plan = RegionPlan(parameters: try WorkloadParameters(["region-size": "4"]), workers: 1, base: 0)
    let worker = WorkerState(worker: 0, plan: plan)
    let count = Atomic<Int>(0)
    let timer = OperationTimer(
      every: 3, usesTicks: false, nextInterval: nil,
      record: { _, _, _ in count.add(1, ordering: .relaxed) }, finish: { _ in })
    for _ in 0..<3 {
      let script = Script(clock, [1, 2, 3, 4]) {}
      let visited = worker.visitTimed(OnePart(script: script), timer, clock, until: nil, batch: 1)
      #expect(visited.operations == 4)
      #expect(script.done == 4)
    }
    // Twelve operations in three passes: numbers 1, 4, 7 and 10.
    #expect(count.load(ordering: .relaxed) == 4)
    #expect(worker.next == 0 && worker.passes == 0)
  }
}
