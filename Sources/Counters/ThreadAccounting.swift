internal import CHost
import Glibc

/// What the kernel charges to every thread without any permission.
public enum ThreadUsageField: CaseIterable, Hashable, Sendable {
  /// Nanoseconds on a CPU, user and kernel mode.
  case cpuTime
  /// Page faults, minor and major.
  case pageFaults
  /// Context switches, voluntary and involuntary.
  case contextSwitches
  /// Moves to another CPU.
  case migrations

  public var source: CounterSource {
    switch self {
    case .cpuTime: .clock
    case .pageFaults, .contextSwitches: .rusage
    case .migrations: .procfs
    }
  }

  /// The kernel's name for it; the `event` column.
  public var event: String {
    switch self {
    case .cpuTime: "CLOCK_THREAD_CPUTIME_ID"
    case .pageFaults: "ru_minflt+ru_majflt"
    case .contextSwitches: "ru_nvcsw+ru_nivcsw"
    case .migrations: "se.nr_migrations"
    }
  }
}

/// The calling thread's account, since it started.
public protocol ThreadAccounting: Sendable {
  /// nil when the kernel does not say.
  func read(_ field: ThreadUsageField) -> UInt64?
}

/// The account of the thread that asks, from this machine's kernel.
public struct LinuxThreadAccounting: ThreadAccounting {
  public init() {}

  public func read(_ field: ThreadUsageField) -> UInt64? {
    switch field {
    case .cpuTime: UInt64(exactly: chost_thread_cpu_nanoseconds())
    case .pageFaults: Self.usage().map { $0.minor_faults + $0.major_faults }
    case .contextSwitches: Self.usage().map { $0.voluntary_switches + $0.involuntary_switches }
    case .migrations: Self.migrations(inSchedulerReport: Self.schedulerReport())
    }
  }

  private static func usage() -> chost_thread_usage? {
    var usage = chost_thread_usage()
    // SAFETY: the call writes one struct.
    return unsafe chost_get_thread_usage(&usage) == 0 ? usage : nil
  }

  /// `/proc/self/task/TID/sched`, which kernels without CONFIG_SCHED_DEBUG do not have. Empty when unreadable.
  private static func schedulerReport() -> [UInt8] {
    // SAFETY: open reads the NUL-terminated string that Swift makes of the path for the call.
    let descriptor = unsafe open("/proc/self/task/\(chost_thread_id())/sched", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    // The kernel makes the whole report (about 1.5 KiB, the wanted line near its top) for the first read.
    // SAFETY: read stores at most `count` bytes into the buffer, and exactly those are declared initialised.
    return unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      unsafe count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
    }
  }

  /// The number on the line `se.nr_migrations : 12`; older kernels leave out `se.`.
  static func migrations(inSchedulerReport report: [UInt8]) -> UInt64? {
    for line in report.split(separator: UInt8(ascii: "\n")) {
      let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1)
      guard parts.count == 2 else { continue }
      let label = parts[0].filter { $0 != UInt8(ascii: " ") }
      guard label.elementsEqual("se.nr_migrations".utf8) || label.elementsEqual("nr_migrations".utf8) else { continue }
      return UInt64(String(decoding: parts[1].filter { $0 != UInt8(ascii: " ") }, as: UTF8.self))
    }
    return nil
  }
}
