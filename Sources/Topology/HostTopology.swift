/// CPUs, cores and NUMA nodes of one machine, as the kernel describes them in sysfs. A value: it does not follow later
/// hotplug.
public struct HostTopology: Hashable, Sendable {
  /// One logical CPU (hardware thread).
  public struct CPU: Hashable, Sendable {
    /// The kernel's CPU number.
    public let id: Int
    /// Physical package (socket); nil while the CPU is offline.
    public let package: Int?
    /// The kernel's core number, unique only within its package; nil while the CPU is offline.
    public let core: Int?
    /// NUMA node; nil while the CPU is offline.
    public let node: Int?
    /// Online hardware threads of the same core, this one included; empty while the CPU is offline.
    public let siblings: CPUSet
    public let isOnline: Bool

    public init(id: Int, package: Int?, core: Int?, node: Int?, siblings: CPUSet, isOnline: Bool) {
      self.id = id
      self.package = package
      self.core = core
      self.node = node
      self.siblings = siblings
      self.isOnline = isOnline
    }

    /// 0 for the first online hardware thread of a core, 1 for the second and so on; nil while the CPU is offline.
    public var siblingIndex: Int? {
      isOnline ? siblings.reduce(0) { $0 + ($1 < id ? 1 : 0) } : nil
    }
  }

  /// One online NUMA node.
  public struct Node: Hashable, Sendable {
    public let id: Int
    /// Online CPUs on this node; empty for a memory-only node.
    public let cpus: CPUSet
    /// Memory in bytes; 0 for a node of CPUs only, nil when the kernel does not say.
    public let memoryBytes: UInt64?
    /// Distance to each node by its id, 10 being local; empty when the kernel does not say.
    public let distances: [Int: Int]

    public init(id: Int, cpus: CPUSet, memoryBytes: UInt64?, distances: [Int: Int]) {
      self.id = id
      self.cpus = cpus
      self.memoryBytes = memoryBytes
      self.distances = distances
    }

    /// Whether memory can be bound to this node. A node whose size is unknown counts as having memory.
    public var hasMemory: Bool { memoryBytes != 0 }
  }

  /// Every CPU present, offline ones included, in rising order.
  public let cpus: [CPU]
  /// Every online node in rising order; at least one.
  public let nodes: [Node]
  /// CPUs on which this process may run: its affinity mask without offline CPUs. Not empty.
  public let allowedCPUs: CPUSet
  /// Every cache of online CPUs once: by level, kind and first CPU. Empty where the kernel describes none.
  public let caches: [ProcessorCache]
  /// What else restricts this process.
  public let limits: ProcessLimits

  public init(
    cpus: [CPU], nodes: [Node], allowedCPUs: CPUSet, caches: [ProcessorCache] = [],
    limits: ProcessLimits = ProcessLimits()
  ) {
    self.cpus = cpus
    self.nodes = nodes
    self.allowedCPUs = allowedCPUs
    self.caches = caches
    self.limits = limits
  }

  public var presentCPUs: CPUSet { CPUSet(cpus.map(\.id)) }
  public var onlineCPUs: CPUSet { CPUSet(cpus.lazy.filter(\.isOnline).map(\.id)) }
  public var offlineCPUs: CPUSet { presentCPUs.subtracting(onlineCPUs) }
  /// CPUs that a placement may name: the allowed ones, and isolated ones of the process's cpuset. The kernel keeps isolated
  /// CPUs out of every affinity mask until somebody names them, so naming them in a list is how they are meant to be used.
  public var nameableCPUs: CPUSet {
    let isolated = limits.isolatedCPUs.intersection(onlineCPUs)
    return allowedCPUs.union(limits.cpuset.map(isolated.intersection) ?? isolated)
  }
  /// Nodes, rising, that have memory which this process may use.
  public var memoryNodes: [Int] {
    nodes.filter { $0.hasMemory && limits.memoryNodes?.contains($0.id) ?? true }.map(\.id)
  }
  /// Number of sockets with an online CPU.
  public var packageCount: Int { Set(cpus.compactMap(\.package)).count }
  /// Number of physical cores with an online CPU.
  public var coreCount: Int { cpus.count { $0.siblingIndex == 0 } }
  /// Whether some core has more than one online hardware thread.
  public var hasSiblings: Bool { cpus.contains { $0.siblings.count > 1 } }

  public func cpu(_ id: Int) -> CPU? { cpus.first { $0.id == id } }
  public func node(_ id: Int) -> Node? { nodes.first { $0.id == id } }

  /// The firmware's relative distance, 10 being local; nil when either node or the distance is unknown.
  public func distance(from: Int, to: Int) -> Int? { node(from)?.distances[to] }

  /// Nodes with usable memory, the nearest to `node` first, equally distant ones by number.
  ///
  /// An unknown distance counts as 10 to the node itself and 20 to others, as the kernel has it.
  public func memoryNodes(nearestTo node: Int) -> [Int] {
    memoryNodes.sorted { (assumedDistance(from: node, to: $0), $0) < (assumedDistance(from: node, to: $1), $1) }
  }

  /// The node with usable memory that is farthest from `node`, other than the one nearest to it. Of equally distant ones
  /// the one whose place among them is `node` modulo their number: so the nodes of a symmetric machine, or of one of two
  /// sockets, all have different farthest nodes instead of crowding on one. nil when only one node has memory.
  public func memoryNode(farthestFrom node: Int) -> Int? {
    let others = memoryNodes(nearestTo: node).dropFirst()
    guard let farthest = others.map({ assumedDistance(from: node, to: $0) }).max() else { return nil }
    let tied = others.filter { assumedDistance(from: node, to: $0) == farthest }.sorted()
    return tied[node % tied.count]
  }

  private func assumedDistance(from: Int, to: Int) -> Int { distance(from: from, to: to) ?? (from == to ? 10 : 20) }
}
