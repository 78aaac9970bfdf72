extension PlacementPolicy {
  /// Chooses a CPU for each worker among those this process may use.
  public func resolve(workers: Int, on topology: HostTopology) throws(PlacementError) -> Placement {
    guard workers >= 1 else { throw .tooFewWorkers(workers) }
    let order = try cpuOrder(on: topology)
    let cpus = (0..<workers).map { order[$0 % order.count] }
    let nodeOfCPU = Dictionary(topology.cpus.map { ($0.id, $0.node ?? 0) }, uniquingKeysWith: { first, _ in first })
    return Placement(
      cpus: cpus,
      nodeOfWorker: cpus.map { nodeOfCPU[$0] ?? 0 },
      isOversubscribed: workers > order.count)
  }

  /// Every usable CPU in the order in which workers take them; not empty, none twice.
  private func cpuOrder(on topology: HostTopology) throws(PlacementError) -> [Int] {
    switch self {
    case .compact: return Self.compactOrder(LocalityDomain.domains(of: topology))
    case .scatter: return Self.scatterOrder(LocalityDomain.domains(of: topology))
    case .perNode(let share): return try perNodeOrder(share, on: topology)
    case .smtPairs: return try smtPairsOrder(on: topology)
    case .list(let cpus):
      for cpu in cpus { try check(cpu, on: topology) }
      return cpus
    }
  }

  private static func compactOrder(_ domains: [LocalityDomain]) -> [Int] {
    domains.flatMap { $0.threadsByRank.flatMap(\.self) }
  }

  private static func scatterOrder(_ domains: [LocalityDomain]) -> [Int] {
    // Packages take turns: with several nodes per package, the second worker goes to another socket.
    let alternating = domains.sorted { ($0.rankInPackage, $0.packageRank) < ($1.rankInPackage, $1.packageRank) }
    let ranks = alternating.map(\.threadsByRank.count).max() ?? 0
    return (0..<ranks).flatMap { rank in
      let threads = alternating.map { rank < $0.threadsByRank.count ? $0.threadsByRank[rank] : [] }
      let longest = threads.map(\.count).max() ?? 0
      return (0..<longest).flatMap { turn in threads.compactMap { turn < $0.count ? $0[turn] : nil } }
    }
  }

  private func perNodeOrder(_ share: Int, on topology: HostTopology) throws(PlacementError) -> [Int] {
    var nodes: [Int] = []
    var rest: [Int: [Int]] = [:]
    for id in Self.compactOrder(LocalityDomain.domains(of: topology)) {
      let node = topology.cpu(id)?.node ?? 0
      if rest[node] == nil { nodes.append(node) }
      rest[node, default: []].append(id)
    }
    for node in nodes.sorted() {
      let usable = rest[node]?.count ?? 0
      guard usable >= share else { throw .nodeTooSmall(policy: description, node: node, usable: usable) }
    }
    var order: [Int] = []
    while rest.values.contains(where: { !$0.isEmpty }) {
      for node in nodes {
        order += rest[node]?.prefix(share) ?? []
        rest[node] = rest[node].map { Array($0.dropFirst(share)) }
      }
    }
    return order
  }

  private func smtPairsOrder(on topology: HostTopology) throws(PlacementError) -> [Int] {
    let firstThreads = LocalityDomain.domains(of: topology).flatMap { $0.threadsByRank.first ?? [] }
    let cores = firstThreads.map { first in
      Array((topology.cpu(first)?.siblings ?? []).intersection(topology.allowedCPUs).union([first]))
    }
    let (pairs, singles) = (cores.filter { $0.count > 1 }, cores.filter { $0.count == 1 })
    guard !pairs.isEmpty else { throw .noSiblings(available: topology.allowedCPUs) }
    return (pairs + singles).flatMap(\.self)
  }

  private func check(_ id: Int, on topology: HostTopology) throws(PlacementError) {
    let available = topology.nameableCPUs
    guard let cpu = topology.cpu(id) else { throw .noSuchCPU(id, available: available) }
    guard cpu.isOnline else { throw .offlineCPU(id, available: available) }
    guard available.contains(id) else { throw .forbiddenCPU(id, available: available) }
  }
}

/// The usable CPUs that share a package and a node: the unit that `compact` fills and among which `scatter` takes turns.
/// Neither package nor node alone will do: a package can hold several nodes, and on a machine whose firmware
/// interleaves memory one node holds several packages.
private struct LocalityDomain {
  /// Usable CPUs by their place within their core: first the first usable thread of every core, then the second.
  let threadsByRank: [[Int]]
  /// Place of the package among the packages, by the lowest node in each.
  let packageRank: Int
  /// Place of this domain among those of its package.
  let rankInPackage: Int

  private struct Key: Hashable {
    let package: Int
    let node: Int
  }

  /// Package after package, nodes rising within each.
  static func domains(of topology: HostTopology) -> [LocalityDomain] {
    let usable = topology.cpus.filter { topology.allowedCPUs.contains($0.id) && $0.isOnline }
    let members = Dictionary(grouping: usable) { Key(package: $0.package ?? 0, node: $0.node ?? 0) }
    let nodesByPackage = Dictionary(grouping: members.keys, by: \.package).mapValues { $0.map(\.node).sorted() }
    let packages = nodesByPackage.keys.sorted {
      (nodesByPackage[$0]?.first ?? 0, $0) < (nodesByPackage[$1]?.first ?? 0, $1)
    }
    return packages.enumerated().flatMap { packageRank, package in
      (nodesByPackage[package] ?? []).enumerated().map { rankInPackage, node in
        LocalityDomain(
          threadsByRank: ranked(members[Key(package: package, node: node)] ?? [], allowed: topology.allowedCPUs),
          packageRank: packageRank, rankInPackage: rankInPackage)
      }
    }
  }

  /// A thread's rank counts only usable siblings: where the first thread of a core is forbidden, the second is the
  /// core's first.
  private static func ranked(_ cpus: [HostTopology.CPU], allowed: CPUSet) -> [[Int]] {
    var ranks: [[Int]] = []
    for cpu in cpus {
      let rank = cpu.siblings.count { $0 < cpu.id && allowed.contains($0) }
      while ranks.count <= rank { ranks.append([]) }
      ranks[rank].append(cpu.id)
    }
    return ranks
  }
}
