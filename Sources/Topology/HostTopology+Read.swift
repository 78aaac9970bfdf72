internal import CHost
import Glibc

extension HostTopology {
  /// Describes this machine, or the one recorded in a copy of a sysfs tree.
  ///
  /// Read it before pinning threads: without `allowedCPUs` it takes the affinity mask of the process's main thread.
  /// - Parameters:
  ///   - sysfsRoot: a directory with `devices/system/cpu` and `devices/system/node`. A kernel without NUMA has no
  ///     `node` directory and is described as one node with all CPUs and memory of unknown size.
  ///   - allowedCPUs: instead of the affinity mask of this process; offline CPUs in it do not count.
  public static func read(
    sysfsRoot: String = "/sys", allowedCPUs: CPUSet? = nil
  ) throws(TopologyError) -> HostTopology {
    let sysfs = SysfsTree(root: sysfsRoot)
    let online = try sysfs.set("devices/system/cpu/online")
    let present = try sysfs.set(ifPresent: "devices/system/cpu/present") ?? online
    let allowed: CPUSet
    if let allowedCPUs { allowed = allowedCPUs } else { allowed = try ThreadAffinity.mask(ofThread: getpid()) }
    let usable = allowed.intersection(online)
    guard !usable.isEmpty else { throw .noUsableCPU(online: online, allowed: allowed) }

    let nodes = try readNodes(sysfs, online: online)
    var cpus: [CPU] = []
    // An online CPU that `present` forgets would be a kernel error; believing `online` costs nothing.
    for id in present.union(online) {
      cpus.append(try readCPU(id, sysfs, nodes: nodes, online: online))
    }
    return HostTopology(cpus: cpus, nodes: nodes, allowedCPUs: usable)
  }

  private static func readCPU(
    _ id: Int, _ sysfs: SysfsTree, nodes: [Node], online: CPUSet
  ) throws(TopologyError) -> CPU {
    // The kernel removes the topology files of an offline CPU.
    guard online.contains(id) else {
      return CPU(id: id, package: nil, core: nil, node: nil, siblings: [], isOnline: false)
    }
    let directory = "devices/system/cpu/cpu\(id)/topology"
    // `core_cpus_list` (Linux 5.3) replaces `thread_siblings_list`; old and recorded trees have only the latter.
    var siblings = try sysfs.set(ifPresent: "\(directory)/core_cpus_list")
    if siblings == nil { siblings = try sysfs.set("\(directory)/thread_siblings_list") }
    return CPU(
      id: id,
      package: try sysfs.integer("\(directory)/physical_package_id"),
      core: try sysfs.integer("\(directory)/core_id"),
      node: nodes.first { $0.cpus.contains(id) }?.id,
      siblings: (siblings ?? []).intersection(online).union([id]),
      isOnline: true)
  }

  private static func readNodes(_ sysfs: SysfsTree, online: CPUSet) throws(TopologyError) -> [Node] {
    guard let ids = try sysfs.set(ifPresent: "devices/system/node/online") else {
      return [Node(id: 0, cpus: online, memoryBytes: nil, distances: [0: 10])]
    }
    var nodes: [Node] = []
    for id in ids {
      let directory = "devices/system/node/node\(id)"
      nodes.append(
        Node(
          id: id,
          cpus: try sysfs.set("\(directory)/cpulist").intersection(online),
          memoryBytes: try readMemory("\(directory)/meminfo", sysfs),
          distances: try readDistances("\(directory)/distance", sysfs, nodes: ids)))
    }
    return nodes
  }

  /// `Node 1 MemTotal:  524288 kB` in bytes.
  private static func readMemory(_ file: String, _ sysfs: SysfsTree) throws(TopologyError) -> UInt64? {
    guard let text = try sysfs.text(ifPresent: file) else { return nil }
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let label = words.firstIndex(of: "MemTotal:") else { continue }
      guard words.count == label + 3, words[label + 2] == "kB", let kibibytes = UInt64(words[label + 1]),
        !kibibytes.multipliedReportingOverflow(by: 1024).overflow
      else {
        throw .malformed(path: sysfs.path(file), content: String(line), expected: "'Node N MemTotal: <number> kB'")
      }
      return kibibytes * 1024
    }
    throw .malformed(path: sysfs.path(file), content: text, expected: "a line with MemTotal")
  }

  /// One row of the distance matrix: a number for each online node in rising order.
  private static func readDistances(
    _ file: String, _ sysfs: SysfsTree, nodes: CPUSet
  ) throws(TopologyError) -> [Int: Int] {
    guard let text = try sysfs.text(ifPresent: file) else { return [:] }
    let row = text.split(separator: " ").map { Int($0) }
    guard row.count == nodes.count, !row.contains(nil) else {
      throw .malformed(path: sysfs.path(file), content: text, expected: "\(nodes.count) distances")
    }
    return Dictionary(uniqueKeysWithValues: zip(nodes, row.compactMap(\.self)))
  }
}
