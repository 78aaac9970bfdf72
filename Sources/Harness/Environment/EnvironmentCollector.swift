public import Results
public import Topology

/// Collects where and how a run is made. A fact that cannot be read becomes an entry without a value; nothing is
/// guessed.
public struct EnvironmentCollector: Sendable {
  let topology: HostTopology
  /// Directory with `proc` and `sys` in it: `/`, or a recorded tree in tests.
  let root: String

  public init(topology: HostTopology, root: String = "/") {
    self.topology = topology
    self.root = root.hasSuffix("/") ? root : root + "/"
  }

  /// Everything that does not change while a run lasts. Starts git, so it belongs before the first measurement.
  public func collect(runID: RunID, revision: RevisionReader.Finding) -> EnvironmentRecord {
    var record = EnvironmentRecord(runID: runID.description)
    ToolFacts.add(to: &record)
    revision.add(to: &record)
    addHost(to: &record)
    addKernel(to: &record)
    addPower(to: &record)
    addLoad(to: &record, moment: "before")
    return record
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

  /// Load, steal and pressure: once before the first invocation and once after the last.
  public func addLoad(to record: inout EnvironmentRecord, moment: String) {
    record.set("load", "loadavg_\(moment)", text("proc/loadavg"))
    let steal = (try? TextFile.read(root + "proc/stat"))
      .flatMap { StealClock.steal(in: $0, cpus: Array(topology.onlineCPUs)) }
    record.set("load", "steal_\(moment)", steal.map { String($0) }, unit: "ticks")
    record.set("load", "pressure_cpu_\(moment)", text("proc/pressure/cpu")?.oneLine)
    if moment == "before" {
      record.set("load", "cgroup_cpu_max", text("sys/fs/cgroup/cpu.max"))
    }
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
    record.set("host", "smt", topology.hasSiblings ? "on" : "off")
    for cache in caches { record.set("host", "cache_\(cache.name)", cache.size) }
    record.set("host", "memory", memoryBytes.map { String($0) }, unit: "By")
    record.set("host", "numa_nodes", String(topology.nodes.count))
    for node in topology.nodes {
      record.set("host", "node\(node.id)_cpus", node.cpus.description)
      record.set("host", "node\(node.id)_memory", node.memoryBytes.map { String($0) }, unit: "By")
      let distances = topology.nodes.map { node.distances[$0.id].map { String($0) } ?? "?" }
      record.set("host", "node\(node.id)_distances", node.distances.isEmpty ? nil : distances.joined(separator: " "))
    }
    // Processors tell a guest by a flag; who the hypervisor is, only its firmware may say.
    let isGuest = processor("flags").map { $0.split(separator: " ").contains("hypervisor") }
    record.set("host", "virtualized", isGuest.map { $0 ? "yes" : "no" })
    record.set("host", "hypervisor", text("sys/hypervisor/type") ?? text("sys/class/dmi/id/sys_vendor"))
  }

  private func addKernel(to record: inout EnvironmentRecord) {
    let files = [
      ("release", "proc/sys/kernel/osrelease"), ("version", "proc/sys/kernel/version"),
      ("thp_enabled", "sys/kernel/mm/transparent_hugepage/enabled"),
      ("numa_balancing", "proc/sys/kernel/numa_balancing"), ("aslr", "proc/sys/kernel/randomize_va_space"),
      ("clocksource", "sys/devices/system/clocksource/clocksource0/current_clocksource"),
      ("smt_control", "sys/devices/system/cpu/smt/control"),
      ("perf_event_paranoid", "proc/sys/kernel/perf_event_paranoid"),
      ("perf_event_mlock_kb", "proc/sys/kernel/perf_event_mlock_kb"), ("nmi_watchdog", "proc/sys/kernel/nmi_watchdog"),
    ]
    for (key, file) in files { record.set("kernel", key, text(file)) }
    // Here an empty text is a fact, and an entry without a value would say that nobody knows.
    record.set("kernel", "isolated_cpus", (try? TextFile.read(root + "sys/devices/system/cpu/isolated"))?.trimmedOrNone)
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
    record.set("power", "governor", text("\(policy)/scaling_governor"))
    record.set("power", "frequency_min", text("\(policy)/scaling_min_freq"), unit: "kHz")
    record.set("power", "frequency_max", text("\(policy)/scaling_max_freq"), unit: "kHz")
    record.set("power", "intel_no_turbo", text("sys/devices/system/cpu/intel_pstate/no_turbo"))
    record.set("power", "boost", text("sys/devices/system/cpu/cpufreq/boost"))
  }

  /// Caches of the first usable CPU, such as `l1_data`.
  private var caches: [(name: String, size: String?)] {
    let directory = "sys/devices/system/cpu/cpu\(topology.allowedCPUs.first { _ in true } ?? 0)/cache"
    return (0..<8).compactMap { index in
      guard let level = text("\(directory)/index\(index)/level"), let type = text("\(directory)/index\(index)/type")
      else { return nil }
      return ("l\(level)_\(type.lowercased())", text("\(directory)/index\(index)/size"))
    }
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
    guard let text = try? TextFile.read(root + file) else { return nil }
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":"), line[..<colon].trimmed == name else { continue }
      return line[line.index(after: colon)...].trimmed
    }
    return nil
  }

  private func text(_ file: String) -> String? { TextFile.trimmed(root + file) }
}

extension StringProtocol {
  fileprivate var trimmed: String {
    let start = drop { $0.isWhitespace }
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }

  fileprivate var trimmedOrNone: String { trimmed.isEmpty ? "none" : trimmed }

  fileprivate var oneLine: String { split(separator: "\n").joined(separator: "; ") }
}
