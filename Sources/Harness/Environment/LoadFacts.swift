import Results
import Topology

/// The section `load`: what else the machine does, once before the first invocation and once after the last.
struct LoadFacts {
  enum Moment: String {
    case before
    case after
  }

  let files: HostFiles
  let topology: HostTopology

  func add(to record: inout EnvironmentRecord, _ moment: Moment) {
    func set(_ key: String, _ value: String?, unit: String = "") {
      record.set("load", "\(key)_\(moment.rawValue)", value, unit: unit)
    }
    set("uptime", files.text("proc/uptime")?.split(separator: " ").first.map(String.init), unit: "s")
    set("loadavg", files.text("proc/loadavg"))
    let steal = files.whole("proc/stat").flatMap { StealClock.steal(in: $0, cpus: Array(topology.allowedCPUs)) }
    set("steal", steal.map { String($0) }, unit: "ticks")
    for kind in ["cpu", "memory", "io"] { set("pressure_\(kind)", files.text("proc/pressure/\(kind)")?.oneLine) }
    set("throttle_count", throttleCount.map { String($0) }, unit: "1")
    set("cgroup_throttled", groupThrottled.map { String($0) }, unit: "1")
    guard moment == .before else { return }
    record.set("load", "cgroup_cpu_max", files.controlGroupFile("cpu.max").flatMap { files.text($0) })
    record.set(
      "load", "cgroup_cpuset", files.controlGroupFile("cpuset.cpus.effective").flatMap { files.text($0) })
    let others = OtherRuns.processes(files)
    record.set(
      "load", "other_pagebench", others.map { $0.isEmpty ? "none" : $0.map(String.init).joined(separator: " ") })
  }

  /// Times that a usable CPU was slowed down by heat since boot, each core's and package's events counted once per CPU.
  private var throttleCount: UInt64? { ThrottleClock(root: files.root).coreEvents(cpus: Array(topology.allowedCPUs)) }

  /// Periods in which the control group used up its share of the CPUs.
  private var groupThrottled: UInt64? {
    files.controlGroupFile("cpu.stat").flatMap { files.count("nr_throttled", in: $0) }
  }
}
