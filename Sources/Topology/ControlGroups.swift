/// The control groups that hold a process, found through `/proc/self/cgroup` and the mounts: version 2, version 1, or both
/// at once, as systemd's hybrid layout has them.
struct ControlGroups: Sendable {
  /// A value that the cpuset controller keeps per group.
  enum CpusetFile {
    case cpus
    case memoryNodes

    /// What is in force, then what was asked for; version 2 before version 1.
    fileprivate func names(isUnified: Bool) -> [String] {
      switch (self, isUnified) {
      case (.cpus, true): ["cpuset.cpus.effective"]
      case (.cpus, false): ["cpuset.effective_cpus", "cpuset.cpus"]
      case (.memoryNodes, true): ["cpuset.mems.effective"]
      case (.memoryNodes, false): ["cpuset.effective_mems", "cpuset.mems"]
      }
    }
  }

  /// One hierarchy: its directories from the process's own group up to the mount.
  private struct Hierarchy: Sendable {
    /// Empty for version 2.
    let controllers: [String]
    let directories: [String]
  }

  private struct Mount {
    let isUnified: Bool
    let controllers: [String]
    /// Which group of the hierarchy is mounted: `/`, or a container's own.
    let root: String
    /// Without a leading slash.
    let point: String
  }

  private let hierarchies: [Hierarchy]

  init(reading tree: MachineTree) throws(TopologyError) {
    guard let membership = try tree.text(ifPresent: "proc/self/cgroup") else {
      hierarchies = []
      return
    }
    let mounts = Self.mounts(in: try tree.text(ifPresent: "proc/self/mountinfo") ?? "")
    hierarchies = membership.split(separator: "\n").compactMap { line in
      // hierarchy number : controllers : path
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return nil }
      let controllers = parts[1].split(separator: ",").map(String.init)
      let mount = mounts.first {
        controllers.isEmpty ? $0.isUnified : !$0.isUnified && !Set($0.controllers).isDisjoint(with: controllers)
      }
      guard let mount else { return nil }
      return Hierarchy(controllers: controllers, directories: Self.directories(of: String(parts[2]), below: mount))
    }
  }

  /// The list in force for the process; nil where no cpuset is known. A group without the controller has its parent's.
  func cpuset(_ file: CpusetFile, _ tree: MachineTree) throws(TopologyError) -> CPUSet? {
    for hierarchy in hierarchies where hierarchy.controllers.isEmpty || hierarchy.controllers.contains("cpuset") {
      for directory in hierarchy.directories {
        for name in file.names(isUnified: hierarchy.controllers.isEmpty) {
          // An empty list in force would leave nowhere to run: it stands for "as the parent".
          if let set = try tree.set(ifPresent: "\(directory)/\(name)"), !set.isEmpty { return set }
        }
      }
    }
    return nil
  }

  /// CPU time per time, the smallest of the process's groups; nil without a limit.
  func cpuQuota(_ tree: MachineTree) throws(TopologyError) -> Double? {
    var smallest: Double?
    for hierarchy in hierarchies where hierarchy.controllers.isEmpty || hierarchy.controllers.contains("cpu") {
      for directory in hierarchy.directories {
        let quota =
          hierarchy.controllers.isEmpty
          ? try Self.unifiedQuota("\(directory)/cpu.max", tree) : try Self.oldQuota(directory, tree)
        if let quota { smallest = min(smallest ?? quota, quota) }
      }
    }
    return smallest
  }

  /// How often the process's groups were stopped because their quota was used up, all of them together; nil where none
  /// counts.
  func throttleCount(_ tree: MachineTree) throws(TopologyError) -> UInt64? {
    var sum: UInt64?
    for hierarchy in hierarchies where hierarchy.controllers.isEmpty || hierarchy.controllers.contains("cpu") {
      for directory in hierarchy.directories {
        guard let text = try tree.text(ifPresent: "\(directory)/cpu.stat") else { continue }
        for line in text.split(separator: "\n") where line.hasPrefix("nr_throttled ") {
          if let count = UInt64(line.dropFirst(13)) { sum = (sum ?? 0) + count }
        }
      }
    }
    return sum
  }

  /// `max 100000` or `150000 100000`: microseconds of CPU time per period.
  private static func unifiedQuota(_ file: String, _ tree: MachineTree) throws(TopologyError) -> Double? {
    guard let text = try tree.text(ifPresent: file) else { return nil }
    let words = text.split(separator: " ")
    if words.first == "max" { return nil }
    guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]), quota > 0, period > 0 else {
      throw .malformed(path: tree.path(file), content: text, expected: "'max PERIOD' or 'QUOTA PERIOD'")
    }
    return quota / period
  }

  private static func oldQuota(_ directory: String, _ tree: MachineTree) throws(TopologyError) -> Double? {
    let files = (quota: "\(directory)/cpu.cfs_quota_us", period: "\(directory)/cpu.cfs_period_us")
    for file in [files.quota, files.period] where try tree.text(ifPresent: file) == nil { return nil }
    let (quota, period) = (try tree.integer(files.quota), try tree.integer(files.period))
    // -1 is no limit.
    return quota > 0 && period > 0 ? Double(quota) / Double(period) : nil
  }

  /// From the group's own directory up to the mount.
  private static func directories(of group: String, below mount: Mount) -> [String] {
    let root = mount.root == "/" ? "" : mount.root
    // A process outside of what is mounted here (a container that sees the host's names) is in the mounted group.
    let isBelow = group == root || group.hasPrefix(root + "/")
    var names = isBelow ? group.dropFirst(root.count).split(separator: "/") : []
    var directories: [String] = []
    while !names.isEmpty {
      directories.append("\(mount.point)/\(names.joined(separator: "/"))")
      names.removeLast()
    }
    return directories + [mount.point]
  }

  /// Lines such as `35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory`.
  private static func mounts(in text: String) -> [Mount] {
    text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard let dash = words.firstIndex(of: "-"), dash >= 5, words.count > dash + 3 else { return nil }
      let type = words[dash + 1]
      guard type == "cgroup" || type == "cgroup2" else { return nil }
      return Mount(
        isUnified: type == "cgroup2", controllers: words[dash + 3].split(separator: ",").map(String.init),
        root: String(words[3]), point: String(words[4].drop { $0 == "/" }))
    }
  }
}
