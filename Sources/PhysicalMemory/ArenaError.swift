/// Why an arena could not be made.
public enum ArenaError: Error, Equatable, CustomStringConvertible {
  /// `mmap` refused this many bytes.
  case cannotMap(bytes: UInt64, reason: String)
  /// The kernel refused the memory policy.
  case cannotBind(nodes: [Int], reason: String)
  /// Populating the arena failed: not enough free memory on the wanted nodes.
  case cannotPopulate(bytes: UInt64, reason: String)

  public var description: String {
    switch self {
    case .cannotMap(let bytes, let reason):
      "cannot map \(bytes) bytes for the arena: \(reason); use a smaller region-size or fewer threads"
    case .cannotBind(let nodes, let reason):
      "cannot bind arena memory to NUMA nodes \(nodes): \(reason); `pagebench doctor` shows the nodes this process may use"
    case .cannotPopulate(let bytes, let reason):
      "cannot populate \(bytes) bytes of arena: \(reason); free memory, or use a smaller region-size or fewer threads"
    }
  }
}
