/// One cell of a suite's matrix: everything that says *what* is measured, nothing that says how it went.
public struct Cell: Hashable, Codable, Sendable {
  /// Suite file stem.
  public var suite: String
  public var workload: String
  public var strategy: String
  public var lock: String
  public var format: String
  /// Worker threads, at least 1.
  public var threads: Int
  /// Requested policy as written: `compact`, `scatter`, `per-node:2`, `smt-pairs`, `list:0-3,8`.
  public var placement: String
  /// Requested policies as written: `local`, `bind:0`, `local,tables=remote,metadata=interleave:0-1`.
  public var memoryPolicy: String
  /// Workload parameters by name (`pages-per-op`, `region`, `page-size`, `seed`, …), values as written.
  public var parameters: [String: String]

  public init(
    suite: String, workload: String, strategy: String, lock: String, format: String, threads: Int, placement: String,
    memoryPolicy: String, parameters: [String: String]
  ) {
    self.suite = suite
    self.workload = workload
    self.strategy = strategy
    self.lock = lock
    self.format = format
    self.threads = threads
    self.placement = placement
    self.memoryPolicy = memoryPolicy
    self.parameters = parameters
  }
}
