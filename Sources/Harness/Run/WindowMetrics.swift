import Results

/// Definitions of the harness's own metrics, from the workers' accounts of one window.
///
/// | metric | scope | definition |
/// |---|---|---|
/// | `time_per_op` | `thread:i` | the worker's active ns / its operations |
/// | `time_per_op` | `all` | sum of active ns / sum of operations: what one operation costs the thread that does it |
/// | `throughput` | `all` | sum of operations / longest active time of any worker; none when oversubscribed |
/// | `fairness` | `all` | Jain's index of operations: 1 when all workers did the same, 1/n when one did all |
/// | `fairness_min_max` | `all` | operations of the slowest worker / those of the fastest |
/// | `fairness_cv` | `all` | standard deviation of the workers' operations / their mean; the index is 1/(1 + cv²) |
/// | `fairness_nodes` | `all` | Jain's index of the nodes' mean operations per worker |
///
/// Scope `node:i` has the metrics of `all` over the workers on that node, in windows whose workers lie on several.
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

  /// nil as ``fairness``.
  var fairnessMinMax: Double? {
    guard fairness != nil, let least = workers.map(\.operations).min(), let most = workers.map(\.operations).max()
    else { return nil }
    return Double(least) / Double(most)
  }

  /// Of all workers there are, so divided by n, not n − 1. nil as ``fairness``.
  var fairnessVariation: Double? {
    guard fairness != nil else { return nil }
    let mean = Double(operations) / Double(workers.count)
    let squares = workers.reduce(0.0) { $0 + (Double($1.operations) - mean) * (Double($1.operations) - mean) }
    return (squares / Double(workers.count)).squareRoot() / mean
  }

  /// The workers of each node by its number; empty where a worker's node is not known.
  var nodes: [Int: WindowMetrics] {
    let known = workers.filter { $0.node != nil }
    guard known.count == workers.count else { return [:] }
    return Dictionary(grouping: known) { $0.node ?? 0 }.mapValues { WindowMetrics(workers: $0) }
  }

  /// nil for one node and when no operation was completed.
  var fairnessOfNodes: Double? {
    let nodes = nodes
    guard nodes.count > 1, operations > 0 else { return nil }
    let means = nodes.values.map { Double($0.operations) / Double($0.workers.count) }
    let sum = means.reduce(0, +)
    return sum * sum / (Double(means.count) * means.reduce(0) { $0 + $1 * $1 })
  }

  static func timePerOperation(active: UInt64, operations: UInt64) -> Double? {
    operations > 0 ? Double(active) / Double(operations) : nil
  }
}
