import Glibc
import Testing
import Topology

/// What a machine is, read from recordings, copies of `/` and copies of `/sys`.
@Suite struct RecordedTopologyTests {
  @Test func knowsCachesWithTheirSharing() throws {
    let host = try RecordedMachine.eightNodes.topology()
    func caches(_ name: String) -> [ProcessorCache] { host.caches.filter { $0.name == name } }
    // Two threads share everything up to L2, two cores share an L3.
    #expect(caches("L1 data").count == 32 && caches("L1 instruction").count == 32 && caches("L2").count == 32)
    #expect(caches("L1 instruction").allSatisfy { $0.bytes == 65_536 && $0.lineBytes == 64 })
    #expect(caches("L2")[5].cpus == [5, 37])
    #expect(caches("L3").count == 16)
    #expect(
      caches("L3")[1]
        == ProcessorCache(level: 3, kind: .unified, bytes: 8 << 20, lineBytes: 64, cpus: [2, 3, 34, 35]))
    #expect(try RecordedMachine.twoSockets.topology().caches.filter { $0.level == 3 }.map(\.cpus.count) == [20, 20])
  }

  @Test func sharesCachesAmongOnlineCPUsOnly() throws {
    let host = try RecordedMachine.offlineCPUs.topology()
    for cache in host.caches { #expect(cache.cpus.isSubset(of: [0, 2, 3, 4, 5])) }
  }

  @Test func knowsCoresPackagesAndDistances() throws {
    let two = try RecordedMachine.twoSockets.topology()
    #expect(two.packageCount == 2 && two.coreCount == 20 && two.hasSiblings)
    #expect(two.cpu(13)?.core == 9)
    #expect(two.cpu(33)?.siblings == [13, 33])
    let eight = try RecordedMachine.eightNodes.topology()
    #expect(eight.distance(from: 2, to: 3) == 16 && eight.distance(from: 2, to: 4) == 32)
    #expect(eight.node(7)?.cpus == [28, 29, 30, 31, 60, 61, 62, 63])
    let odd = try RecordedMachine.oddNodes.topology()
    #expect(odd.memoryNodes == [0, 2])
    #expect(odd.node(2)?.cpus.isEmpty == true && odd.node(2)?.hasMemory == true)
  }

  @Test func knowsWhatACgroupAllows() throws {
    let host = try RecordedMachine.offlineCPUs.topology()
    #expect(host.offlineCPUs == [1, 6, 7])
    #expect(host.allowedCPUs == [0, 2, 3, 4])
    #expect(host.limits.cpuset == [0, 2, 3, 4])
    #expect(host.limits.memoryNodes == [0, 1])
    #expect(host.memoryNodes == [0, 1])
    // The group has 1.5 CPUs of time, the group above it 3.
    #expect(host.limits.cpuQuota == 1.5)
    #expect(try RecordedMachine.oddNodes.topology().limits.cpuQuota == nil)
  }

  // MARK: Limits in the layouts that systems have

  private static let twoCPUs = """
    sys/devices/system/cpu/online:0-3
    sys/devices/system/cpu/cpu{0-3}/topology/physical_package_id:0
    sys/devices/system/cpu/cpu{0-3}/topology/core_id:0
    sys/devices/system/cpu/cpu{0-3}/topology/core_cpus_list:0-3
    """

  private func host(_ extra: String, allowed: CPUSet? = nil) throws -> HostTopology {
    let fixture = Machines.oneNode()
    fixture.write("\(Self.twoCPUs)\n\(extra)", to: "recording")
    return try HostTopology.read(MachineTree(path: "\(fixture.root)/recording"), allowedCPUs: allowed)
  }

  @Test func readsTheSmallestQuotaOnTheWayUp() throws {
    let mount = "proc/self/mountinfo:28 25 0:25 / /sys/fs/cgroup rw - cgroup2 cgroup rw"
    let group = "proc/self/cgroup:0::/a/b"
    #expect(
      try host("\(mount)\n\(group)\nsys/fs/cgroup/a/b/cpu.max:max 100000\nsys/fs/cgroup/a/cpu.max:50000 100000").limits
        .cpuQuota == 0.5)
    #expect(try host("\(mount)\n\(group)\nsys/fs/cgroup/a/b/cpu.max:max 100000").limits.cpuQuota == nil)
    #expect(throws: TopologyError.self) { try host("\(mount)\n\(group)\nsys/fs/cgroup/a/cpu.max:fast") }
    // A cpuset that only the parent's group holds is the group's own.
    #expect(try host("\(mount)\n\(group)\nsys/fs/cgroup/a/cpuset.cpus.effective:1-2").limits.cpuset == [1, 2])
  }

  @Test func readsVersionOneAndContainers() throws {
    let mounts = """
      proc/self/mountinfo:32 31 0:29 /docker/x /sys/fs/cgroup/cpu,cpuacct rw,relatime master:7 - cgroup cgroup rw,cpu,cpuacct
      proc/self/mountinfo:34 31 0:31 /docker/x /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
      proc/self/mountinfo:41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
      """
    // The container's group is what is mounted: the path below the mount is what follows its root.
    let inside = try host(
      """
      \(mounts)
      proc/self/cgroup:3:cpuset:/docker/x/job
      proc/self/cgroup:1:cpu,cpuacct:/docker/x
      proc/self/cgroup:0::/
      sys/fs/cgroup/cpuset/job/cpuset.effective_cpus:2-3
      sys/fs/cgroup/cpuset/job/cpuset.effective_mems:0
      sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us:250000
      sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us:100000
      """)
    #expect(inside.limits.cpuset == [2, 3])
    #expect(inside.allowedCPUs == [2, 3])
    #expect(inside.limits.memoryNodes == [0])
    #expect(inside.limits.cpuQuota == 2.5)
    // A path that the mount does not show stands for the mounted group itself; -1 is no limit.
    let outside = try host(
      """
      \(mounts)
      proc/self/cgroup:3:cpuset:/
      proc/self/cgroup:1:cpu,cpuacct:/elsewhere
      sys/fs/cgroup/cpuset/cpuset.cpus:0-1
      sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us:-1
      sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us:100000
      """)
    #expect(outside.limits.cpuset == [0, 1])
    #expect(outside.limits.cpuQuota == nil)
  }

  @Test func letsAListNameIsolatedCPUsOfTheCpuset() throws {
    let isolating = try host(
      """
      sys/devices/system/cpu/isolated:2-3
      sys/devices/system/cpu/nohz_full:3
      proc/self/status:Cpus_allowed_list:	0-1
      proc/self/mountinfo:28 25 0:25 / /sys/fs/cgroup rw - cgroup2 cgroup rw
      proc/self/cgroup:0::/
      sys/fs/cgroup/cpuset.cpus.effective:0-2
      """)
    #expect(isolating.limits.isolatedCPUs == [2, 3])
    #expect(isolating.limits.ticklessCPUs == [3])
    #expect(isolating.allowedCPUs == [0, 1])
    #expect(try PlacementPolicy.list([2, 0]).resolve(workers: 2, on: isolating).cpus == [2, 0])
    #expect(try PlacementPolicy.compact.resolve(workers: 3, on: isolating).cpus == [0, 1, 0])
    #expect(throws: PlacementError.forbiddenCPU(3, available: [0, 1, 2])) {
      try PlacementPolicy.list([3]).resolve(workers: 1, on: isolating)
    }
    #expect(try host("sys/devices/system/cpu/nohz_full: (null)").limits.ticklessCPUs.isEmpty)
  }

  // MARK: Forms of a recording

  @Test func readsACopyOfTheRootDirectory() throws {
    let fixture = Machines.oneNode()
    fixture.write("0-1", to: "sys/devices/system/cpu/online")
    for cpu in 0..<2 {
      fixture.write("0", to: "sys/devices/system/cpu/cpu\(cpu)/topology/physical_package_id")
      fixture.write("\(cpu)", to: "sys/devices/system/cpu/cpu\(cpu)/topology/core_id")
      fixture.write("\(cpu)", to: "sys/devices/system/cpu/cpu\(cpu)/topology/core_cpus_list")
    }
    fixture.write("Name:\tshell\nCpus_allowed_list:\t1\n", to: "proc/self/status")
    let host = try HostTopology.read(MachineTree(path: fixture.root + "/"))
    #expect(host.onlineCPUs == [0, 1])
    #expect(host.allowedCPUs == [1])
    #expect(!MachineTree(root: fixture.root).isLive && MachineTree.live.isLive)
  }

  @Test func refusesWhatIsNoRecordingAndNamesTheLine() throws {
    let fixture = Machines.oneNode()
    let path = "\(fixture.root)/recording"
    let cases: [(text: String, line: Int)] = [
      ("# comment\nsys/a\n", 2), ("/sys/a:1", 1), ("sys/cpu{0-/x:1", 1), ("sys/cpu{1-0}/x:1", 1), ("a{1}b{2}:1", 1),
      (":1", 1), ("sys/cpu{}/x:1", 1),
    ]
    for (text, line) in cases {
      fixture.write(text, to: "recording")
      let error = #expect(throws: TopologyError.self) { try MachineTree(path: path) }
      guard case .malformed(let place, _, _) = error else {
        Issue.record("\(text): \(String(describing: error))")
        continue
      }
      #expect(place == "\(path):\(line)")
    }
    fixture.write("# nothing", to: "recording")
    #expect(throws: TopologyError.self) { try MachineTree(path: path) }
    #expect(throws: TopologyError.unreadable(path: "/nonexistent", errno: ENOENT)) {
      try MachineTree(path: "/nonexistent")
    }
  }

  @Test func namesTheFileThatARecordingLacks() throws {
    let fixture = Machines.oneNode()
    fixture.write("sys/devices/system/cpu/online:0", to: "recording")
    let path = "\(fixture.root)/recording"
    #expect(
      throws: TopologyError.unreadable(
        path: "\(path): sys/devices/system/cpu/cpu0/topology/thread_siblings_list", errno: ENOENT)
    ) { try HostTopology.read(MachineTree(path: path)) }
  }
}
