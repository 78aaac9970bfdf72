/// Which CPUs workers are pinned to, as a suite writes it: `compact`, `scatter` or `list:0-3,8`.
public enum PlacementPolicy: Hashable, Sendable {
  /// Fill one package and node before the next: its physical cores first, then the cores' second hardware threads.
  case compact
  /// Spread over nodes in turn, packages alternating, then over cores; second hardware threads only when every core
  /// of the machine has a worker.
  case scatter
  /// Exactly these CPUs, worker i on the i-th. Not empty, none twice.
  case list([Int])

  private static let listPrefix = "list:"

  /// Reads the form that ``description`` prints. Whether the CPUs exist is checked when the policy is resolved.
  public init(parsing text: some StringProtocol) throws(PlacementError) {
    switch text {
    case "compact": self = .compact
    case "scatter": self = .scatter
    default:
      guard text.hasPrefix(Self.listPrefix) else { throw .unknownPolicy(String(text)) }
      let cpus: [Int]
      do {
        cpus = try NumberList.parse(text.dropFirst(Self.listPrefix.count))
      } catch {
        throw .malformedList(error)
      }
      guard !cpus.isEmpty else { throw .emptyList }
      var seen = CPUSet()
      for cpu in cpus {
        guard !seen.contains(cpu) else { throw .repeatedCPU(cpu) }
        seen.insert(cpu)
      }
      self = .list(cpus)
    }
  }
}

extension PlacementPolicy: CustomStringConvertible {
  public var description: String {
    switch self {
    case .compact: "compact"
    case .scatter: "scatter"
    case .list(let cpus): Self.listPrefix + NumberList.format(cpus)
    }
  }
}
