/// Where memory is wanted, as a suite writes it.
public enum MemoryPolicy: Hashable, Sendable {
  /// Each worker's memory on the worker's own node; where that has none, on the nearest node that has.
  case local
  /// All memory on one node; an error when it does not fit.
  case bind(node: Int)
  /// All memory on one node, or elsewhere when it is full, and then flagged.
  case preferred(node: Int)
  /// Pages round-robin over these nodes.
  case interleave(nodes: [Int])
  /// Pages round-robin over every node with memory.
  case interleaveAll
  /// Each worker's memory on the node farthest from it.
  case remote
}
