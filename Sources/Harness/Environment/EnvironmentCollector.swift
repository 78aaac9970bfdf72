public import Results
public import Topology

/// Collects where and how a run is made. A fact that cannot be read becomes an entry without a value; nothing is
/// guessed.
public struct EnvironmentCollector: Sendable {
  let topology: HostTopology
  private let files: HostFiles
  private let tree: MachineTree

  /// - Parameter root: directory with `proc` and `sys` in it: `/`, or a copy of it.
  public init(topology: HostTopology, root: String = "/") {
    self.topology = topology
    files = HostFiles(root: root)
    tree = MachineTree(root: root)
  }

  /// - Parameter tree: where facts about the machine itself are read; the topology should come from there as well. Load, clocks and
  ///   program are those of this one.
  public init(topology: HostTopology, tree: MachineTree) {
    self.topology = topology
    files = HostFiles(root: "/")
    self.tree = tree
  }

  /// Everything that does not change while a run lasts, and the load before it.
  public func collect(runID: RunID, revision: RevisionReader.Finding) -> EnvironmentRecord {
    var record = EnvironmentRecord(runID: runID.description)
    ToolFacts.add(to: &record)
    revision.add(to: &record)
    addMachine(to: &record)
    // Of this machine, whatever tree the rest is read from; it takes some milliseconds, so it is no part of a survey.
    let ticks = TickClock.measure()
    record.set("clock", "tick_frequency", ticks.map { String($0.hertz.rounded()) }, unit: "Hz")
    record.set("clock", "tick_uncertainty", ticks.map { String($0.uncertainty) }, unit: "1")
    return record
  }

  /// What can be said at once about whether the machine is fit to measure.
  public func survey() -> [EnvironmentFinding] {
    var record = EnvironmentRecord(runID: "")
    ToolFacts.add(to: &record)
    addMachine(to: &record)
    return EnvironmentJudgement.findings(before: record)
  }

  private func addMachine(to record: inout EnvironmentRecord) {
    addHost(to: &record)
    addKernel(to: &record)
    addPower(to: &record)
    LoadFacts(files: files, topology: topology).add(to: &record, .before)
  }

  /// The name of this machine in result paths.
  public var hostID: HostID {
    HostID(
      hostname: text("proc/sys/kernel/hostname") ?? "",
      stableFacts: [
        processor("cpu family", "CPU implementer") ?? "", processor("model", "CPU part") ?? "",
        processor("stepping", "CPU revision") ?? "", String(topology.packageCount), String(topology.coreCount),
        String(topology.nodes.count), memoryBytes.map { String(($0 + (1 << 29)) >> 30) } ?? "",
      ])
  }

  /// Completes the record of a run with what the machine did meanwhile.
  public func addLoadAfter(to record: inout EnvironmentRecord) {
    LoadFacts(files: files, topology: topology).add(to: &record, .after)
  }

