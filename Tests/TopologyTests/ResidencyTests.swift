import Results
import Testing

@testable import Topology

@Suite struct ResidencyTests {
  private func page(_ kind: MemoryKind, _ target: MemoryTarget) -> PlacedPage {
    PlacedPage(kind: kind, address: 0, target: target)
  }

  @Test func pagesAreMisplacedOutsideOfTheirTarget() {
    let pages = [
      page(.tables, .node(0)), page(.tables, .node(0)), page(.tables, .node(0)), page(.data, .interleaved([0, 2])),
      page(.data, .interleaved([0, 2])), page(.metadata, .preferred(1)),
    ]
    let report = ResidencyReport(of: pages, nodes: [0, 2, 3, 0, 2, 0])
    #expect(report.residentCount == 6)
    #expect(report.misplacedCount == 3)
    #expect(report.tallies[.tables]?.misplaced == 2)
    #expect(report.tallies[.tables]?.pagesOnNode == [0: 1, 2: 1, 3: 1])
    #expect(report.tallies[.data]?.misplaced == 0)
    #expect(
      report.findings == [
        "2 of 3 pages of tables are misplaced: one is on node 2 instead of node 0",
        "1 of 1 pages of metadata are misplaced: one is on node 0 instead of node 1",
      ])
  }

  @Test func pagesThatAreNotInMemoryCannotBeWrong() {
    let report = ResidencyReport(of: [page(.tables, .node(1)), page(.tables, .node(1))], nodes: [nil, 1])
    #expect(report.residentCount == 1 && report.misplacedCount == 0 && report.findings.isEmpty)
  }

  @Test func aThreadIsWhereItWasPinned() throws {
    let host = try HostTopology.read()
    try onOwnThread {
      for cpu in host.allowedCPUs {
        try ThreadAffinity.pinCurrentThread(to: cpu)
        let place = try #require(ThreadAffinity.currentPlace())
        #expect(place.cpu == cpu)
        #expect(place.node == host.cpu(cpu)?.node)
      }
    }
  }

  @Test func aHypervisorThatSaysSoIsSeenByTheKernelToo() throws {
    guard let signature = Hypervisor.signature else { return }
    #expect(!signature.isEmpty && signature.count <= 12)
    let flags = try MachineTree.live.text("proc/cpuinfo").split(separator: "\n").first { $0.hasPrefix("flags") }
    #expect(flags?.split(separator: " ").contains("hypervisor") == true)
  }

  @Test func countsThrottlingOnTheWayUp() throws {
    let fixture = Machines.oneNode()
    fixture.write(
      """
      proc/self/mountinfo:28 25 0:25 / /sys/fs/cgroup rw - cgroup2 cgroup rw
      proc/self/cgroup:0::/a/b
      sys/fs/cgroup/a/b/cpu.stat:usage_usec 5
      sys/fs/cgroup/a/b/cpu.stat:nr_throttled 3
      sys/fs/cgroup/a/cpu.stat:nr_throttled 40
      """, to: "recording")
    #expect(QuotaClock(try MachineTree(path: "\(fixture.root)/recording")).read() == 43)
    fixture.write("proc/self/cgroup:0::/", to: "recording")
    #expect(QuotaClock(try MachineTree(path: "\(fixture.root)/recording")).read() == nil)
  }
}
