/// Where table memory is wanted, as a suite writes it.
public enum MemoryPolicy: Hashable, Sendable {
  /// Each worker's frames on the worker's own node.
  case local
  /// All frames on one node.
  case bind(node: Int)
  /// Frames spread round-robin over these nodes.
  case interleave(nodes: [Int])
}
