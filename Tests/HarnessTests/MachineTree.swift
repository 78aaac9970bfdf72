import Glibc

@testable import Harness

/// A recorded machine: files under `proc` and `sys` in a temporary directory.
final class MachineTree: Sendable {
  let directory: TemporaryDirectory

  var root: String { directory.path }

  /// A server that nothing speaks against: two cores without hardware threads, at a fixed frequency, alone.
  static let quiet: [String: String] = [
    "proc/sys/kernel/hostname": "bench7\n", "proc/sys/kernel/osrelease": "6.18.0\n",
    "proc/sys/kernel/numa_balancing": "0\n", "proc/sys/kernel/randomize_va_space": "2\n",
    "proc/cpuinfo": "vendor_id\t: AuthenticAMD\nflags\t\t: fpu tsc constant_tsc nonstop_tsc\nmicrocode\t: 0x1\n",
    "proc/meminfo": "MemTotal:       8388608 kB\n", "proc/uptime": "1000.00 1999.00\n",
    "proc/loadavg": "0.05 0.10 0.20 1/200 4711\n",
    "proc/stat": "cpu  0 0 0 0 0 0 0 30\ncpu0 1 0 1 9 0 0 0 10 0 0\ncpu1 1 0 1 9 0 0 0 20 0 0\n",
    "proc/pressure/cpu":
      "some avg10=0.12 avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
    "proc/pressure/memory": "some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n",
    "proc/self/cgroup": "0::/user.slice\n", "proc/self/status": "Name:\tpagebench\nCapEff:\t0000000000000000\n",
    "proc/cmdline": "root=/dev/sda1 isolcpus=1 quiet\n",
    "sys/fs/cgroup/user.slice/cpu.max": "max 100000\n",
    "sys/fs/cgroup/user.slice/cpu.stat": "usage_usec 5\nnr_periods 0\nnr_throttled 0\n",
    "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
    "sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc\n",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance\n",
    "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "performance\n",
    "sys/devices/system/cpu/intel_pstate/no_turbo": "1\n",
    "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count": "3\n",
    "sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count": "4\n",
    "sys/devices/system/cpu/vulnerabilities/meltdown": "Not affected\n",
    "sys/devices/system/cpu/vulnerabilities/spectre_v2": "Mitigation: Retpolines\n",
    "sys/devices/system/cpu/isolated": "\n",
  ]

  /// - Parameter changes: files that differ from ``quiet``; nil for one that is not there.
  init(_ changes: [String: String?] = [:]) throws {
    directory = try TemporaryDirectory()
    for (path, text) in Self.quiet where changes[path] == nil { try write(path, text) }
    for case (let path, let text?) in changes { try write(path, text) }
  }

  func write(_ path: String, _ text: String) throws {
    var place = root
    for part in path.split(separator: "/").dropLast() {
      place += "/\(part)"
      unsafe _ = mkdir(place, 0o755)
    }
    try directory.write("\(root)/\(path)", text)
  }
}
