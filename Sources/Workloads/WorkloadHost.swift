public import Results

/// Where a trial's memory is wanted; decided by the harness before the workload is built.
public struct WorkloadHost: Sendable {
  /// For each worker, the nodes its memory is meant for.
  public let memory: MemoryPlacement

  public init(memory: MemoryPlacement) { self.memory = memory }

  /// Local memory for workers on these nodes, all of which have some.
  public init(nodeOfWorker: [Int]) { memory = MemoryPlacement(localTo: nodeOfWorker) }
}
