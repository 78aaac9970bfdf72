import Histogram
import Results

/// Collects the latencies of one worker: a histogram for each part of the workload's operation and each kind, all of them in
/// memory before the first window.
final class LatencyRecorder: @unchecked Sendable {
  // SENDABLE: the worker records in windows; the harness reads and empties it while the worker is parked.

  /// Longest latency that has a bucket: 68 seconds.
  static let highest: UInt64 = (1 << 36) - 1

  /// Latencies of one part and kind.
  private struct Record {
    var histogram = Histogram<UInt64>(
      lowestDiscernibleValue: 1, highestTrackableValue: LatencyRecorder.highest, numberOfSignificantValueDigits: .two)
    var dropped: UInt64 = 0
    var longest: UInt64 = 0

    mutating func add(_ nanoseconds: UInt64) {
      // The range is fixed, so that nothing is allocated here.
      if !histogram.record(nanoseconds) { dropped += 1 }
      if nanoseconds > longest { longest = nanoseconds }
    }

    mutating func reset() {
      histogram.reset()
      dropped = 0
      longest = 0
    }

    func result(operation: String, kind: LatencyHistogram.Kind) -> LatencyHistogram {
      let buckets = histogram.recordedValues().map { value in
        LatencyHistogram.Bucket(
          low: histogram.lowestEquivalentForValue(value.value), high: histogram.highestEquivalentForValue(value.value),
          count: value.count)
      }
      return LatencyHistogram(
        operation: operation, kind: kind, buckets: buckets, dropped: dropped,
        longest: buckets.isEmpty && dropped == 0 ? nil : longest)
    }
  }

  private let settings: LatencySettings
  private let operations: [String]
  private let clock: LatencyClock
  private let quality: LatencyClock.Quality
  private let makeIntervals: () -> ArrivalIntervals?
  private var services: [Record]
  private var responses: [Record]
  private var intervals: ArrivalIntervals?
  private var behind: UInt64 = 0

  /// - Parameters:
  ///   - operations: what is timed; see ``ErasedWorkload/Timed/operations``.
  ///   - quality: its cost is subtracted from every span.
  init(
    _ settings: LatencySettings, operations: [String], clock: LatencyClock, quality: LatencyClock.Quality, worker: Int,
    workers: Int
  ) {
    self.settings = settings
    self.operations = operations
    self.clock = clock
    self.quality = quality
    makeIntervals = {
      settings.intervalNanoseconds.map {
        ArrivalIntervals(
          mode: settings.mode, mean: Double($0) / clock.nanosecondsPerUnit, seed: settings.seed, worker: worker,
          workers: workers)
      }
    }
    services = operations.map { _ in Record() }
    responses = settings.mode.isOpen ? services : []
    intervals = makeIntervals()
  }

  /// What the worker's loop is given.
  var timer: OperationTimer {
    var nextInterval: (@Sendable () -> UInt64)?
    if settings.mode.isOpen { nextInterval = { [self] in intervals?.next() ?? 0 } }
    return OperationTimer(
      every: settings.every, usesTicks: clock.usesTicks, nextInterval: nextInterval,
      record: { [self] part, service, lateness in record(part, service: service, lateness: lateness) },
      finish: { [self] in behind = $0 })
  }

  /// Takes one span; see ``OperationTimer/record``.
  func record(_ part: Int, service: UInt64, lateness: UInt64) {
    // An operation shorter than the clock's own scatter took no measurable time.
    let own = service > quality.cost ? service - quality.cost : 0
    services[part].add(wholeNanoseconds(own))
    if !responses.isEmpty { responses[part].add(wholeNanoseconds(own &+ lateness)) }
  }

  /// Empties the histograms and starts the intervals anew, for the next window. Only while the worker is parked.
  func prepareWindow() {
    for index in services.indices { services[index].reset() }
    for index in responses.indices { responses[index].reset() }
    intervals = makeIntervals()
    behind = 0
  }

  /// What was recorded since then. Only while the worker is parked.
  var result: WorkerLatency {
    WorkerLatency(
      clockCostNanoseconds: clock.nanoseconds(quality.cost),
      clockStepNanoseconds: clock.nanoseconds(quality.step),
      histograms: zip(services, operations).map { $0.result(operation: $1, kind: .service) }
        + zip(responses, operations).map { $0.result(operation: $1, kind: .response) },
      behindNanoseconds: wholeNanoseconds(behind))
  }

  private func wholeNanoseconds(_ units: UInt64) -> UInt64 {
    let exact = clock.nanoseconds(units) + 0.5
    // A clock that ran backwards makes a span of centuries: out of range, not a crash.
    return exact < 0x1p63 ? UInt64(exact) : .max
  }
}
