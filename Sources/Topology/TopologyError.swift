internal import CHost

/// What keeps the machine from being described, or a thread from being placed on it.
public enum TopologyError: Error, Hashable, Sendable {
  /// A sysfs file that every Linux has cannot be read.
  case unreadable(path: String, errno: Int32)
  /// A sysfs file holds something else than the kernel documents.
  case malformed(path: String, content: String, expected: String)
  /// No CPU is both online and allowed to this process.
  case noUsableCPU(online: CPUSet, allowed: CPUSet)
  /// The affinity mask cannot be read.
  case affinityUnknown(errno: Int32)
  /// The calling thread cannot be confined to these CPUs.
  case cannotPin(cpus: [Int], errno: Int32)
  /// The kernel does not say where pages are.
  case residenceUnknown(pages: Int, errno: Int32)
}

extension TopologyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let path, let errno):
      "cannot read \(path): \(errnoText(errno)); sysfs must be mounted there, or name another root"
    case .malformed(let path, let content, let expected):
      "\(path) holds '\(content)' where \(expected) was expected; please report this with the file's content"
    case .noUsableCPU(let online, let allowed):
      """
      no CPU can be used: online are \(listOrNone(online)), allowed to this process are \(listOrNone(allowed)); \
      widen its affinity (taskset, cpuset) or bring CPUs online
      """
    case .affinityUnknown(let errno):
      "cannot read the affinity of this process: \(errnoText(errno)); a sandbox may forbid sched_getaffinity"
    case .cannotPin(let cpus, let errno):
      """
      cannot pin the calling thread to CPU \(cpus.isEmpty ? "none" : NumberList.format(cpus)): \(errnoText(errno)); \
      a CPU that is online and within the cpuset of this process is needed
      """
    case .residenceUnknown(let pages, let errno):
      """
      cannot ask on which nodes \(pages) pages lie: move_pages gives \(errnoText(errno)); a container may forbid it, \
      and then placement cannot be verified
      """
    }
  }
}

/// A CPU set for a sentence.
func listOrNone(_ cpus: CPUSet) -> String { cpus.isEmpty ? "none" : "\(cpus)" }

/// An errno as `EACCES (Permission denied)`.
func errnoText(_ errno: Int32) -> String {
  // SAFETY: both return NUL-terminated strings in static storage, or NULL.
  guard let name = unsafe chost_errno_name(errno), let words = unsafe chost_errno_description(errno) else {
    return "errno \(errno)"
  }
  return unsafe "\(String(cString: name)) (\(String(cString: words)))"
}
