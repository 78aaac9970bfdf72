internal import CHost
import Glibc

extension HostTopology {
  /// Describes this machine, or the one recorded in a copy of a sysfs tree; see ``read(_:allowedCPUs:)``.
  public static func read(
    sysfsRoot: String, allowedCPUs: CPUSet? = nil
  ) throws(TopologyError) -> HostTopology {
    try read(MachineTree(sysfsRoot: sysfsRoot), allowedCPUs: allowedCPUs)
  }

  /// Describes a machine. A kernel without NUMA has no `node` directory and is described as one node with all CPUs and
  /// memory of unknown size.
  ///
  /// Read it before pinning threads: without `allowedCPUs`, of this machine it takes the affinity mask of the process's
  /// main thread, and of a recorded one the mask that was recorded, else the cpuset, else every online CPU.
  /// - Parameter allowedCPUs: instead of the affinity mask; offline CPUs in it do not count.
  public static func read(
    _ tree: MachineTree = .live, allowedCPUs: CPUSet? = nil
  ) throws(TopologyError) -> HostTopology {
    let online = try tree.set("sys/devices/system/cpu/online")
    let present = try tree.set(ifPresent: "sys/devices/system/cpu/present") ?? online
    let limits = try ProcessLimits(reading: tree)
    var allowed = allowedCPUs
    if allowed == nil { allowed = try affinity(tree) }
    let mask = allowed ?? limits.cpuset ?? online
    let usable = mask.intersection(online)
    guard !usable.isEmpty else { throw .noUsableCPU(online: online, allowed: mask) }

    let nodes = try readNodes(tree, online: online)
    var cpus: [CPU] = []
    // An online CPU that `present` forgets would be a kernel error; believing `online` costs nothing.
    for id in present.union(online) {
      cpus.append(try readCPU(id, tree, nodes: nodes, online: online))
    }
    return HostTopology(
      cpus: cpus, nodes: nodes, allowedCPUs: usable, caches: try readCaches(tree, online: online), limits: limits)
  }

  /// The affinity mask of the process; nil where a recording does not hold it.
  private static func affinity(_ tree: MachineTree) throws(TopologyError) -> CPUSet? {
    if tree.isLive { return try ThreadAffinity.mask(ofThread: getpid()) }
    guard let text = try tree.field("Cpus_allowed_list", of: "proc/self/status") else { return nil }
    return CPUSet(try tree.list(text, at: "proc/self/status"))
  }

  /// Each cache once, however many CPUs share it: by level, kind and first CPU.
  private static func readCaches(_ tree: MachineTree, online: CPUSet) throws(TopologyError) -> [ProcessorCache] {
    var caches: Set<ProcessorCache> = []
    for cpu in online { caches.formUnion(try ProcessorCache.read(ofCPU: cpu, online: online, tree)) }
    return caches.sorted {
      ($0.level, $0.kind.rawValue, $0.cpus.first { _ in true } ?? 0)
        < ($1.level, $1.kind.rawValue, $1.cpus.first { _ in true } ?? 0)
    }
  }

  private static func readCPU(
    _ id: Int, _ tree: MachineTree, nodes: [Node], online: CPUSet
  ) throws(TopologyError) -> CPU {
    // The kernel removes the topology files of an offline CPU.
    guard online.contains(id) else {
      return CPU(id: id, package: nil, core: nil, node: nil, siblings: [], isOnline: false)
    }
    let directory = "sys/devices/system/cpu/cpu\(id)/topology"
    // `core_cpus_list` (Linux 5.3) replaces `thread_siblings_list`; old and recorded trees have only the latter.
    var siblings = try tree.set(ifPresent: "\(directory)/core_cpus_list")
    if siblings == nil { siblings = try tree.set("\(directory)/thread_siblings_list") }
    return CPU(
      id: id,
      package: try tree.integer("\(directory)/physical_package_id"),
      core: try tree.integer("\(directory)/core_id"),
      node: nodes.first { $0.cpus.contains(id) }?.id,
      siblings: (siblings ?? []).intersection(online).union([id]),
      isOnline: true)
  }

  private static func readNodes(_ tree: MachineTree, online: CPUSet) throws(TopologyError) -> [Node] {
    guard let ids = try tree.set(ifPresent: "sys/devices/system/node/online") else {
      return [Node(id: 0, cpus: online, memoryBytes: nil, distances: [0: 10])]
    }
    var nodes: [Node] = []
    for id in ids {
      let directory = "sys/devices/system/node/node\(id)"
      nodes.append(
        Node(
          id: id,
          cpus: try tree.set("\(directory)/cpulist").intersection(online),
          memoryBytes: try readMemory("\(directory)/meminfo", tree),
          distances: try readDistances("\(directory)/distance", tree, nodes: ids)))
    }
    return nodes
  }

  /// `Node 1 MemTotal:  524288 kB` in bytes.
  private static func readMemory(_ file: String, _ tree: MachineTree) throws(TopologyError) -> UInt64? {
    guard let text = try tree.text(ifPresent: file) else { return nil }
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let label = words.firstIndex(of: "MemTotal:") else { continue }
      guard words.count == label + 3, words[label + 2] == "kB", let kibibytes = UInt64(words[label + 1]),
        !kibibytes.multipliedReportingOverflow(by: 1024).overflow
      else {
        throw .malformed(path: tree.path(file), content: String(line), expected: "'Node N MemTotal: <number> kB'")
      }
      return kibibytes * 1024
    }
    throw .malformed(path: tree.path(file), content: text, expected: "a line with MemTotal")
  }

  /// One row of the distance matrix: a number for each online node in rising order.
  private static func readDistances(
    _ file: String, _ tree: MachineTree, nodes: CPUSet
  ) throws(TopologyError) -> [Int: Int] {
    guard let text = try tree.text(ifPresent: file) else { return [:] }
    let row = text.split(separator: " ").map { Int($0) }
    guard row.count == nodes.count, !row.contains(nil) else {
      throw .malformed(path: tree.path(file), content: text, expected: "\(nodes.count) distances")
    }
    return Dictionary(uniqueKeysWithValues: zip(nodes, row.compactMap(\.self)))
  }
}
