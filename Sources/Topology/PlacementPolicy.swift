/// Which CPUs workers are pinned to, as a suite writes it: `compact`, `scatter`, `per-node:2`, `smt-pairs` or `list:0-3,8`.
///
/// Every policy puts the CPUs that this process may use in an order; worker i gets the i-th, and with more workers than CPUs
/// the order starts again. So more workers move none of those that were there.
public enum PlacementPolicy: Hashable, Sendable {
  /// Fill one package and node before the next: its physical cores first, then the cores' second hardware threads.
  case compact
  /// Spread over nodes in turn, packages alternating, then over cores; second hardware threads only when every core
  /// of the machine has a worker.
  case scatter
  /// Nodes take turns, in the order in which `compact` fills them, with this many workers each; within a node, cores come
  /// before second hardware threads. A node whose CPUs run out leaves its turns to the others; nodes without usable CPUs have
  /// none. At least 1, and no more than the usable CPUs of any node that has some.
  case perNode(Int)
  /// All hardware threads of a core before the next core, cores in the order of `compact`. Cores of which only one thread
  /// can be used come last. Needs a core with two usable threads.
  case smtPairs
  /// Exactly these CPUs, worker i on the i-th. Not empty, none twice.
  case list([Int])

  private static let perNodePrefix = "per-node:"
  private static let listPrefix = "list:"

  /// How each policy is written, with a sentence, for users.
  public static let summaries: [(form: String, summary: String)] = [
    ("compact", "fill one package and node before the next, cores before second hardware threads"),
    ("scatter", "nodes in turn, packages alternating; second hardware threads when every core is taken"),
    ("per-node:N", "N workers on a node, then N on the next, and round again"),
    ("smt-pairs", "both hardware threads of a core, then the next core"),
    ("list:CPUS", "exactly these CPUs, such as list:0-3,8; isolated ones too"),
  ]

  /// Reads the form that ``description`` prints. Whether the CPUs exist is checked when the policy is resolved.
  public init(parsing text: some StringProtocol) throws(PlacementError) {
    switch text {
    case "compact": self = .compact
    case "scatter": self = .scatter
    case "smt-pairs": self = .smtPairs
    case "per-node": throw .badNodeShare(policy: String(text))
    default:
      if text.hasPrefix(Self.perNodePrefix) {
        self = .perNode(try Self.share(text.dropFirst(Self.perNodePrefix.count), of: String(text)))
      } else if text.hasPrefix(Self.listPrefix) {
        self = .list(try Self.list(text.dropFirst(Self.listPrefix.count)))
      } else {
        throw .unknownPolicy(String(text))
      }
    }
  }

  private static func share(_ digits: some StringProtocol, of policy: String) throws(PlacementError) -> Int {
    // One spelling for one number: it names a case in results.
    guard let share = Int(digits), (1...NumberList.maximum).contains(share), "\(share)" == digits else {
      throw .badNodeShare(policy: policy)
    }
    return share
  }

  private static func list(_ text: some StringProtocol) throws(PlacementError) -> [Int] {
    let cpus: [Int]
    do {
      cpus = try NumberList.parse(text)
    } catch {
      throw .malformedList(error)
    }
    guard !cpus.isEmpty else { throw .emptyList }
    var seen = CPUSet()
    for cpu in cpus {
      guard !seen.contains(cpu) else { throw .repeatedCPU(cpu) }
      seen.insert(cpu)
    }
    return cpus
  }
}

extension PlacementPolicy: CustomStringConvertible {
  public var description: String {
    switch self {
    case .compact: "compact"
    case .scatter: "scatter"
    case .perNode(let share): "\(Self.perNodePrefix)\(share)"
    case .smtPairs: "smt-pairs"
    case .list(let cpus): Self.listPrefix + NumberList.format(cpus)
    }
  }
}
