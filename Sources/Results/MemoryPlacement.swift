/// Nodes that a piece of memory is meant for.
public enum MemoryTarget: Hashable, Sendable {
  /// This node only.
  case node(Int)
  /// This node as long as it has room.
  case preferred(Int)
  /// Page after page on the next of these nodes, rising.
  case interleaved([Int])

  /// Nodes on which a page is where it should be.
  public var nodes: [Int] {
    switch self {
    case .node(let node), .preferred(let node): [node]
    case .interleaved(let nodes): nodes
    }
  }
}

/// Memory policies carried out: for each worker, the nodes its memory is meant for on this machine.
public struct MemoryPlacement: Hashable, Sendable {
  public struct Worker: Hashable, Sendable {
    public let data: MemoryTarget
    public let tables: MemoryTarget
    public let metadata: MemoryTarget
    /// Every node with memory, the nearest to the worker first: where to turn when the wanted node's share is used up.
    public let nearestNodes: [Int]

    public init(data: MemoryTarget, tables: MemoryTarget, metadata: MemoryTarget, nearestNodes: [Int]) {
      self.data = data
      self.tables = tables
      self.metadata = metadata
      self.nearestNodes = nearestNodes
    }

    public subscript(_ kind: MemoryKind) -> MemoryTarget {
      switch kind {
      case .data: data
      case .tables: tables
      case .metadata: metadata
      }
    }
  }

  /// In worker order.
  public let workers: [Worker]
  /// Whether nothing but `local` was asked for. Memory that cannot be bound at all, as in some sandboxes, may then go where
  /// the kernel puts it.
  public let isLocalOnly: Bool

  public init(workers: [Worker], isLocalOnly: Bool) {
    self.workers = workers
    self.isLocalOnly = isLocalOnly
  }

  /// Everything of each worker on a node of its own: plain `local` memory on nodes that all have some.
  public init(localTo nodeOfWorker: [Int]) {
    let nodes = Set(nodeOfWorker).sorted()
    self.init(
      workers: nodeOfWorker.map { node in
        Worker(
          data: .node(node), tables: .node(node), metadata: .node(node),
          nearestNodes: [node] + nodes.filter { $0 != node })
      }, isLocalOnly: true)
  }
}

/// One page of a trial's memory, and where it should lie.
public struct PlacedPage: Hashable, Sendable {
  public let kind: MemoryKind
  /// Host address, any within the page.
  public let address: UInt
  public let target: MemoryTarget

  public init(kind: MemoryKind, address: UInt, target: MemoryTarget) {
    self.kind = kind
    self.address = address
    self.target = target
  }
}
