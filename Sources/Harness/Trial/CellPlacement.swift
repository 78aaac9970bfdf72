public import Results
public import Topology

/// Turns the placement and memory policies of a cell, as written, into CPUs and nodes of this machine.
public enum CellPlacement {
  /// - Throws: ``TrialError/badPolicy(key:text:reason:)`` when the machine does not have what the cell asks for.
  public static func resolve(
    _ cell: Cell, on topology: HostTopology
  ) throws(TrialError) -> (placement: Placement, memory: MemoryPlacement) {
    let placement: Placement
    do {
      placement = try PlacementPolicy(parsing: cell.placement).resolve(workers: cell.threads, on: topology)
    } catch {
      throw .badPolicy(key: SuiteKey.placement, text: cell.placement, reason: error.description)
    }
    do {
      let policies = try MemoryPolicies(parsing: cell.memoryPolicy)
      return (placement, try policies.resolve(nodeOfWorker: placement.nodeOfWorker, on: topology))
    } catch {
      throw .badPolicy(key: SuiteKey.memoryPolicy, text: cell.memoryPolicy, reason: error.description)
    }
  }
}
