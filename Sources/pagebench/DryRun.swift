import Harness
import Reporting
import Results
import Topology

/// What a run would do: its cells, their time, and the CPUs and nodes they get on a machine, this one or a recorded one.
struct DryRun {
  private let plan: Plan
  private let topology: HostTopology

  init(_ plan: Plan, on topology: HostTopology) {
    self.plan = plan
    self.topology = topology
  }

  func text() throws -> String {
    try "\(PlanPreview(plan).text())\nwhere they would run:\n\(placements())\nnothing was measured\n"
  }

  /// One row for cells that are placed alike.
  private func placements() throws -> String {
    struct Key: Hashable {
      let threads: Int
      let placement: String
      let memory: String
    }
    var keys: [Key] = []
    var cells: [Key: [Cell]] = [:]
    for cell in plan.cells {
      let key = Key(threads: cell.threads, placement: cell.placement, memory: cell.memoryPolicy)
      if cells[key] == nil { keys.append(key) }
      cells[key, default: []].append(cell)
    }
    var table = TextTable([
      .init("cells", .right), .init("threads", .right), .init("placement"), .init("mempolicy"), .init("CPUs"),
      .init("their nodes"), .init("data on"), .init("tables on"), .init("metadata on"),
    ])
    for key in keys {
      guard let same = cells[key], let cell = same.first else { continue }
      let (placement, memory) = try CellPlacement.resolve(cell, on: topology)
      table.append(
        [
          "\(same.count)", "\(key.threads)", key.placement, key.memory, NumberList.format(placement.cpus),
          NumberList.format(Set(placement.nodeOfWorker).sorted()),
        ] + MemoryKind.allCases.map { kind in Self.nodes(memory.workers.map { $0[kind] }) })
    }
    return table.text()
  }

  /// Nodes in worker order where they differ, else once.
  private static func nodes(_ targets: [MemoryTarget]) -> String {
    let texts = targets.map { NumberList.format($0.nodes) }
    return Set(texts).count == 1 ? texts[0] : texts.joined(separator: " ")
  }
}
