public import Results

/// Judges the facts of a record. Nothing is read here: what is not recorded is not judged, and can be judged again later.
public struct EnvironmentJudgement {
  /// Share of all CPUs that other processes may use before a run.
  static let mostLoad = 0.1
  /// Share of time that the hypervisor may take away.
  static let mostSteal = 0.01
  /// Percent of the last ten seconds in which something waited for a CPU, or for memory.
  static let mostPressure = (cpu: 10.0, memory: 1.0)

  private let record: EnvironmentRecord
  private var findings: [EnvironmentFinding] = []

  private init(_ record: EnvironmentRecord) { self.record = record }

  /// What speaks against measuring on the machine as it is: findings from before a run.
  public static func findings(before record: EnvironmentRecord) -> [EnvironmentFinding] {
    var judgement = Self(record)
    judgement.judgePower()
    judgement.judgeKernel()
    judgement.judgeHost()
    judgement.judgeLoad()
    return judgement.findings
  }

  /// What happened between the two moments that a record of a whole run holds.
  public static func findings(during record: EnvironmentRecord) -> [EnvironmentFinding] {
    var judgement = Self(record)
    judgement.judgeChanges()
    return judgement.findings
  }

  private subscript(section: String, key: String) -> String? { record[section, key] }

  private func number(_ section: String, _ key: String) -> Double? { self[section, key].flatMap { Double($0) } }

  private mutating func add(_ name: String, _ grade: EnvironmentFinding.Grade, _ what: String, _ advice: String) {
    findings.append(EnvironmentFinding(name: name, grade: grade, what: what, advice: advice))
  }

  private mutating func judgePower() {
    if let governor = self["power", "governor"], governor != "performance" {
      add(
        "governor", .disturbance, "the frequency governor is \(governor)",
        "cores change their speed while they measure; set it with: cpupower frequency-set -g performance")
    }
    if self["power", "intel_no_turbo"] == "0" {
      add(
        "turbo", .disturbance, "turbo is on",
        "speed depends on heat and on how many cores work; write 1 to /sys/devices/system/cpu/intel_pstate/no_turbo")
    } else if self["power", "boost"] == "1" {
      add(
        "turbo", .disturbance, "frequency boost is on",
        "speed depends on heat and on how many cores work; write 0 to /sys/devices/system/cpu/cpufreq/boost")
    }
  }

  private mutating func judgeKernel() {
    if self["kernel", "numa_balancing"].map({ $0 != "0" }) ?? false, number("host", "numa_nodes") ?? 1 > 1 {
      add(
        "numa_balancing", .disturbance, "automatic NUMA balancing is on",
        "the kernel moves pages while they are measured; switch it off with: sysctl kernel.numa_balancing=0")
    }
    if let clock = self["kernel", "clocksource"],
      ["hpet", "acpi_pm", "jiffies", "refined-jiffies", "pit"].contains(clock)
    {
      add(
        "clocksource", .disturbance, "the kernel's clock source is \(clock)",
        "reading it takes a microsecond or is coarse; find out in the kernel log why the processor's counter was rejected"
      )
    }
    if self["kernel", "thp_enabled"]?.contains("[always]") ?? false {
      add(
        "thp", .remark, "transparent huge pages are always on",
        "when the kernel makes one is chance; write madvise to /sys/kernel/mm/transparent_hugepage/enabled")
    }
    if self["kernel", "aslr"] == "0" {
      add(
        "aslr", .remark, "address space randomisation is off",
        "every process has the same layout, lucky or not; sysctl kernel.randomize_va_space=2 averages over layouts")
    }
    let vulnerabilities = record.entries.filter { $0.section == "kernel" && $0.key.hasPrefix("vulnerability_") }
    let open = vulnerabilities.filter { $0.value?.hasPrefix("Vulnerable") ?? false }
      .map { String($0.key.dropFirst("vulnerability_".count)) }
    if !open.isEmpty {
      add(
        "mitigations", .remark, "the processor's flaws are not mitigated: \(open.joined(separator: ", "))",
        "faults and system calls are faster than where they are; compare only with machines in the same state")
    }
  }

