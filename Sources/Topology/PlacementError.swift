/// What keeps a placement policy from being read or carried out.
public enum PlacementError: Error, Hashable, Sendable {
  case unknownPolicy(String)
  case malformedList(NumberListError)
  case emptyList
  case repeatedCPU(Int)
  /// The machine has no such CPU.
  case noSuchCPU(Int, available: CPUSet)
  case offlineCPU(Int, available: CPUSet)
  /// The CPU is online, but outside the affinity mask or cpuset of this process.
  case forbiddenCPU(Int, available: CPUSet)
  case tooFewWorkers(Int)
  /// `per-node` without a number of workers, or with one that cannot be.
  case badNodeShare(policy: String)
  /// `per-node` wants more CPUs than a node has.
  case nodeTooSmall(policy: String, node: Int, usable: Int)
  /// `smt-pairs` where no core has two usable hardware threads.
  case noSiblings(available: CPUSet)
}

extension PlacementError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownPolicy(let text):
      """
      unknown placement '\(text)'; write compact, scatter, per-node:N, smt-pairs or a list of CPUs \
      such as list:0-3,8
      """
    case .malformedList(let error):
      "placement list: \(error)"
    case .emptyList:
      "placement 'list:' names no CPU; write for example list:0-3,8"
    case .repeatedCPU(let cpu):
      """
      placement list names CPU \(cpu) twice; name each CPU once, workers beyond the end of the list start again at \
      its beginning
      """
    case .noSuchCPU(let cpu, let available):
      "placement list names CPU \(cpu), which this machine does not have; available are \(listOrNone(available))"
    case .offlineCPU(let cpu, let available):
      """
      placement list names CPU \(cpu), which is offline; available are \(listOrNone(available)); or bring it online \
      through /sys/devices/system/cpu/cpu\(cpu)/online
      """
    case .forbiddenCPU(let cpu, let available):
      """
      placement list names CPU \(cpu), which this process may not use; available are \(listOrNone(available)); \
      its affinity (taskset, cpuset, container) limits it
      """
    case .badNodeShare(let policy):
      "placement '\(policy)': write how many workers a node gets in its turn, at least 1, such as per-node:2"
    case .nodeTooSmall(let policy, let node, let usable):
      """
      placement '\(policy)': node \(node) has \(usable) usable CPU\(usable == 1 ? "" : "s"); ask for no more than that, or \
      name CPUs with list:
      """
    case .noSiblings(let available):
      """
      placement 'smt-pairs': no core has two usable hardware threads, available are CPUs \(listOrNone(available)); use \
      compact, or turn SMT on through /sys/devices/system/cpu/smt/control
      """
    case .tooFewWorkers(let workers):
      "cannot place \(workers) workers; at least 1 is needed"
    }
  }
}
