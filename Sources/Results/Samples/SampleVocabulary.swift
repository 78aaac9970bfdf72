/// Which direction of change is good; the `better` column.
public enum MetricDirection: String, CaseIterable, Codable, Sendable {
  case lower
  case higher
  /// Neither: a count that explains a result without being one.
  case none
}

/// Whose number it is; the `scope` column. Any text can be read back, so that newer files stay readable.
public struct SampleScope: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  /// All workers together.
  public static let all = SampleScope(rawValue: "all")
  public static func thread(_ worker: Int) -> SampleScope { SampleScope(rawValue: "thread:\(worker)") }
  public static func cpu(_ number: Int) -> SampleScope { SampleScope(rawValue: "cpu:\(number)") }
  public static func node(_ number: Int) -> SampleScope { SampleScope(rawValue: "node:\(number)") }

  public var description: String { rawValue }

  /// Whether it is one worker.
  var isThread: Bool { rawValue.hasPrefix("thread:") }

  /// Whether this schema version knows the scope.
  var isKnown: Bool {
    if self == .all { return true }
    let parts = rawValue.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = Int(parts[1]), number >= 0, String(number) == parts[1] else { return false }
    return ["thread", "cpu", "node"].contains(parts[0])
  }
}

/// Where a number comes from; the `source` column. Any text can be read back.
public struct MeasurementSource: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  public static let clock = MeasurementSource(rawValue: "clock")
  public static let perf = MeasurementSource(rawValue: "perf")
  public static let tracepoint = MeasurementSource(rawValue: "tracepoint")
  public static let rusage = MeasurementSource(rawValue: "rusage")
  public static let procfs = MeasurementSource(rawValue: "procfs")
  /// A latency histogram.
  public static let hdr = MeasurementSource(rawValue: "hdr")
  /// Computed from other rows.
  public static let derived = MeasurementSource(rawValue: "derived")
  public static let user = MeasurementSource(rawValue: "user")

  static let known: [MeasurementSource] = [clock, perf, tracepoint, rusage, procfs, hdr, derived, user]

  public var description: String { rawValue }
}

/// One doubt about a window; the `flags` column holds several, separated by `;`. Any text can be read back.
public struct SampleFlag: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible,
  ExpressibleByStringLiteral
{
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
  public init(stringLiteral value: String) { self.init(rawValue: value) }

  /// The windows of the invocation did not settle.
  public static let notSteady = SampleFlag(rawValue: "not_steady")
  /// A thread or its memory was not where the placement asked.
  public static let misplaced = SampleFlag(rawValue: "misplaced")
  /// The process's CPU quota ran out during the window.
  public static let throttled = SampleFlag(rawValue: "throttled")
  /// The processor is emulated in software: the work and its placement are real, no time is.
  public static let emulated = SampleFlag(rawValue: "emulated")
  /// The hypervisor took time away.
  public static let steal = SampleFlag(rawValue: "steal")
  /// A latency was longer than the histograms reach.
  public static let overRange = SampleFlag(rawValue: "over_range")
  /// An open loop ended the window so far behind its schedule that a longer window would show longer responses.
  public static let saturated = SampleFlag(rawValue: "saturated")
  /// A worker lost its CPU during the window. The window stays in the median but is not clean.
  public static let preempted = SampleFlag(rawValue: "preempted")
  /// The check after the window failed: its number describes broken work and enters no summary.
  public static let failed = SampleFlag(rawValue: "failed")

  /// Whether a window with this flag may stand for undisturbed work.
  public var spoilsCleanWindow: Bool { self == .preempted || self == .failed }

  /// Whether the text fits in the `;`-separated cell: lower-case letters, digits, `_`, `-`, `:`, `.`.
  var isWellFormed: Bool {
    !rawValue.isEmpty
      && rawValue.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "."): true
        default: false
        }
      }
  }

  public var description: String { rawValue }
  public static func < (left: SampleFlag, right: SampleFlag) -> Bool { left.rawValue < right.rawValue }
}

/// Metric names that the harness writes and reports look for. Counters are `ctr.<name>`, derived ones `der.<name>`.
public enum MetricName {
  /// Nanoseconds of wall time per operation, unit `ns/op`: the primary metric.
  public static let timePerOperation = "time_per_op"
  /// Bytes of tables and metadata per GiB that is mapped.
  public static let memoryPerGiB = "memory_per_gib"
  /// Operations per second over all workers, unit `op/s`.
  public static let throughput = "throughput"
  /// What latency metrics begin with: the response in an open loop, the service in a closed one.
  public static let latencyPrefix = "lat"
  /// What service times of an open loop begin with.
  public static let servicePrefix = "svc"
  /// Percentiles of latencies: their names, and how many of a thousand they are.
  public static let percentiles: [(name: String, thousandths: UInt64)] = [
    ("p50", 500), ("p90", 900), ("p99", 990), ("p99.9", 999),
  ]
  /// Operations that were timed, unit `1`.
  public static let latencyCount = "lat_count"
  /// Nanoseconds by which the 99th percentile of responses exceeds that of services.
  public static let omissionGap = "der.co_gap_p99"
  /// Nanoseconds of the longest response of all operations; of the longest service in a closed loop.
  public static let longestWait = "longest_wait"
  /// Nanoseconds that one reading of the clock takes, subtracted from every latency.
  public static let clockCost = "clock_cost"
  /// Nanoseconds that the same clock advances by at least.
  public static let clockStep = "clock_step"
  /// Nanoseconds of wall time before the first window, with all extensions, unit `ns`; one row per process.
  public static let warmUp = "warmup_time"
}