  private mutating func judgeHost() {
    if self["host", "virtualized"] == "yes" {
      add(
        "hypervisor", .remark, "this is a virtual machine\(self["host", "hypervisor"].map { " (\($0))" } ?? "")",
        "neighbours may share its cores and caches; prefer bare metal, and repeat a run at another time")
    }
    if self["host", "smt"] == "on" {
      add(
        "smt", .remark, "hardware threads share cores",
        "workers may, too, depending on the placement; write off to /sys/devices/system/cpu/smt/control to exclude it")
    }
    if self["host", "tick_invariant"] == "no" {
      add(
        "tsc", .remark, "the processor's tick counter does not run at a constant rate",
        "the kernel's clock is used, and cycles cannot be told from time")
    }
    if self["build", "configuration"] == "debug" {
      add("build", .disturbance, "this is a debug build", "its numbers say nothing about speed; build with -c release")
    }
  }

  private mutating func judgeLoad() {
    if let load = self["load", "loadavg_before"]?.split(separator: " ").first.flatMap({ Double($0) }),
      let cpus = record.cpuCount, load > max(0.5, Self.mostLoad * Double(cpus))
    {
      add(
        "load", .disturbance, "\(load) processes were running on average in the last minute",
        "they compete for CPUs and caches; end them or wait")
    }
    if let waiting = pressure("cpu"), waiting > Self.mostPressure.cpu {
      add(
        "pressure_cpu", .disturbance, "in \(waiting) % of the last ten seconds something waited for a CPU",
        "workers will wait, too; end what runs beside them")
    }
    if let waiting = pressure("memory"), waiting > Self.mostPressure.memory {
      add(
        "pressure_memory", .disturbance, "in \(waiting) % of the last ten seconds something waited for memory",
        "the kernel is reclaiming pages; free memory")
    }
    if let quota = self["load", "cgroup_cpu_max"], !quota.hasPrefix("max") {
      add(
        "cgroup_quota", .disturbance, "this process's control group has a CPU quota (cpu.max is \(quota))",
        "it stops all workers when it is used up; run without the limit")
    }
    if let others = self["load", "other_pagebench"], others != "none" {
      add(
        "other_pagebench", .disturbance, "another pagebench is measuring (process \(others))",
        "the two disturb each other; wait until it has ended")
    }
  }

  private mutating func judgeChanges() {
    if let stolen = change("steal"), let seconds = change("uptime"), seconds > 0, let cpus = record.cpuCount {
      // A tick is 10 ms in every unit that the kernel shows to programs.
      let share = stolen / 100 / (seconds * Double(cpus))
      if share > Self.mostSteal {
        let percent = (share * 1000).rounded() / 10
        add(
          "steal", .disturbance, "the hypervisor took \(percent) % of the CPU time away during the run",
          "windows it hit carry the flag steal; repeat the run at a quieter time")
      }
    }
    if let events = change("throttle_count"), events > 0 {
      add(
        "throttling", .disturbance, "the CPUs were slowed down by heat during the run (\(Int(events)) times)",
        "windows it hit carry the flag throttled; cool the machine, or measure at a lower fixed frequency")
    }
    if let periods = change("cgroup_throttled"), periods > 0 {
      add(
        "cgroup_throttling", .disturbance, "the control group's CPU quota stopped the run \(Int(periods)) times",
        "windows it hit carry the flag throttled; run without the limit")
    }
  }

  /// Percent of the last ten seconds in which at least one task waited.
  private func pressure(_ kind: String) -> Double? {
    // some avg10=1.23 avg60=… total=…; full …
    guard let text = self["load", "pressure_\(kind)_before"], text.hasPrefix("some "),
      let word = text.split(separator: " ").first(where: { $0.hasPrefix("avg10=") })
    else { return nil }
    return Double(word.dropFirst("avg10=".count))
  }

  /// How far a count rose during the run; nil when it was not read twice.
  private func change(_ key: String) -> Double? {
    guard let before = number("load", "\(key)_before"), let after = number("load", "\(key)_after") else { return nil }
    return after - before
  }
}

extension EnvironmentRecord {
  /// CPUs that the run could use.
  fileprivate var cpuCount: Int? { self["host", "cpus_usable"].flatMap { Int($0) } }
}
