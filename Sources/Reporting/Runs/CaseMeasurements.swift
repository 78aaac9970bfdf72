public import Results
import Statistics

/// One metric of one case on one side, with every window folded into its invocation: the unit of replication is the
/// process, so an invocation counts once however many windows it has.
public struct CaseMeasurements: Hashable, Sendable {
  /// Median over the usable windows of each invocation, in order of run and invocation.
  public let invocationMedians: [Double]
  /// Smallest value of any clean window: neither preempted nor failed.
  public let cleanMinimum: Double?
  /// Windows left out because their check failed.
  public let failedWindowCount: Int
  /// Windows left out because there is no usable value, by status; invocations where rows are folded over windows.
  public let unusable: [MeasurementStatus: Int]
  /// Whether an invocation has only a row that stands for all its windows.
  private let hasFoldedRows: Bool
  /// How many windows carry each flag.
  public let flags: [SampleFlag: Int]
  /// Statuses of the values that are used.
  public let usedStatuses: Set<MeasurementStatus>
  public let benchVersions: Set<Int>

  public var invocationCount: Int { invocationMedians.count }
  public var median: Double? { OrderStatistics.median(invocationMedians) }

  private struct InvocationKey: Hashable, Comparable {
    let runID: String
    let invocation: Int
    static func < (left: InvocationKey, right: InvocationKey) -> Bool {
      (left.runID, left.invocation) < (right.runID, right.invocation)
    }
  }

  /// - Parameter samples: rows of one case, variant, scope, metric and unit. Rows folded over windows are used only for
  ///   invocations that have no single windows.
  public init(_ samples: [Sample]) {
    var medians: [(InvocationKey, Double)] = []
    var cleanMinimum: Double?
    var failed = 0
    var unusable: [MeasurementStatus: Int] = [:]
    var flags: [SampleFlag: Int] = [:]
    var usedStatuses: Set<MeasurementStatus> = []
    var hasFoldedRows = false
    let invocations = Dictionary(grouping: samples) { InvocationKey(runID: $0.runID, invocation: $0.invocation) }
    for (key, rows) in invocations {
      let single = rows.filter { $0.window >= 0 }
      if single.isEmpty { hasFoldedRows = true }
      var used: [Double] = []
      for sample in single.isEmpty ? rows : single {
        for flag in Set(sample.flags) { flags[flag, default: 0] += 1 }
        if sample.flags.contains(.failed) {
          failed += 1
        } else if let value = sample.usableValue {
          used.append(value)
          usedStatuses.insert(sample.status)
          if sample.isClean { cleanMinimum = min(cleanMinimum ?? value, value) }
        } else {
          unusable[sample.status, default: 0] += 1
        }
      }
      if let median = OrderStatistics.median(used) { medians.append((key, median)) }
    }
    invocationMedians = medians.sorted { $0.0 < $1.0 }.map(\.1)
    self.cleanMinimum = cleanMinimum
    failedWindowCount = failed
    self.unusable = unusable
    self.hasFoldedRows = hasFoldedRows
    self.flags = flags
    self.usedStatuses = usedStatuses
    benchVersions = Set(samples.map(\.benchVersion))
  }

  /// Why there is no value: `no_permission in 36 windows`, or nil when there is one.
  public var absence: String? {
    guard invocationMedians.isEmpty else { return nil }
    let unit = hasFoldedRows ? "invocation" : "window"
    var parts = unusable.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\($0.key.rawValue) in \($0.value) \(unit)\($0.value == 1 ? "" : "s")" }
    if failedWindowCount > 0 {
      parts.append("the check failed after \(failedWindowCount) window\(failedWindowCount == 1 ? "" : "s")")
    }
    return parts.isEmpty ? "no windows" : parts.joined(separator: ", ")
  }

  /// The caution that goes with `count` windows left out because their check failed; nil for none.
  static func failureNote(_ count: Int) -> String? {
    switch count {
    case 0: nil
    case 1: "1 window failed the check after it and is left out: its number describes broken work"
    default: "\(count) windows failed the check after them and are left out: their numbers describe broken work"
    }
  }

  /// `not_steady 2, preempted 3`, with the number of windows; empty when there are none.
  public var flagText: String {
    flags.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }
}
