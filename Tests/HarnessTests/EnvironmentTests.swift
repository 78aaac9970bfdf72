import Results
import Testing
import Topology

@testable import Harness

struct EnvironmentTests {
  private func collector(_ tree: MachineTree) -> EnvironmentCollector {
    EnvironmentCollector(topology: Fixture.topology(cpus: 2), root: tree.root)
  }

  private func record(_ tree: MachineTree) async -> EnvironmentRecord {
    let nowhere = await RevisionReader(currentDirectory: tree.root).read()
    return collector(tree).collect(runID: RunID.generate(), revision: nowhere)
  }

  /// Findings without those that this test program itself earns: it is a debug build as often as not.
  private func findings(_ tree: MachineTree) -> [EnvironmentFinding] {
    collector(tree).survey().filter { $0.name != "build" }
  }

  @Test func `A quiet machine has no findings`() throws {
    #expect(findings(try MachineTree()) == [])
  }

  /// A file, its content, and the finding it must give.
  static let cases: [(file: String, text: String, name: String, grade: EnvironmentFinding.Grade, words: String)] = [
    (
      "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n", "governor", .disturbance,
      "performance powersave"
    ),
    ("sys/devices/system/cpu/intel_pstate/no_turbo", "0\n", "turbo", .disturbance, "turbo is on"),
    ("sys/devices/system/cpu/cpufreq/boost", "1\n", "turbo", .disturbance, "boost is on"),
    (
      "sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n", "clocksource", .disturbance, "hpet"
    ),
    ("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n", "thp", .remark, "always on"),
    ("proc/sys/kernel/randomize_va_space", "0\n", "aslr", .remark, "off"),
    ("sys/devices/system/cpu/vulnerabilities/meltdown", "Vulnerable\n", "mitigations", .remark, "meltdown"),
    ("proc/cpuinfo", "flags : tsc constant_tsc nonstop_tsc hypervisor\n", "hypervisor", .remark, "virtual machine"),
    ("proc/cpuinfo", "flags : tsc constant_tsc\n", "tsc", .remark, "constant rate"),
    ("proc/loadavg", "1.90 0.10 0.20 3/200 4711\n", "load", .disturbance, "1.9 processes"),
    (
      "proc/pressure/cpu", "some avg10=43.50 avg60=0.00 avg300=0.00 total=1\n", "pressure_cpu", .disturbance, "43.5 %"
    ),
    (
      "proc/pressure/memory", "some avg10=1.01 avg60=0.00 avg300=0.00 total=1\n", "pressure_memory", .disturbance,
      "memory"
    ),
    ("sys/fs/cgroup/user.slice/cpu.max", "150000 100000\n", "cgroup_quota", .disturbance, "150000 100000"),
    (
      "proc/4711/cmdline", "./.build/release/pagebench\0run\0x.toml\0", "other_pagebench", .disturbance, "process 4711"
    ),
    ("proc/4712/cmdline", "/proc/self/exe\0trial\0", "other_pagebench", .disturbance, "process 4712"),
  ]

  @Test(arguments: cases.indices)
  func `Each bad fact gives its finding, with advice, and no other`(index: Int) throws {
    let (file, text, name, grade, words) = Self.cases[index]
    let found = findings(try MachineTree([file: text]))
    #expect(found.map(\.name) == [name])
    let finding = try #require(found.first)
    #expect(finding.grade == grade)
    #expect(finding.what.contains(words), "\(finding.what)")
    #expect(!finding.advice.isEmpty)
  }

  @Test(arguments: [
    ("proc/4711/cmdline", "pagebench\0list\0"), ("proc/4711/cmdline", "vim\0pagebench\0run\0"),
    ("proc/loadavg", "0.50 9.00 9.00 1/200 4711\n"), ("sys/devices/system/cpu/cpufreq/boost", "0\n"),
    ("proc/sys/kernel/numa_balancing", "1\n"),
  ])
  func `Harmless facts give none`(file: String, text: String) throws {
    // NUMA balancing has nothing to move on one node.
    #expect(findings(try MachineTree([file: text])) == [])
  }

  @Test func `NUMA balancing disturbs a machine with nodes, hardware threads are worth a remark`() throws {
    let tree = try MachineTree(["proc/sys/kernel/numa_balancing": "1\n"])
    let topology = HostTopology(
      cpus: (0..<4).map {
        HostTopology.CPU(
          id: $0, package: 0, core: $0 / 2, node: $0 / 2, siblings: [$0 / 2 * 2, $0 / 2 * 2 + 1], isOnline: true)
      },
      nodes: (0..<2).map {
        HostTopology.Node(id: $0, cpus: [2 * $0, 2 * $0 + 1], memoryBytes: 1 << 30, distances: [0: 10, 1: 20])
      },
      allowedCPUs: [0, 1, 2, 3])
    let found = EnvironmentCollector(topology: topology, root: tree.root).survey().filter { $0.name != "build" }
    #expect(found.map(\.name) == ["numa_balancing", "smt"])
  }

