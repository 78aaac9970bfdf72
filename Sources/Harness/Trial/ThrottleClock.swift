internal import Topology

/// How often the machine slowed CPUs down: by heat, or because a control group had used up its share.
struct ThrottleClock {
  private let files: HostFiles
  private let quota: QuotaClock

  init(root: String = "/") {
    files = HostFiles(root: root)
    quota = QuotaClock(MachineTree(root: root))
  }

  /// Throttling events of these CPUs' cores and packages since boot; nil where the machine does not count them.
  func coreEvents(cpus: [Int]) -> UInt64? {
    var sum: UInt64?
    for cpu in cpus {
      for scope in ["core", "package"] {
        let file = "sys/devices/system/cpu/cpu\(cpu)/thermal_throttle/\(scope)_throttle_count"
        if let count = files.number(file) { sum = (sum ?? 0) + count }
      }
    }
    return sum
  }

  /// Both kinds together, to be compared with a later reading; nil where there is neither.
  func events(cpus: [Int]) -> UInt64? {
    // All groups on the way up where the mounts are known, else the innermost.
    let group = quota.read() ?? files.controlGroupFile("cpu.stat").flatMap { files.count("nr_throttled", in: $0) }
    let core = coreEvents(cpus: cpus)
    return core == nil && group == nil ? nil : (core ?? 0) + (group ?? 0)
  }
}
