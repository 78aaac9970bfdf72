import Glibc
import Testing
import Topology

@Suite struct HostTopologyTests {
  @Test func describesTwoSocketsWithHardwareThreads() throws {
    let fixture = Machines.twoSockets()
    let host = try fixture.topology()
    #expect(host.cpus.map(\.id) == Array(0..<32))
    #expect(host.packageCount == 2)
    #expect(host.coreCount == 16)
    #expect(host.hasSiblings)
    let cpu = try #require(host.cpu(27))
    #expect(cpu.package == 1)
    #expect(cpu.core == 3)
    #expect(cpu.node == 1)
    #expect(cpu.siblings == [11, 27])
    #expect(cpu.siblingIndex == 1)
    #expect(host.cpu(11)?.siblingIndex == 0)
    #expect(host.node(0)?.memoryBytes == 68_719_476_736)
    #expect(host.distance(from: 0, to: 1) == 21)
    #expect(host.distance(from: 1, to: 1) == 10)
    #expect(host.distance(from: 0, to: 2) == nil)
    #expect(host.node(1)?.cpus == CPUSet([8...15, 24...31].joined()))
  }

  @Test func keepsMemorylessAndCPULessNodes() throws {
    let fixture = Machines.oddNodes()
    let host = try fixture.topology()
    #expect(host.nodes.map(\.id) == [0, 1, 2])
    #expect(host.node(1)?.memoryBytes == 0)
    #expect(host.node(1)?.hasMemory == false)
    #expect(host.node(2)?.cpus.isEmpty == true)
    #expect(host.node(2)?.hasMemory == true)
    #expect(host.distance(from: 1, to: 2) == 28)
  }

  @Test func knowsOfflineCPUsByNumberOnly() throws {
    let fixture = Machines.offlineCPUs()
    let host = try fixture.topology()
    #expect(host.presentCPUs == CPUSet(0...7))
    #expect(host.onlineCPUs == [0, 2, 3])
    #expect(host.allowedCPUs == [0, 2, 3])
    let offline = try #require(host.cpu(1))
    #expect(!offline.isOnline)
    #expect(offline.package == nil && offline.node == nil && offline.siblingIndex == nil)
    #expect(host.node(1)?.cpus.isEmpty == true)
    #expect(host.packageCount == 1)
    #expect(host.coreCount == 2)
  }

  @Test func describesAKernelWithoutNUMAAsOneNode() throws {
    let fixture = Machines.withoutNUMA()
    let host = try fixture.topology()
    #expect(host.nodes.count == 1)
    #expect(host.nodes[0].cpus == CPUSet(0...3))
    #expect(host.nodes[0].memoryBytes == nil)
    #expect(host.nodes[0].hasMemory)
    #expect(host.coreCount == 2)
  }

  @Test func toleratesHolesInNodeNumbers() throws {
    let fixture = SysfsFixture(
      online: "0-1", cpus: (0..<2).map { .init(id: $0, package: $0, core: 0, siblings: "\($0)") },
      nodes: [
        .init(id: 0, cpus: "0", kibibytes: 1024, distances: "10 20"),
        .init(id: 8, cpus: "1", kibibytes: 1024, distances: "20 10"),
      ])
    let host = try fixture.topology()
    #expect(host.nodes.map(\.id) == [0, 8])
    #expect(host.distance(from: 0, to: 8) == 20)
    #expect(host.cpu(1)?.node == 8)
  }

  @Test func allowsOnlyWhatIsOnline() throws {
    let fixture = Machines.oneNode()
    #expect(try fixture.topology(allowed: [2, 3, 4, 700]).allowedCPUs == [2, 3])
    #expect(throws: TopologyError.noUsableCPU(online: CPUSet(0...3), allowed: [9])) {
      try fixture.topology(allowed: [9])
    }
  }

  @Test func namesTheFileThatIsMissingOrMalformed() throws {
    #expect(throws: TopologyError.unreadable(path: "/nonexistent/devices/system/cpu/online", errno: ENOENT)) {
      try HostTopology.read(sysfsRoot: "/nonexistent")
    }
    let damages: [(file: String, content: String)] = [
      ("devices/system/cpu/online", "0-"), ("devices/system/cpu/cpu0/topology/core_id", "zero"),
      ("devices/system/node/node0/cpulist", "x"), ("devices/system/node/node0/distance", "10 20"),
      ("devices/system/node/node0/meminfo", "Node 0 MemTotal: many kB"),
      ("devices/system/node/node0/meminfo", "Node 0 MemTotal: 18446744073709551615 kB"),
      ("devices/system/node/node0/meminfo", "Node 0 MemFree: 1 kB"),
    ]
    for damage in damages {
      let fixture = Machines.oneNode()
      fixture.write(damage.content, to: damage.file)
      let error = #expect(throws: TopologyError.self) { try fixture.topology() }
      guard case .malformed(let path, let content, _) = error else {
        Issue.record("\(damage): \(String(describing: error))")
        continue
      }
      #expect(path == "\(fixture.root)/\(damage.file)")
      #expect(content == damage.content)
    }
    let fixture = Machines.oneNode()
    fixture.delete("devices/system/cpu/cpu2/topology/physical_package_id")
    #expect(
      throws: TopologyError.unreadable(
        path: "\(fixture.root)/devices/system/cpu/cpu2/topology/physical_package_id", errno: ENOENT)
    ) { try fixture.topology() }
  }

  @Test func agreesWithTheCLibraryAboutThisMachine() throws {
    let host = try HostTopology.read()
    #expect(host.onlineCPUs.count == sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    #expect(host.presentCPUs.count == sysconf(Int32(_SC_NPROCESSORS_CONF)))
    #expect(host.allowedCPUs.isSubset(of: host.onlineCPUs))
    // Every online CPU lies on one node only, and all nodes' CPUs together are the online ones.
    #expect(host.nodes.reduce(0) { $0 + $1.cpus.count } == host.onlineCPUs.count)
    #expect(host.nodes.reduce(into: CPUSet()) { $0 = $0.union($1.cpus) } == host.onlineCPUs)
  }
}