  private func addHost(to record: inout EnvironmentRecord) {
    record.set("host", "host_id", hostID.description)
    record.set("host", "hostname", text("proc/sys/kernel/hostname"))
    record.set("host", "cpu_vendor", processor("vendor_id", "CPU implementer"))
    record.set("host", "cpu_model_name", processor("model name", "Hardware"))
    record.set("host", "cpu_family", processor("cpu family", "CPU architecture"))
    record.set("host", "cpu_model", processor("model", "CPU part"))
    record.set("host", "cpu_stepping", processor("stepping", "CPU revision"))
    record.set("host", "microcode", processor("microcode"))
    record.set("host", "sockets", String(topology.packageCount))
    record.set("host", "cores", String(topology.coreCount))
    record.set("host", "cpus_online", topology.onlineCPUs.description)
    record.set("host", "cpus_allowed", topology.allowedCPUs.description)
    record.set("host", "cpus_usable", String(topology.allowedCPUs.count))
    record.set("host", "smt", topology.hasSiblings ? "on" : "off")
    record.set("host", "cpus_offline", topology.offlineCPUs.listOrNone)
    record.set("host", "cpus_isolated", topology.limits.isolatedCPUs.listOrNone)
    record.set("host", "cpus_nohz_full", topology.limits.ticklessCPUs.listOrNone)
    record.set("host", "cpuset", topology.limits.cpuset?.description)
    for (key, value) in cacheFacts { record.set("host", key, value) }
    record.set("host", "memory", memoryBytes.map { String($0) }, unit: "By")
    record.set("host", "numa_nodes", String(topology.nodes.count))
    record.set("host", "numa_nodes_allowed", NumberList.format(topology.memoryNodes))
    for node in topology.nodes {
      record.set("host", "node\(node.id)_cpus", node.cpus.listOrNone)
      record.set("host", "node\(node.id)_memory", node.memoryBytes.map { String($0) }, unit: "By")
      let distances = topology.nodes.map { node.distances[$0.id].map { String($0) } ?? "?" }
      record.set("host", "node\(node.id)_distances", node.distances.isEmpty ? nil : distances.joined(separator: " "))
    }
    let flags = processor("flags").map { Set($0.split(separator: " ")) }
    // Only x86 has a tick counter that may change its rate or stop.
    let isInvariant = flags.map { $0.isSuperset(of: ["constant_tsc", "nonstop_tsc"]) }
    record.set("host", "tick_invariant", isInvariant.map { $0 ? "yes" : "no" })
    // Processors tell a guest by a flag; who the hypervisor is, only its firmware may say.
    let isGuest = flags.map { $0.contains("hypervisor") }
    record.set("host", "virtualized", isGuest.map { $0 ? "yes" : "no" })
    let signature = tree.isLive ? Hypervisor.signature : nil
    record.set(
      "host", "hypervisor", signature ?? text("sys/hypervisor/type") ?? text("sys/class/dmi/id/sys_vendor"))
    if tree.isLive { record.set("host", "emulated", Hypervisor.isEmulator ? "yes" : "no") }
  }

  private func addKernel(to record: inout EnvironmentRecord) {
    let single = [
      ("release", "proc/sys/kernel/osrelease"), ("version", "proc/sys/kernel/version"),
      ("thp_enabled", "sys/kernel/mm/transparent_hugepage/enabled"),
      ("thp_defrag", "sys/kernel/mm/transparent_hugepage/defrag"),
      ("numa_balancing", "proc/sys/kernel/numa_balancing"), ("aslr", "proc/sys/kernel/randomize_va_space"),
      ("clocksource", "sys/devices/system/clocksource/clocksource0/current_clocksource"),
      ("clocksources", "sys/devices/system/clocksource/clocksource0/available_clocksource"),
      ("smt_control", "sys/devices/system/cpu/smt/control"),
      ("perf_event_paranoid", "proc/sys/kernel/perf_event_paranoid"),
      ("perf_event_mlock_kb", "proc/sys/kernel/perf_event_mlock_kb"), ("nmi_watchdog", "proc/sys/kernel/nmi_watchdog"),
    ]
    for (key, file) in single { record.set("kernel", key, text(file)) }
    for name in files.names("sys/devices/system/cpu/vulnerabilities") {
      record.set("kernel", "vulnerability_\(name)", text("sys/devices/system/cpu/vulnerabilities/\(name)"))
    }
    // Here an empty text is a fact, and an entry without a value would say that nobody knows.
    record.set("kernel", "isolated_cpus", files.whole("sys/devices/system/cpu/isolated")?.trimmedOrNone)
    record.set("kernel", "cmdline", text("proc/cmdline").map { Self.measurementOptions(of: $0).trimmedOrNone })
    record.set("kernel", "cap_effective", field("CapEff", in: "proc/self/status"))
  }

