/// Which memory backs one span of an arena.
public enum NodeBinding: Hashable, Sendable {
  /// Whatever the kernel gives.
  case unbound
  /// Only this NUMA node.
  case node(Int)
  /// Pages round-robin over these nodes.
  case interleaved([Int])

  /// The nodes named, empty when unbound.
  public var nodes: [Int] {
    switch self {
    case .unbound: []
    case .node(let node): [node]
    case .interleaved(let nodes): nodes
    }
  }
}

/// One contiguous part of an arena with one binding. A machine with several nodes gets one span for each.
public struct ArenaSpan: Hashable, Sendable {
  /// Frames wanted; rounded up to a multiple of 512 so that spans start at 2 MiB boundaries.
  public let frameCount: Int
  public let binding: NodeBinding

  public init(frameCount: Int, binding: NodeBinding) {
    self.frameCount = frameCount
    self.binding = binding
  }
}
