/// What is wrong with a memory policy.
public enum MemoryPolicyError: Error, Hashable, Sendable {
  case unknownPolicy(String)
  case malformedList(NumberListError)
  case noNode(policy: String)
  /// `bind` or `preferred` with more than one node.
  case severalNodes(policy: String)
  case noSuchNode(Int, policy: String, usable: [Int])
  case memorylessNode(Int, policy: String, usable: [Int])
  /// The node has memory, but the cpuset of this process keeps it from there.
  case forbiddenNode(Int, policy: String, usable: [Int])
  /// `remote` where only one node has memory.
  case nothingRemote(policy: String, usable: [Int])
  /// No node has memory that this process may use.
  case noMemory
  /// A kind of memory that has two overrides.
  case repeatedKind(String, policy: String)
  /// Policies that have another text.
  case notCanonical(policy: String, canonical: String)
}

extension MemoryPolicyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownPolicy(let text):
      """
      unknown memory policy '\(text)'; write local, remote, bind:NODE, preferred:NODE or interleave:NODES, such as \
      interleave:0-1, and after it perhaps ,tables= or ,metadata= with another
      """
    case .malformedList(let error):
      "memory policy: \(error)"
    case .noNode(let policy):
      "memory policy '\(policy)' names no node; write for example bind:0 or interleave:0-1"
    case .severalNodes(let policy):
      "memory policy '\(policy)' names several nodes; name one, or write interleave: to spread over several"
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
    case .forbiddenNode(let node, let policy, let usable):
      """
      memory policy '\(policy)' names node \(node), which the cpuset of this process does not allow; it may use \
      \(NumberList.format(usable))
      """
    case .nothingRemote(let policy, let usable):
      """
      memory policy '\(policy)' needs memory on two nodes at least; this process has some on \
      \(NumberList.format(usable)) only
      """
    case .noMemory:
      "no NUMA node has memory that this process may use; its cpuset (cpuset.mems) must name one"
    case .repeatedKind(let kind, let policy):
      "memory policy '\(policy)' says \(kind)= twice; write it once"
    case .notCanonical(let policy, let canonical):
      "memory policy '\(policy)' is written '\(canonical)': one policy has one name in results"
    }
  }
}
