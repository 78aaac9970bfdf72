import Reporting
import Results
import Topology
import Workloads

/// Tries on this machine whether threads and memory go where policies send them: pins a worker to every usable CPU, takes
/// memory as it under every policy, and asks the kernel about every page.
struct PlacementCheck {
  private let topology: HostTopology
  /// Enough for two fetches of the frame cache.
  private static let framesPerWorker = 48

  init(on topology: HostTopology) { self.topology = topology }

  /// - Returns: the table, and how many policies did not hold.
  func run() throws -> (text: String, failures: Int) {
    var table = TextTable([
      .init("placement"), .init("mempolicy"), .init("workers", .right), .init("pages", .right), .init("verdict"),
    ])
    var failures = 0
    for (placement, policies) in combinations {
      let result = try check(placement, policies)
      if result.verdict != Self.holds { failures += 1 }
      table.append([
        placement.description, policies.description, "\(topology.allowedCPUs.count)", "\(result.pages)", result.verdict,
      ])
    }
    return (table.text(), failures)
  }

  private static let holds = "holds"

  /// Everything that this machine should be able to do.
  private var combinations: [(PlacementPolicy, MemoryPolicies)] {
    let nodes = topology.memoryNodes
    // Of many nodes the first and the last: every node has its turn under `local` and `interleave:all`.
    let named = nodes.count > 4 ? [nodes[0], nodes[nodes.count - 1]] : nodes
    var policies = [MemoryPolicies(.local), MemoryPolicies(.interleaveAll)]
    policies += named.flatMap { [MemoryPolicies(.bind(node: $0)), MemoryPolicies(.preferred(node: $0))] }
    if nodes.count > 1 {
      let ends = MemoryPolicy.interleave(nodes: [nodes[0], nodes[nodes.count - 1]])
      policies += [
        MemoryPolicies(.remote), MemoryPolicies(ends), MemoryPolicies(.local, tables: .remote),
        MemoryPolicies(.local, metadata: .remote), MemoryPolicies(.remote, tables: .local, metadata: .interleaveAll),
      ]
    }
    var placements: [PlacementPolicy] = [.scatter, .perNode(1)]
    if (try? PlacementPolicy.smtPairs.resolve(workers: 1, on: topology)) != nil { placements.append(.smtPairs) }
    return policies.map { (.compact, $0) } + placements.map { ($0, MemoryPolicies(.local)) }
  }

  private func check(
    _ placementPolicy: PlacementPolicy, _ policies: MemoryPolicies
  ) throws -> (pages: Int, verdict: String) {
    let placement = try placementPolicy.resolve(workers: topology.allowedCPUs.count, on: topology)
    let memory = try policies.resolve(nodeOfWorker: placement.nodeOfWorker, on: topology)
    let mask = try ThreadAffinity.currentThreadMask()
    defer { try? ThreadAffinity.confineCurrentThread(to: mask) }
    let probe: PlacementProbe
    do { probe = try PlacementProbe(memory: memory, framesPerWorker: Self.framesPerWorker) } catch {
      return (0, "\(error)")
    }
    var pages: [PlacedPage] = []
    for (worker, cpu) in placement.cpus.enumerated() {
      try ThreadAffinity.pinCurrentThread(to: cpu)
      guard let place = ThreadAffinity.currentPlace() else { return (0, "the kernel does not say where a thread runs") }
      guard place.cpu == cpu, place.node == placement.nodeOfWorker[worker] else {
        return (0, "CPU \(cpu) of node \(placement.nodeOfWorker[worker]) is CPU \(place.cpu) of node \(place.node)")
      }
      pages += probe.allocate(worker: worker)
    }
    let wanted = placement.cpus.count * Self.framesPerWorker * 4
    guard pages.count == wanted else { return (pages.count, "\(pages.count) of \(wanted) pages could be allocated") }
    var findings = try ResidencyReport(of: pages).findings
    var count = pages.count
    for span in probe.pagesBySpan {
      let report = try ResidencyReport(of: span)
      count += span.count
      let absent = span.count - report.residentCount
      if absent > 0 { findings.append("\(absent) pages are in no memory") }
      findings += report.findings
      for kind in MemoryKind.allCases {
        findings += Self.unevenness(report.tallies[kind], of: kind, in: span)
      }
    }
    return (count, findings.isEmpty ? Self.holds : findings.joined(separator: "; "))
  }

  /// Interleaved pages differ in number by one at most between nodes.
  private static func unevenness(
    _ tally: ResidencyReport.Tally?, of kind: MemoryKind, in span: [PlacedPage]
  ) -> [String] {
    guard let tally, let page = span.first(where: { $0.kind == kind }), case .interleaved(let nodes) = page.target
    else { return [] }
    let counts = nodes.map { tally.pagesOnNode[$0] ?? 0 }
    guard let least = counts.min(), let most = counts.max(), most - least > 1 else { return [] }
    return ["pages of \(kind.rawValue) on nodes \(NumberList.format(nodes)) are \(counts), not evenly interleaved"]
  }
}
