/// What keeps this process from using all of the machine, and what keeps the kernel away from parts of it.
public struct ProcessLimits: Hashable, Sendable {
  /// CPUs of the cpuset (cgroup v1 or v2) that holds the process; nil where none is known.
  public var cpuset: CPUSet?
  /// NUMA nodes from which the process may take memory; nil where the kernel does not say.
  public var memoryNodes: CPUSet?
  /// CPU time per time that the process's cgroups grant it, the smallest on the way to the root: 1.5 is one CPU and a
  /// half. nil without a limit.
  public var cpuQuota: Double?
  /// CPUs that the scheduler leaves to threads pinned there (`isolcpus=`, isolated cpuset partitions).
  public var isolatedCPUs: CPUSet
  /// CPUs whose timer tick stops while one thread runs (`nohz_full=`).
  public var ticklessCPUs: CPUSet

  public init(
    cpuset: CPUSet? = nil, memoryNodes: CPUSet? = nil, cpuQuota: Double? = nil, isolatedCPUs: CPUSet = [],
    ticklessCPUs: CPUSet = []
  ) {
    self.cpuset = cpuset
    self.memoryNodes = memoryNodes
    self.cpuQuota = cpuQuota
    self.isolatedCPUs = isolatedCPUs
    self.ticklessCPUs = ticklessCPUs
  }
}
