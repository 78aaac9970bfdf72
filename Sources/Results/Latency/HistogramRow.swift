/// The columns of `hist.csv`, in file order: the only place where their names are spelled.
///
/// One row is one bucket of one histogram: one operation and kind of one worker in one window of one process. Histograms of
/// several workers add up bucket by bucket.
public enum HistogramSchema {
  public static let name = SchemaName(name: "pagebench.hist", major: 1)

  public enum Column: String, CaseIterable, Sendable {
    /// `pagebench.hist/1`, in every row.
    case schema
    /// ULID of the harness run.
    case runID = "run_id"
    /// Joins `samples.csv`.
    case caseID = "case_id"
    /// Arm label when arms are interleaved in one run, else empty.
    case variant
    case invocation
    case window
    /// `thread:3`.
    case scope
    /// What was timed, such as `map`.
    case operation = "op"
    /// `closed` or `open`.
    case mode
    /// `service` or `response`; see ``LatencyHistogram/Kind``.
    case kind
    /// Mean time between intended starts of the worker; empty in a closed loop.
    case expectedInterval = "expected_interval_ns"
    /// The bucket's bounds, both included; empty when all latencies of the histogram were dropped.
    case low = "lo_ns"
    case high = "hi_ns"
    case count
    /// Latencies of the whole histogram that were above its range: the same in all its rows.
    case dropped
    /// 1 when the worker ended the window behind its schedule by more than a hundredth of the window and ten intervals, so
    /// that responses tell of the queue's growth and would be longer in a longer window; else 0. The same in all rows.
    case saturated
  }

  public static let columnNames: [String] = Column.allCases.map(\.rawValue)
}

/// One typed row of `hist.csv`.
public struct HistogramRow: Hashable, Sendable {
  public var runID: String
  public var caseID: CaseID
  public var variant: String
  public var invocation: Int
  public var window: Int
  public var scope: SampleScope
  public var operation: String
  public var isOpen: Bool
  public var kind: LatencyHistogram.Kind
  public var expectedInterval: UInt64?
  /// Nil when every latency was dropped.
  public var bounds: ClosedRange<UInt64>?
  public var count: UInt64
  public var dropped: UInt64
  public var isSaturated: Bool

  public init(
    runID: String, caseID: CaseID, variant: String = "", invocation: Int, window: Int, scope: SampleScope,
    operation: String, isOpen: Bool, kind: LatencyHistogram.Kind, expectedInterval: UInt64?,
    bounds: ClosedRange<UInt64>?, count: UInt64, dropped: UInt64, isSaturated: Bool
  ) {
    self.runID = runID
    self.caseID = caseID
    self.variant = variant
    self.invocation = invocation
    self.window = window
    self.scope = scope
    self.operation = operation
    self.isOpen = isOpen
    self.kind = kind
    self.expectedInterval = expectedInterval
    self.bounds = bounds
    self.count = count
    self.dropped = dropped
    self.isSaturated = isSaturated
  }

  /// Cells in the order of ``HistogramSchema/columnNames``.
  public var csvCells: [String] { HistogramSchema.Column.allCases.map(cellText) }

  private func cellText(_ column: HistogramSchema.Column) -> String {
    switch column {
    case .schema: HistogramSchema.name.description
    case .runID: runID
    case .caseID: caseID.description
    case .variant: variant
    case .invocation: String(invocation)
    case .window: String(window)
    case .scope: scope.rawValue
    case .operation: operation
    case .mode: isOpen ? "open" : "closed"
    case .kind: kind.rawValue
    case .expectedInterval: expectedInterval.map { String($0) } ?? ""
    case .low: bounds.map { String($0.lowerBound) } ?? ""
    case .high: bounds.map { String($0.upperBound) } ?? ""
    case .count: String(count)
    case .dropped: String(dropped)
    case .saturated: isSaturated ? "1" : "0"
    }
  }
}
