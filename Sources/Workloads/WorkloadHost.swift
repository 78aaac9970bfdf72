public import Results

/// Where a trial's workers run and where its memory is wanted; decided by the harness before the workload is built.
public struct WorkloadHost: Sendable {
  /// NUMA node of each worker's CPU, in worker order.
  public let nodeOfWorker: [Int]
  public let memoryPolicy: MemoryPolicy

  public init(nodeOfWorker: [Int], memoryPolicy: MemoryPolicy) {
    self.nodeOfWorker = nodeOfWorker
    self.memoryPolicy = memoryPolicy
  }
}
