/// How often which latencies occurred: one worker's in one window, or several of them added.
///
/// Buckets are those of an HDR histogram with two significant digits: one nanosecond wide below 256 ns, less than 1 % of
/// their value above.
public struct LatencyHistogram: Hashable, Codable, Sendable {
  /// What a latency is measured from.
  public enum Kind: String, CaseIterable, Codable, Sendable {
    /// The operation's actual start: what a closed loop sees.
    case service
    /// The start that was intended: what somebody sees who did not wait for the last answer before he asked again.
    case response
  }

  /// Latencies from `low` to `high` nanoseconds, both included.
  public struct Bucket: Hashable, Codable, Sendable {
    public var low: UInt64
    public var high: UInt64
    public var count: UInt64

    public init(low: UInt64, high: UInt64, count: UInt64) {
      self.low = low
      self.high = high
      self.count = count
    }

    /// `[low, high, count]`: a machine of many CPUs has a million of them to say.
    public init(from decoder: any Decoder) throws {
      var values = try decoder.unkeyedContainer()
      low = try values.decode(UInt64.self)
      high = try values.decode(UInt64.self)
      count = try values.decode(UInt64.self)
    }

    public func encode(to encoder: any Encoder) throws {
      var values = encoder.unkeyedContainer()
      try values.encode(low)
      try values.encode(high)
      try values.encode(count)
    }
  }

  /// A percentile, or why there is none.
  public enum Percentile: Hashable, Sendable {
    /// Upper edge of the bucket that holds it, or the longest latency where that is less; nanoseconds.
    case value(UInt64)
    /// Not so many latencies are longer that the number would be more than chance.
    case tooFew(beyond: UInt64, total: UInt64)
    /// It lies among latencies that were out of the histogram's range.
    case overRange(dropped: UInt64)
  }

  /// Latencies that must lie beyond a percentile.
  public static let leastBeyond: UInt64 = 10

  /// Name of the operation, such as `map`.
  public var operation: String
  public var kind: Kind
  /// Those that are not empty, by latency.
  public var buckets: [Bucket]
  /// Latencies above the histogram's range; they are in no bucket.
  public var dropped: UInt64
  /// Longest latency in nanoseconds, exact and whatever the range; nil when there is none.
  public var longest: UInt64?

  public init(operation: String, kind: Kind, buckets: [Bucket], dropped: UInt64, longest: UInt64?) {
    self.operation = operation
    self.kind = kind
    self.buckets = buckets
    self.dropped = dropped
    self.longest = longest
  }

  /// Latencies in all, dropped ones included.
  public var total: UInt64 { buckets.reduce(dropped) { $0 + $1.count } }

  /// The sum of histograms of one operation and kind; nil for none.
  public static func sum(_ histograms: [LatencyHistogram]) -> LatencyHistogram? {
    guard var sum = histograms.first else { return nil }
    precondition(
      histograms.allSatisfy { $0.operation == sum.operation && $0.kind == sum.kind },
      "latencies of different operations or kinds do not add up")
    var counts: [UInt64: Bucket] = [:]
    for bucket in histograms.flatMap(\.buckets) {
      counts[bucket.low, default: Bucket(low: bucket.low, high: bucket.high, count: 0)].count += bucket.count
    }
    sum.buckets = counts.values.sorted { $0.low < $1.low }
    sum.dropped = histograms.reduce(0) { $0 + $1.dropped }
    sum.longest = histograms.compactMap(\.longest).max()
    return sum
  }

  /// The smallest latency that so many of a thousand do not exceed (nearest rank).
  ///
  /// - Parameter thousandths: 500 for the median, 999 for the 99.9th percentile; below 1000.
  public func percentile(thousandths: UInt64) -> Percentile {
    precondition(thousandths < 1000, "the longest latency is no percentile")
    let total = total
    let rank = max(1, (total * thousandths + 999) / 1000)
    let beyond = total - min(rank, total)
    guard beyond >= Self.leastBeyond else { return .tooFew(beyond: beyond, total: total) }
    var reached: UInt64 = 0
    for bucket in buckets {
      reached += bucket.count
      if reached >= rank { return .value(min(bucket.high, longest ?? bucket.high)) }
    }
    return .overRange(dropped: dropped)
  }
}

/// What one worker's timed operations of one window were like.
public struct WorkerLatency: Hashable, Codable, Sendable {
  /// What one reading of the clock takes, already subtracted from every latency.
  public var clockCostNanoseconds: Double
  /// What the clock advances by: shorter differences cannot be seen.
  public var clockStepNanoseconds: Double
  /// One per operation and kind, in the order of the workload's operations, services first.
  public var histograms: [LatencyHistogram]
  /// How long ago the worker's next operation should have started when the window ended; 0 when it was not yet due, and in
  /// a closed loop.
  public var behindNanoseconds: UInt64

  public init(
    clockCostNanoseconds: Double, clockStepNanoseconds: Double, histograms: [LatencyHistogram],
    behindNanoseconds: UInt64
  ) {
    self.clockCostNanoseconds = clockCostNanoseconds
    self.clockStepNanoseconds = clockStepNanoseconds
    self.histograms = histograms
    self.behindNanoseconds = behindNanoseconds
  }
}
