import Topology

/// The machines in `Machines/`, read as `--sysfs-root` reads them.
enum RecordedMachine: String, CaseIterable {
  case desktop
  case twoSockets = "two-sockets"
  case eightNodes = "eight-nodes"
  case oddNodes = "odd-nodes"
  case offlineCPUs = "offline-cpuset"

  var path: String {
    "\(#filePath.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" })/Machines/\(rawValue).machine"
  }

  func topology() throws -> HostTopology { try HostTopology.read(MachineTree(path: path)) }

  func placed(_ policy: String, _ workers: Int) throws -> [Int] {
    try PlacementPolicy(parsing: policy).resolve(workers: workers, on: topology()).cpus
  }
}
