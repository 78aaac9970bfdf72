import Results

/// Definitions of the harness's own metrics, from the workers' accounts of one window.
///
/// | metric | scope | definition |
/// |---|---|---|
/// | `time_per_op` | `thread:i` | the worker's active ns / its operations |
/// | `time_per_op` | `all` | sum of active ns / sum of operations: what one operation costs the thread that does it |
/// | `throughput` | `all` | sum of operations / longest active time of any worker; none when oversubscribed |
/// | `fairness` | `all` | Jain's index of operations: 1 when all workers did the same, 1/n when one did all |
///
/// So with n workers that do not disturb each other `time_per_op` stays and `throughput` grows n-fold.
struct WindowMetrics {
  let workers: [WorkerResult]

  var operations: UInt64 { workers.reduce(0) { $0 + $1.operations } }

  /// Longest active time of any worker, the `window_ns` of scope `all`.
  var longestActive: UInt64 { workers.map(\.activeNanoseconds).max() ?? 0 }

  /// Nanoseconds; nil when no operation was completed.
  var timePerOperation: Double? {
    Self.timePerOperation(active: workers.reduce(0) { $0 + $1.activeNanoseconds }, operations: operations)
  }

  /// Operations per second; nil when no operation was completed.
  var throughput: Double? {
    guard operations > 0, longestActive > 0 else { return nil }
    return Double(operations) * 1e9 / Double(longestActive)
  }

  /// nil for one worker and when no operation was completed.
  var fairness: Double? {
    guard workers.count > 1, operations > 0 else { return nil }
    let squares = workers.reduce(0.0) { $0 + Double($1.operations) * Double($1.operations) }
    return Double(operations) * Double(operations) / (Double(workers.count) * squares)
  }

  static func timePerOperation(active: UInt64, operations: UInt64) -> Double? {
    operations > 0 ? Double(active) / Double(operations) : nil
  }
}
