import Counters
import Results

/// Counts events in the sections of a window, on the worker's own thread and without allocating.
final class CounterMeter {
  private let counters: WorkerCounters
  private var accumulator: CounterAccumulator
  private var start: CounterSnapshot
  private var end: CounterSnapshot

  /// Opens the counters for the calling thread; one that cannot be had says why in its readings.
  init(_ specifications: [CounterSpecification]) {
    counters = WorkerCounters(opening: specifications)
    accumulator = counters.makeAccumulator()
    start = counters.snapshot()
    end = start
  }

  func beginSection() { counters.read(into: &start) }

  func endSection() {
    counters.read(into: &end)
    accumulator.add(from: start, to: end)
  }

  /// What was counted between begins and ends since the last call.
  func takeReadings() -> [CounterReading] {
    defer { accumulator.reset() }
    return accumulator.readings()
  }
}
