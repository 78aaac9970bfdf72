public import Results

extension MemoryPolicy {
  private static let bindPrefix = "bind:"
  private static let preferredPrefix = "preferred:"
  private static let interleavePrefix = "interleave:"
  private static let allNodes = "all"

  /// How each policy is written, with a sentence, for users.
  public static let summaries: [(form: String, summary: String)] = [
    ("local", "each worker's memory on its own node, or the nearest with memory"),
    ("remote", "each worker's memory on the node farthest from it"),
    ("bind:NODE", "all memory on one node"),
    ("preferred:NODE", "all memory on one node while it has room; what lies elsewhere is flagged"),
    ("interleave:NODES", "pages round-robin over these nodes; interleave:all over every node with memory"),
    ("POLICY,tables=POLICY,metadata=POLICY", "other policies for table frames, for frame records, or for both"),
  ]

  /// Reads one policy: `local`, `remote`, `bind:0`, `preferred:0`, `interleave:0-1` or `interleave:all`. Whether the nodes
  /// exist is for ``MemoryPolicies/resolve(nodeOfWorker:on:)``.
  public init(parsing text: some StringProtocol) throws(MemoryPolicyError) {
    switch String(text) {
    case "local": self = .local
    case "remote": self = .remote
    case Self.interleavePrefix + Self.allNodes: self = .interleaveAll
    default:
      if text.hasPrefix(Self.bindPrefix) {
        self = .bind(node: try Self.node(text.dropFirst(Self.bindPrefix.count), of: String(text)))
      } else if text.hasPrefix(Self.preferredPrefix) {
        self = .preferred(node: try Self.node(text.dropFirst(Self.preferredPrefix.count), of: String(text)))
      } else if text.hasPrefix(Self.interleavePrefix) {
        self = .interleave(nodes: try Self.nodes(text.dropFirst(Self.interleavePrefix.count), of: String(text)))
      } else {
        throw .unknownPolicy(String(text))
      }
    }
  }

  private static func node(_ list: some StringProtocol, of policy: String) throws(MemoryPolicyError) -> Int {
    let nodes = try nodes(list, of: policy)
    guard nodes.count == 1, let node = nodes.first else { throw .severalNodes(policy: policy) }
    return node
  }

  private static func nodes(_ list: some StringProtocol, of policy: String) throws(MemoryPolicyError) -> [Int] {
    let nodes: [Int]
    do {
      nodes = try NumberList.parse(list)
    } catch {
      throw .malformedList(error)
    }
    guard !nodes.isEmpty else { throw .noNode(policy: policy) }
    // The kernel takes a set: order and repetition mean nothing to it.
    return Set(nodes).sorted()
  }
}

extension MemoryPolicy: CustomStringConvertible {
  /// As a suite writes it.
  public var description: String {
    switch self {
    case .local: "local"
    case .remote: "remote"
    case .bind(let node): "\(Self.bindPrefix)\(node)"
    case .preferred(let node): "\(Self.preferredPrefix)\(node)"
    case .interleave(let nodes): Self.interleavePrefix + NumberList.format(nodes)
    case .interleaveAll: Self.interleavePrefix + Self.allNodes
    }
  }
}
