/// The columns of `samples.csv`, in file order: the only place where their names are spelled.
///
/// One row is one metric of one scope in one window of one process invocation. An empty `value` means not measured, and
/// `status` says why.
public enum SampleSchema {
  public static let name = SchemaName(name: "pagebench.samples", major: 1)

  public enum Column: String, CaseIterable, Sendable {
    /// `pagebench.samples/1`, in every row, so that a row survives concatenation and import.
    case schema
    /// ULID of the harness run; joins `env.csv`.
    case runID = "run_id"
    /// Arm label when arms are interleaved in one run, else empty.
    case variant
    /// Suite file stem. First of the seven columns hashed into `case_id`.
    case suite
    /// Workload name.
    case workload = "case"
    case strategy
    /// Worker threads.
    case threads
    /// Requested placement policy; the resolved CPU list is in `cpus`.
    case placement
    /// Requested memory policy.
    case memoryPolicy = "mempolicy"
    /// Workload parameters, lock and format: `k=v;k=v`, keys sorted, escaped with %XX. Last hashed column.
    case parameters = "params"
    /// 16 hex digits, see ``CaseID``: the join key.
    case caseID = "case_id"
    /// Raised when a workload's meaning changes; not hashed, so that old and new meet and are called incomparable.
    case benchVersion = "bench_version"
    /// Interleave block.
    case block
    /// Position in the global execution order.
    case order
    /// Process index for this case and variant: the statistical unit.
    case invocation
    /// Measured window inside the process; -1 is folded over windows.
    case window
    /// RFC 3339 with milliseconds, wall time of the window's start.
    case startedUTC = "started_utc"
    /// Nanoseconds, CLOCK_MONOTONIC length of the measured window.
    case windowNanoseconds = "window_ns"
    /// Operations this scope completed in the window.
    case operations = "n_ops"
    /// `all`, `thread:3`, `cpu:17`, `node:1`.
    case scope
    case metric
    /// Decimal or empty; raw (unscaled) for counters.
    case value
    /// `op/s`, `ns/op`, `ns`, `By`, `By/GiB`, `1`, `1/op`, `%`.
    case unit
    /// `lower`, `higher` or `none`.
    case better
    case status
    /// Nanoseconds the event was enabled, from the group read.
    case enabledNanoseconds = "enabled_ns"
    /// Nanoseconds the event was counting; over `enabled_ns` it is the multiplexing share.
    case runningNanoseconds = "running_ns"
    /// Where the number comes from.
    case source
    /// Fully qualified event encoding, or empty.
    case event
    /// Resolved CPU list of this scope.
    case cpus
    /// `;`-separated doubts about the window.
    case flags
    /// Free text.
    case note
    /// What the strategy promises two cursors whose ranges overlap: `serializable-range`, `linearizable-entry` or
    /// `integrity-only`; empty where nothing is promised, as for the C floors.
    case guarantee
  }

  /// Header cells in file order.
  public static let columnNames: [String] = Column.allCases.map(\.rawValue)
}
