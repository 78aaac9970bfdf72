import CHost
import Results
import Synchronization
import Topology

/// Runs windows over a fixed set of workers: the barrier between sections, the stop flag, each worker's clocks.
@safe
final class WindowConductor: @unchecked Sendable {
  // SENDABLE: the barrier orders what workers share; `isFirstSection` is written by the harness while workers are
  // parked and by the last arriver at the barrier; meters and
  // recorders are used by their own worker only.

  private let cpus: [Int]
  private let barrier: SectionBarrier
  private let tallies: WorkerTallies
  private var meters: [CounterMeter?]
  private var recorders: [LatencyRecorder?]
  private let stopLine = CacheLines(count: 1)
  private let stop: UnsafeMutablePointer<Atomic<Bool>>
  private let started = Semaphore()
  private var isFirstSection = true
  private var releaseNanoseconds: Int64 = 0

  /// - Parameter cpus: the CPU each worker is pinned to, in worker order.
  init(cpus: [Int]) {
    self.cpus = cpus
    barrier = SectionBarrier(parties: cpus.count)
    tallies = WorkerTallies(count: cpus.count)
    meters = Array(repeating: nil, count: cpus.count)
    recorders = Array(repeating: nil, count: cpus.count)
    // SAFETY: one atomic byte on a line of its own, initialised once, living as long as self.
    unsafe stop = stopLine.pointer(toLine: 0, as: Atomic<Bool>.self)
    unsafe stop.initialize(to: Atomic(false))
  }

  var workerCount: Int { cpus.count }

  /// Called on the worker's thread before the first window, while all others are parked.
  func setMeter(_ meter: CounterMeter?, ofWorker worker: Int) { meters[worker] = meter }

  /// As for the meter; nil when operations are not timed.
  func setRecorder(_ recorder: LatencyRecorder?, ofWorker worker: Int) { recorders[worker] = recorder }

  /// How a worker times its operations; nil when it does not.
  func timer(ofWorker worker: Int) -> OperationTimer? { recorders[worker]?.timer }

  /// Empties all accounts for the next window. Only while workers are parked.
  func prepareWindow() {
    unsafe stop.pointee.store(false, ordering: .relaxed)
    isFirstSection = true
    tallies.reset()
    for meter in meters { _ = meter?.takeReadings() }
    for recorder in recorders { recorder?.prepareWindow() }
  }

  /// The window as workers see it.
  var window: Window {
    unsafe Window(stop: UnsafePointer(stop), begin: begin, end: end)
  }

  /// Lets the window run for `length` from the moment at which the first barrier opened, then raises the stop flag.
  /// Called by the harness thread right after it woke the workers.
  func waitAndStop(length: Duration) {
    started.wait()
    MonotonicClock.sleep(until: releaseNanoseconds + length.wholeNanoseconds)
    // Relaxed: a worker that sees it late runs a little longer on its own account, which the clocks measure.
    unsafe stop.pointee.store(true, ordering: .relaxed)
  }

  /// What worker `worker` did in the window. Only while workers are parked.
  func result(ofWorker worker: Int) -> WorkerResult {
    let tally = tallies[worker]
    return WorkerResult(
      cpu: cpus[worker], operations: tally.operations, activeNanoseconds: tally.activeNanoseconds,
      cpuNanoseconds: tally.cpuNanoseconds, sections: tally.sections, misplacedSections: tally.misplacedSections,
      counters: meters[worker]?.takeReadings() ?? [], latency: recorders[worker]?.result)
  }

  private func begin(_ worker: Int) -> Bool {
    let follows = barrier.arrive { [self] in
      guard isFirstSection else { return unsafe !stop.pointee.load(ordering: .relaxed) }
      // The first section always runs: the window's time starts here, where all workers stand ready, and not where
      // they were woken, for a late riser would look like a slow lock.
      isFirstSection = false
      releaseNanoseconds = chost_monotonic_nanoseconds()
      started.post()
      return true
    }
    guard follows else { return false }
    meters[worker]?.beginSection()
    tallies[worker].sectionCPUStart = chost_thread_cpu_nanoseconds()
    // Last, so that the wall clock holds as little of the measuring as possible; `end` reads it first.
    tallies[worker].sectionStart = chost_monotonic_nanoseconds()
    return true
  }

  private func end(_ worker: Int, _ operations: UInt64) {
    let now = chost_monotonic_nanoseconds()
    let cpuNow = chost_thread_cpu_nanoseconds()
    meters[worker]?.endSection()
    let cpu = chost_current_cpu()
    tallies[worker].activeNanoseconds += UInt64(max(0, now - tallies[worker].sectionStart))
    tallies[worker].cpuNanoseconds += UInt64(max(0, cpuNow - tallies[worker].sectionCPUStart))
    tallies[worker].operations += operations
    tallies[worker].sections += 1
    if cpu >= 0, Int(cpu) != cpus[worker] { tallies[worker].misplacedSections += 1 }
    // What a worker does between sections (restoring the table, say) must not disturb one that is still measured.
    _ = barrier.arrive { true }
  }
}
