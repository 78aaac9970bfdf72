/// What is wrong with a memory policy.
public enum MemoryPolicyError: Error, Hashable, Sendable {
  case unknownPolicy(String)
  case malformedList(NumberListError)
  case noNode(policy: String)
  /// `bind` with more than one node.
  case severalNodes(policy: String)
  case noSuchNode(Int, policy: String, usable: [Int])
  case memorylessNode(Int, policy: String, usable: [Int])
}

extension MemoryPolicyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownPolicy(let text):
      "unknown memory policy '\(text)'; write local, bind:NODE or interleave:NODES, such as interleave:0-1"
    case .malformedList(let error):
      "memory policy: \(error)"
    case .noNode(let policy):
      "memory policy '\(policy)' names no node; write for example bind:0 or interleave:0-1"
    case .severalNodes(let policy):
      "memory policy '\(policy)' binds to several nodes; name one, or write interleave: to spread over several"
    case .noSuchNode(let node, let policy, let usable):
      """
      memory policy '\(policy)' names node \(node), which this machine does not have; nodes with memory are \
      \(NumberList.format(usable))
      """
    case .memorylessNode(let node, let policy, let usable):
      """
      memory policy '\(policy)' names node \(node), which has no memory; nodes with memory are \
      \(NumberList.format(usable))
      """
    }
  }
}
