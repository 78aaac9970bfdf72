import Glibc
import Results

/// Numbers of the kernel's tracepoints.
///
/// libpfm looks for them below a debugfs mount only, where many systems have none, so this reads tracefs itself.
struct Tracepoints: Sendable {
  /// How a tracepoint is written in event names: `tp:system:name`.
  static let prefix = "tp:"

  /// Where the kernel's documentation mounts tracefs, the newer place first.
  static let mountPoints = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"]

  let mountPoints: [String]

  init(mountPoints: [String] = Self.mountPoints) { self.mountPoints = mountPoints }

  /// The event of a name that begins with ``prefix``.
  func event(_ name: String) throws(PerfEventFailure) -> EncodedEvent {
    let parts = name.dropFirst(Self.prefix.count).split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy(Self.isLegal) else { throw .tracepoint(.malformed(name)) }
    return EncodedEvent(
      type: EncodedEvent.tracepointType, config: try number(of: name, at: "events/\(parts[0])/\(parts[1])/id"),
      qualifiedName: name)
  }

  private func number(of name: String, at file: String) throws(PerfEventFailure) -> UInt64 {
    var failure = PerfEventFailure.tracepoint(.noTracefs(mountPoints[0]))
    for mountPoint in mountPoints {
      let path = "\(mountPoint)/\(file)"
      switch SmallFile.read(path) {
      case .success(let text):
        guard let number = UInt64(text) else { throw .tracepoint(.noNumber(path)) }
        return number
      case .failure(.kernel(let errno)) where errno == ENOENT || errno == ENOTDIR:
        // Where there is a list of events, its word is final.
        if SmallFile.exists("\(mountPoint)/events") { throw .tracepoint(.absent(name)) }
      case .failure(.kernel(let errno)): failure = .tracepoint(.unreadable(mountPoint, errno: errno))
      case .failure(let other): throw other
      }
    }
    throw failure
  }

  private static func isLegal(_ word: Substring) -> Bool {
    !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
  }
}

/// Why a tracepoint has no number.
public enum TracepointFailure: Hashable, Sendable {
  /// Not `tp:system:name`.
  case malformed(String)
  /// Nothing is mounted there.
  case noTracefs(String)
  /// This kernel does not have it.
  case absent(String)
  /// What is mounted there does not show its numbers.
  case unreadable(String, errno: Int32)
  /// The file does not hold a number.
  case noNumber(String)

  var explanation: CounterExplanation {
    switch self {
    case .malformed(let name):
      CounterExplanation(
        status: .unknownEvent, reason: "'\(name)' is no tracepoint",
        remedy: "write tp:system:name, such as tp:lock:contention_begin")
    case .noTracefs(let place):
      CounterExplanation(
        status: .notSupported, reason: "tracefs is not mounted, so no tracepoint can be found",
        remedy: "mount -t tracefs tracefs \(place)")
    case .absent(let name):
      CounterExplanation(
        status: .notSupported, reason: "this kernel has no tracepoint \(name.dropFirst(Tracepoints.prefix.count))",
        remedy: "use a kernel that has it")
    case .unreadable(let place, let errno):
      // The files that hold the numbers are readable to their owner and group only, whatever the mode of the mount.
      CounterExplanation(
        status: errno == EACCES || errno == EPERM ? .noPermission : .error,
        reason: "the numbers of tracepoints below \(place) cannot be read: \(errnoText(errno))",
        remedy: "run as root; or, as root, mount -o remount,mode=750,gid=GROUP \(place) with a group of this user, and "
          + "setcap cap_perfmon+ep on the executable")
    case .noNumber(let path): CounterExplanation(status: .error, reason: "\(path) holds no number")
    }
  }
}
