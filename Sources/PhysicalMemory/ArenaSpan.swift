/// Which memory backs one span of an arena.
public enum NodeBinding: Hashable, Sendable {
  /// Whatever the kernel gives.
  case unbound
  /// Only this NUMA node.
  case node(Int)
  /// This NUMA node, or others when it is full.
  case preferred(Int)
  /// Pages of 4 KiB round-robin over these nodes.
  case interleaved([Int])

  /// The nodes named, empty when unbound.
  public var nodes: [Int] {
    switch self {
    case .unbound: []
    case .node(let node), .preferred(let node): [node]
    case .interleaved(let nodes): nodes
    }
  }
}

/// One contiguous part of an arena, its frames with one binding and their records with one. A machine with several nodes gets
/// one span for each pair that some worker wants.
public struct ArenaSpan: Hashable, Sendable {
  /// Frames wanted; rounded up to a multiple of 512 so that spans start at 2 MiB boundaries.
  public let frameCount: Int
  public let binding: NodeBinding
  public let recordBinding: NodeBinding

  /// - Parameter recordBinding: that of the frames unless given: a worker that owns frames on a node then takes their locks on
  ///   that node.
  public init(frameCount: Int, binding: NodeBinding, recordBinding: NodeBinding? = nil) {
    self.frameCount = frameCount
    self.binding = binding
    self.recordBinding = recordBinding ?? binding
  }
}
