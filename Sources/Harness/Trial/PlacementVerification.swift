import Results
import Topology

/// Asks the kernel whether a trial's memory lies where it is meant to.
struct PlacementVerification {
  /// With one node there is nothing to get wrong and nothing to ask.
  private let hasChoice: Bool

  init(topology: HostTopology) { hasChoice = topology.nodes.count > 1 }

  /// A sentence per kind of memory of which pages in the sample lie elsewhere; empty when all is well.
  ///
  /// - Throws: `TopologyError` when the kernel does not say.
  func findings(_ pages: [PlacedPage]) throws(TopologyError) -> [String] {
    hasChoice ? try ResidencyReport(of: pages).findings : []
  }
}
