internal import CHost
internal import CPerf
import Glibc
public import Results

/// Why a counter has no value, or less of a value than asked for.
public struct CounterExplanation: Hashable, Codable, Sendable {
  public let status: MeasurementStatus
  /// What happened.
  public let reason: String
  /// What to do about it; nil when nothing can be done on this machine.
  public let remedy: String?

  public init(status: MeasurementStatus, reason: String, remedy: String? = nil) {
    self.status = status
    self.reason = reason
    self.remedy = remedy
  }

  /// Reason and remedy in one line.
  public var note: String { remedy.map { "\(reason); \($0)" } ?? reason }
}

extension PerfEventFailure {
  /// What this failure to encode or open means to whoever reads the results.
  public var explanation: CounterExplanation {
    switch self {
    case .kernel(let errno): Self.explanation(errno: errno)
    case .library(let code, let message): Self.explanation(libraryCode: code, message)
    case .tracepoint(let failure): failure.explanation
    case .otherProcessor:
      CounterExplanation(
        status: .notSupported, reason: "the event belongs to a processor model that this machine does not have",
        remedy: "name an event of this processor; pagebench doctor lists its units")
    }
  }

  private static func explanation(errno: Int32) -> CounterExplanation {
    let text = errnoText(errno)
    switch errno {
    case ENOENT, EOPNOTSUPP, ENODEV:
      return CounterExplanation(
        status: .notSupported, reason: "this machine does not offer the event: \(text)",
        remedy: "a virtual machine needs a virtual PMU for hardware events, or run on bare metal")
    case ENOSYS:
      return CounterExplanation(
        status: .notSupported, reason: "the kernel has no perf events: \(text)",
        remedy: "use a kernel with CONFIG_PERF_EVENTS")
    case EACCES, EPERM:
      return CounterExplanation(
        status: .noPermission, reason: "the kernel refuses the event to this user: \(text)",
        remedy: Self.permissionRemedy)
    case ENOSPC, EBUSY:
      return CounterExplanation(
        status: .noSlot, reason: "all hardware counters are taken: \(text)",
        remedy: "stop other profilers, ask for fewer events, or sysctl kernel.nmi_watchdog=0")
    case EINVAL, E2BIG:
      return CounterExplanation(
        status: .unknownEvent, reason: "the kernel does not know this encoding: \(text)",
        remedy: "check the event's attributes, or use a newer kernel")
    case EMFILE, ENFILE:
      return CounterExplanation(
        status: .error, reason: "no file descriptor is left for the event: \(text)", remedy: "raise ulimit -n")
    default:
      return CounterExplanation(status: .error, reason: "the kernel failed: \(text)")
    }
  }

  private static func explanation(libraryCode code: Int32, _ message: String) -> CounterExplanation {
    switch code {
    case CPERF_LIBRARY_NOT_FOUND, CPERF_LIBRARY_BAD_UNIT_MASK, CPERF_LIBRARY_BAD_ATTRIBUTE,
      CPERF_LIBRARY_BAD_ATTRIBUTE_VALUE:
      CounterExplanation(
        status: .unknownEvent, reason: "libpfm does not know the name: \(message)",
        remedy: "check the spelling; a name of another processor model is unknown here")
    case CPERF_LIBRARY_NOT_SUPPORTED:
      CounterExplanation(status: .notSupported, reason: "libpfm supports nothing on this machine: \(message)")
    default:
      CounterExplanation(status: .error, reason: "libpfm failed: \(message) (code \(code))")
    }
  }

  static let permissionRemedy = """
    sysctl kernel.perf_event_paranoid=1, or setcap cap_perfmon+ep on the executable; a container also needs a \
    seccomp profile that permits perf_event_open
    """
}

/// An errno as `EACCES (Permission denied)`.
func errnoText(_ errno: Int32) -> String {
  // SAFETY: both return NUL-terminated strings in static storage, or NULL.
  guard let name = unsafe chost_errno_name(errno), let words = unsafe chost_errno_description(errno) else {
    return "errno \(errno)"
  }
  return unsafe "\(String(cString: name)) (\(String(cString: words)))"
}
