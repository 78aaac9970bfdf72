/// Tells whether the CPU quota of this process's cgroups ran out: a worker then stood still for reasons that have nothing to
/// do with its work.
public struct QuotaClock: Sendable {
  private let groups: ControlGroups?
  private let tree: MachineTree

  /// Of the groups that hold the process now.
  public init(_ tree: MachineTree = .live) {
    groups = try? ControlGroups(reading: tree)
    self.tree = tree
  }

  /// How often the groups were stopped so far; nil where nothing counts it, as without a quota.
  public func read() -> UInt64? { (try? groups?.throttleCount(tree)) ?? nil }
}
