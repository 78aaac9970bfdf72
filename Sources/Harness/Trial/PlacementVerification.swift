import Results
import Topology

/// Asks the kernel whether table memory lies where the policy wants it.
struct PlacementVerification {
  /// Nodes on which a page may lie.
  private let allowed: Set<Int>
  /// With one node there is nothing to get wrong and nothing to ask.
  private let hasChoice: Bool

  init(placement: Placement, policy: MemoryPolicy, topology: HostTopology) {
    allowed =
      switch policy {
      // Any worker's node will do. A frame has no owner to compare with: a table belongs to whichever worker linked it
      // first, and in a shared region one worker may rightly have linked them all. So this finds memory on a node where
      // nobody runs, but not tables of one worker on the node of another.
      case .local: Set(placement.nodeOfWorker)
      case .bind(let node): [node]
      case .interleave(let nodes): Set(nodes)
      }
    hasChoice = topology.nodes.count > 1
  }

  /// Whether every page of the sample that is resident lies on an allowed node.
  ///
  /// - Throws: `TopologyError` when the kernel does not say.
  func holds(_ pages: [UInt]) throws -> Bool {
    guard hasChoice else { return true }
    return try MemoryResidence.nodes(ofPages: pages).allSatisfy { $0.map(allowed.contains) ?? true }
  }
}
