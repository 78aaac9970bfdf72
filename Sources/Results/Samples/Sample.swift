/// One typed row of `samples.csv`: one metric of one scope in one window of one process invocation.
///
/// A sample without a value always says why in `status`; there is no 0 that means absent.
public struct Sample: Hashable, Sendable {
  /// ULID of the harness run.
  public var runID: String
  /// Arm label when arms are interleaved in one run, else empty.
  public var variant: String
  /// What was measured: columns `suite` to `params`.
  public var cell: Cell
  /// As written in the file; equals ``CaseID/init(of:)`` of `cell` in every file that passes verification.
  public var caseID: CaseID
  public var benchVersion: Int
  public var block: Int
  public var order: Int
  /// Process index for this case and variant.
  public var invocation: Int
  /// Window inside the process, -1 when folded over windows.
  public var window: Int
  public var startedUTC: UTCTimestamp?
  /// Nanoseconds, monotonic.
  public var windowNanoseconds: UInt64?
  /// Operations this scope completed in the window.
  public var operations: UInt64?
  public var scope: SampleScope
  public var metric: String
  public var value: Double?
  public var unit: String
  public var better: MetricDirection
  public var status: MeasurementStatus
  public var enabledNanoseconds: UInt64?
  public var runningNanoseconds: UInt64?
  public var source: MeasurementSource
  /// Fully qualified event encoding.
  public var event: String?
  /// Resolved CPU list of this scope, as the kernel writes lists.
  public var cpus: String
  public var flags: [SampleFlag]
  public var note: String
  /// Guarantee class of the strategy, empty where none is declared.
  public var guarantee: String

  /// - Parameter caseID: the cell's, where it is known; hashing a cell takes longer than all the rest.
  /// - Precondition: `value` is nil or finite, and present exactly when `status` is usable.
  public init(
    runID: String, variant: String = "", cell: Cell, caseID: CaseID? = nil, benchVersion: Int, block: Int, order: Int,
    invocation: Int,
    window: Int, startedUTC: UTCTimestamp?, windowNanoseconds: UInt64?, operations: UInt64?, scope: SampleScope = .all,
    metric: String, value: Double?, unit: String, better: MetricDirection, status: MeasurementStatus = .ok,
    enabledNanoseconds: UInt64? = nil, runningNanoseconds: UInt64? = nil, source: MeasurementSource,
    event: String? = nil, cpus: String = "", flags: [SampleFlag] = [], note: String = "",
    guarantee: String = ""
  ) {
    precondition(value?.isFinite ?? true, "a sample's value must be finite; absent ones are nil")
    precondition((value != nil) == status.isUsable, "a sample has a value exactly when its status is usable")
    self.runID = runID
    self.variant = variant
    self.cell = cell
    self.caseID = caseID ?? CaseID(of: cell)
    self.benchVersion = benchVersion
    self.block = block
    self.order = order
    self.invocation = invocation
    self.window = window
    self.startedUTC = startedUTC
    self.windowNanoseconds = windowNanoseconds
    self.operations = operations
    self.scope = scope
    self.metric = metric
    self.value = value
    self.unit = unit
    self.better = better
    self.status = status
    self.enabledNanoseconds = enabledNanoseconds
    self.runningNanoseconds = runningNanoseconds
    self.source = source
    self.event = event
    self.cpus = cpus
    self.flags = flags
    self.note = note
    self.guarantee = guarantee
  }

  /// The value, if its status lets it enter a comparison.
  public var usableValue: Double? { status.isUsable ? value : nil }

  /// Whether nothing flagged speaks against the window standing for undisturbed work.
  public var isClean: Bool { !flags.contains { $0.spoilsCleanWindow } }

  /// Identity by key name as in ``Cell/identity(_:)``, and `variant`.
  public func identity(_ key: String) -> String? {
    key == SampleSchema.Column.variant.rawValue ? (variant.isEmpty ? nil : variant) : cell.identity(key)
  }
}
