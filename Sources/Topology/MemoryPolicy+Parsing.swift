public import Results

extension MemoryPolicy {
  private static let bindPrefix = "bind:"
  private static let interleavePrefix = "interleave:"

  /// Reads the form a suite writes: `local`, `bind:0` or `interleave:0-1`. Whether the nodes exist is for
  /// ``validate(on:)``.
  public init(parsing text: some StringProtocol) throws(MemoryPolicyError) {
    if text == "local" {
      self = .local
    } else if text.hasPrefix(Self.bindPrefix) {
      let nodes = try Self.nodes(text.dropFirst(Self.bindPrefix.count), of: String(text))
      guard nodes.count == 1, let node = nodes.first else { throw .severalNodes(policy: String(text)) }
      self = .bind(node: node)
    } else if text.hasPrefix(Self.interleavePrefix) {
      self = .interleave(nodes: try Self.nodes(text.dropFirst(Self.interleavePrefix.count), of: String(text)))
    } else {
      throw .unknownPolicy(String(text))
    }
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

  /// Throws when a node named here is missing or has no memory.
  public func validate(on topology: HostTopology) throws(MemoryPolicyError) {
    let named: [Int] =
      switch self {
      case .local: []
      case .bind(let node): [node]
      case .interleave(let nodes): nodes
      }
    let usable = topology.nodes.filter(\.hasMemory).map(\.id)
    for id in named {
      guard let node = topology.node(id) else { throw .noSuchNode(id, policy: description, usable: usable) }
      guard node.hasMemory else { throw .memorylessNode(id, policy: description, usable: usable) }
    }
  }
}

extension MemoryPolicy: CustomStringConvertible {
  /// As a suite writes it.
  public var description: String {
    switch self {
    case .local: "local"
    case .bind(let node): "\(Self.bindPrefix)\(node)"
    case .interleave(let nodes): Self.interleavePrefix + NumberList.format(nodes)
    }
  }
}
