import Reporting
import Topology

/// Every placement policy with the CPUs it takes on a machine, in the order in which workers get them.
enum PlacementTable {
  static func text(_ topology: HostTopology) -> String {
    var table = TextTable([.init("placement"), .init("CPUs in the order of workers")])
    let policies: [PlacementPolicy] = [.compact, .scatter, .perNode(1), .perNode(2), .smtPairs]
    for policy in policies {
      let order: String
      do {
        let placement = try policy.resolve(workers: topology.allowedCPUs.count, on: topology)
        order = NumberList.format(placement.cpus)
      } catch { order = "not possible: \(error)" }
      table.append([policy.description, order])
    }
    return table.text()
  }
}