  @Test func `What is not known is not judged`() throws {
    let empty = try MachineTree(MachineTree.quiet.mapValues { _ in String?.none })
    #expect(findings(empty) == [])
  }

  @Test func `Steal, heat and quota during a run are found in the record of both moments`() async throws {
    let tree = try MachineTree()
    var record = await record(tree)
    // Ten seconds later nothing has happened.
    try tree.write("proc/uptime", "1010.00 2019.00\n")
    collector(tree).addLoadAfter(to: &record)
    #expect(EnvironmentJudgement.findings(during: record) == [])
    // In 10 s of two CPUs 1 % is 0.2 s, which is 20 ticks; these are 25.
    try tree.write("proc/stat", "cpu0 1 0 1 9 0 0 0 25 0 0\ncpu1 1 0 1 9 0 0 0 30 0 0\n")
    try tree.write("sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count", "6\n")
    try tree.write("sys/fs/cgroup/user.slice/cpu.stat", "nr_throttled 7\n")
    collector(tree).addLoadAfter(to: &record)
    let found = EnvironmentJudgement.findings(during: record)
    #expect(found.map(\.name) == ["steal", "throttling", "cgroup_throttling"])
    #expect(found[0].what.contains("1.3 %"), "\(found[0].what)")
    #expect(found[1].what.contains("(2 times)") && found[2].what.contains("7 times"))
    #expect(record["load", "steal_before"] == "30" && record["load", "steal_after"] == "55")
  }

  @Test func `Facts are recorded as the tree has them`() async throws {
    let record = await record(try MachineTree())
    #expect(record["kernel", "cmdline"] == "isolcpus=1")
    #expect(record["kernel", "vulnerability_spectre_v2"] == "Mitigation: Retpolines")
    #expect(record["kernel", "isolated_cpus"] == "none")
    #expect(record["power", "governor"] == "performance")
    #expect(record["power", "intel_no_turbo"] == "1")
    #expect(record["load", "cgroup_cpu_max"] == "max 100000")
    #expect(record["load", "other_pagebench"] == "none")
    #expect(record["load", "throttle_count_before"] == "7")
    #expect(record["host", "virtualized"] == "no")
    #expect(record["host", "host_id"]?.hasPrefix("bench7-") == true)
    #expect(record["build", "clang"]?.contains("lang") == true)
  }

  @Test func `Facts that cannot be read are entries without a value`() async throws {
    let record = await record(try MachineTree(MachineTree.quiet.mapValues { _ in String?.none }))
    for (section, key) in [
      ("load", "loadavg_before"), ("load", "steal_before"), ("power", "governor"), ("vcs", "commit"),
    ] {
      #expect(record.entries.contains { $0.section == section && $0.key == key && $0.value == nil }, "\(key)")
    }
  }

  @Test func `Of the boot options only those that bear on measurements are kept`() {
    let options = "root=/dev/sda1 isolcpus=2-3 console=ttyS0 mitigations=off nohz_full=2-3 -- --isolcpus-of-init tsc"
    #expect(EnvironmentCollector.measurementOptions(of: options) == "isolcpus=2-3 mitigations=off nohz_full=2-3")
  }

  @Test func `Two measurements of the tick frequency agree within what they claim`() {
    // Nil where user code has no counter; the allowance is for clock steering, at most 500 ppm (adjtimex(2)).
    guard let first = TickClock.measure(), let second = TickClock.measure(over: .milliseconds(50)) else { return }
    let difference = (first.hertz / second.hertz - 1).magnitude
    #expect(difference <= first.uncertainty + second.uncertainty + 0.001, "\(first) \(second)")
    #expect(first.hertz > 1e6)
  }

  @Test func `Throttling counts heat on the worker's CPUs and the group's quota`() throws {
    let tree = try MachineTree(["sys/fs/cgroup/user.slice/cpu.stat": "nr_throttled 5\n"])
    let clock = ThrottleClock(root: tree.root)
    #expect(clock.events(cpus: [0]) == 8)
    #expect(clock.events(cpus: [0, 1]) == 12)
    #expect(clock.coreEvents(cpus: [7]) == nil)
  }
}
