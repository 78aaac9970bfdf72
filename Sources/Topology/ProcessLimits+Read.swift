extension ProcessLimits {
  /// Reads them from a machine's files. What is not there is unknown or absent; what is there and cannot be understood is
  /// an error.
  init(reading tree: MachineTree) throws(TopologyError) {
    let groups = try ControlGroups(reading: tree)
    let memoryNodes: CPUSet?
    if let text = try tree.field("Mems_allowed_list", of: "proc/self/status") {
      memoryNodes = CPUSet(try tree.list(text, at: "proc/self/status"))
    } else {
      memoryNodes = try groups.cpuset(.memoryNodes, tree)
    }
    self.init(
      cpuset: try groups.cpuset(.cpus, tree), memoryNodes: memoryNodes,
      cpuQuota: try groups.cpuQuota(tree),
      isolatedCPUs: try Self.bootList("sys/devices/system/cpu/isolated", tree),
      ticklessCPUs: try Self.bootList("sys/devices/system/cpu/nohz_full", tree))
  }

  /// A CPU list that kernels without the feature leave out or, before Linux 6.4, print as `(null)`.
  private static func bootList(_ file: String, _ tree: MachineTree) throws(TopologyError) -> CPUSet {
    guard let text = try tree.text(ifPresent: file), !text.hasSuffix("(null)") else { return [] }
    return CPUSet(try tree.list(text, at: file))
  }
}
