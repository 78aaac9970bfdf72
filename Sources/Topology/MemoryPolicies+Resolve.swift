public import Results

extension MemoryPolicies {
  /// Chooses nodes for each worker's memory among those with memory that this process may use.
  ///
  /// - Parameter nodeOfWorker: the node of each worker's CPU, in worker order.
  public func resolve(
    nodeOfWorker: [Int], on topology: HostTopology
  ) throws(MemoryPolicyError) -> MemoryPlacement {
    var byNode: [Int: MemoryPlacement.Worker] = [:]
    for node in Set(nodeOfWorker).sorted() {
      let nearest = topology.memoryNodes(nearestTo: node)
      guard !nearest.isEmpty else { throw .noMemory }
      byNode[node] = MemoryPlacement.Worker(
        data: try data.target(from: node, nearest, topology), tables: try tables.target(from: node, nearest, topology),
        metadata: try metadata.target(from: node, nearest, topology), nearestNodes: nearest)
    }
    return MemoryPlacement(
      workers: nodeOfWorker.compactMap { byNode[$0] },
      isLocalOnly: MemoryKind.allCases.allSatisfy { self[$0] == .local })
  }
}

extension MemoryPolicy {
  /// - Parameter nearest: nodes with memory, the nearest to `worker` first; not empty.
  fileprivate func target(
    from worker: Int, _ nearest: [Int], _ topology: HostTopology
  ) throws(MemoryPolicyError) -> MemoryTarget {
    switch self {
    case .local: return .node(nearest[0])
    case .bind(let node):
      try check(node, topology)
      return .node(node)
    case .preferred(let node):
      try check(node, topology)
      return .preferred(node)
    case .interleave(let nodes):
      for node in nodes { try check(node, topology) }
      return .interleaved(nodes)
    case .interleaveAll: return .interleaved(nearest.sorted())
    case .remote:
      guard let farthest = topology.memoryNode(farthestFrom: worker) else {
        throw .nothingRemote(policy: description, usable: nearest)
      }
      return .node(farthest)
    }
  }

  private func check(_ id: Int, _ topology: HostTopology) throws(MemoryPolicyError) {
    let usable = topology.memoryNodes
    guard let node = topology.node(id) else { throw .noSuchNode(id, policy: description, usable: usable) }
    guard node.hasMemory else { throw .memorylessNode(id, policy: description, usable: usable) }
    guard usable.contains(id) else { throw .forbiddenNode(id, policy: description, usable: usable) }
  }
}
