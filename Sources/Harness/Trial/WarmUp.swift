/// Runs work until it has settled: in slices, whose times per operation are judged as windows are.
struct WarmUp {
  /// What one slice showed.
  struct Slice {
    /// nil when no operation was completed.
    let timePerOperation: Double?
    /// Wall time it really took: a workload that runs whole passes may overrun.
    let elapsed: Duration
  }

  struct Outcome: Hashable {
    let elapsed: Duration
    /// nil when there were too few slices to tell.
    let hasSettled: Bool?
  }

  let settings: WindowSettings

  /// Runs at least the suite's warm-up, and goes on while it has not settled, up to the longest warm-up allowed.
  ///
  /// - Parameter slice: runs the work for about as long as it is told.
  func run(_ slice: (Duration) -> Slice) -> Outcome {
    let wanted = Duration.milliseconds(settings.warmUpMilliseconds)
    let limit = Duration.milliseconds(settings.maxWarmUpMilliseconds)
    // As many slices as are judged; none shorter than the sleep that ends it is precise.
    let length = max(.milliseconds(1), wanted / SteadyState.windowLimit)
    var elapsed = Duration.zero
    var times: [Double] = []
    var hasSettled: Bool?
    while elapsed < wanted || (hasSettled == false && elapsed < limit) {
      let result = slice(length)
      elapsed += result.elapsed
      if let time = result.timePerOperation { times.append(time) }
      hasSettled = settings.steadiness.holds(times)
    }
    return Outcome(elapsed: elapsed, hasSettled: hasSettled)
  }
}