  /// The boot options that bear on measurements. The rest names disks, consoles and networks, and is nobody's concern.
  static func measurementOptions(of commandLine: String) -> String {
    let prefixes = [
      "amd_pstate", "clocksource", "cpufreq", "cpuidle", "default_hugepagesz", "hugepages", "idle", "intel_idle",
      "intel_pstate", "irqaffinity", "isolcpus", "kpti", "maxcpus", "mitigations", "mitigate", "nohz", "nokaslr",
      "nopti", "nosmt", "nospectre", "numa", "preempt", "processor.", "pti", "rcu_nocb", "retbleed", "skew_tick",
      "spec_", "spectre", "transparent_hugepage", "tsc",
    ]
    // Everything after a lone -- belongs to the first process.
    return commandLine.split(separator: " ").prefix { $0 != "--" }
      .filter { option in prefixes.contains { option.hasPrefix($0) } }
      .joined(separator: " ")
  }

  private func addPower(to record: inout EnvironmentRecord) {
    let policy = "sys/devices/system/cpu/cpu\(topology.allowedCPUs.first { _ in true } ?? 0)/cpufreq"
    record.set("power", "driver", text("\(policy)/scaling_driver"))
    record.set("power", "governor", governors)
    record.set("power", "frequency_min", text("\(policy)/scaling_min_freq"), unit: "kHz")
    record.set("power", "frequency_max", text("\(policy)/scaling_max_freq"), unit: "kHz")
    record.set("power", "intel_no_turbo", text("sys/devices/system/cpu/intel_pstate/no_turbo"))
    record.set("power", "boost", text("sys/devices/system/cpu/cpufreq/boost"))
  }

  /// The governors of all usable CPUs, each once.
  private var governors: String? {
    let all = topology.allowedCPUs.compactMap { text("sys/devices/system/cpu/cpu\($0)/cpufreq/scaling_governor") }
    return all.isEmpty ? nil : Set(all).sorted().joined(separator: " ")
  }

  /// One fact per kind of cache, such as `cache_l3`: size, how many there are and how many CPUs share each, as
  /// `8192K x 16, 4 CPUs each`. Several where caches of a kind differ.
  private var cacheFacts: [(key: String, value: String)] {
    var facts: [(key: String, value: String)] = []
    var names: [String] = []
    for cache in topology.caches where !names.contains(cache.name) { names.append(cache.name) }
    for name in names {
      let caches = topology.caches.filter { $0.name == name }
      let shapes = Dictionary(grouping: caches) { cache in
        "\(cache.bytes.map { "\($0 >> 10)K" } ?? "?") x #, \(cache.cpus.count) CPU\(cache.cpus.count == 1 ? "" : "s") each"
      }
      let text = shapes.map { $0.key.replacing("#", with: "\($0.value.count)") }.sorted().joined(separator: "; ")
      facts.append(("cache_\(name.lowercased().replacing(" ", with: "_"))", text))
    }
    return facts
  }

  private var memoryBytes: UInt64? {
    field("MemTotal", in: "proc/meminfo")?.split(separator: " ").first.flatMap { UInt64($0) }.map { $0 * 1024 }
  }

  /// The first of these fields that /proc/cpuinfo has.
  private func processor(_ names: String...) -> String? {
    names.lazy.compactMap { field($0, in: "proc/cpuinfo") }.first
  }

  /// The value of the first `name : value` line.
  private func field(_ name: String, in file: String) -> String? {
    for line in contents(file)?.split(separator: "\n") ?? [] {
      guard let colon = line.firstIndex(of: ":"), line[..<colon].trimmed == name else { continue }
      return line[line.index(after: colon)...].trimmed
    }
    return nil
  }

  private func contents(_ file: String) -> String? { try? tree.text(file) }

  /// Without blanks around it; nil where the file is empty or not there.
  private func text(_ file: String) -> String? { contents(file).map(\.trimmed).flatMap { $0.isEmpty ? nil : $0 } }
}

extension CPUSet {
  fileprivate var listOrNone: String { isEmpty ? "none" : description }
}
