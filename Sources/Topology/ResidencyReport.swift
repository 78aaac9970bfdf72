public import Results

/// Where the kernel says pages lie, against where they were meant to be.
public struct ResidencyReport: Hashable, Sendable {
  /// Pages of one kind.
  public struct Tally: Hashable, Sendable {
    /// Pages that are in memory; the others cannot be in the wrong place.
    public internal(set) var resident = 0
    public internal(set) var misplaced = 0
    /// Resident pages by node.
    public internal(set) var pagesOnNode: [Int: Int] = [:]
  }

  public private(set) var tallies: [MemoryKind: Tally] = [:]
  /// The first page of each kind that is not where it should be.
  private var examples: [MemoryKind: (node: Int, target: MemoryTarget)] = [:]

  /// Asks the kernel about every page.
  ///
  /// - Throws: `TopologyError.residenceUnknown` when the kernel does not say.
  public init(of pages: [PlacedPage]) throws(TopologyError) {
    self.init(of: pages, nodes: try MemoryResidence.nodes(ofPages: pages.map(\.address)))
  }

  /// - Parameter nodes: the node of each page, nil for those not in memory.
  init(of pages: [PlacedPage], nodes: [Int?]) {
    for (page, node) in zip(pages, nodes) {
      guard let node else { continue }
      var tally = tallies[page.kind] ?? Tally()
      tally.resident += 1
      tally.pagesOnNode[node, default: 0] += 1
      if !page.target.nodes.contains(node) {
        tally.misplaced += 1
        if examples[page.kind] == nil { examples[page.kind] = (node, page.target) }
      }
      tallies[page.kind] = tally
    }
  }

  public var residentCount: Int { tallies.values.reduce(0) { $0 + $1.resident } }
  public var misplacedCount: Int { tallies.values.reduce(0) { $0 + $1.misplaced } }

  /// A sentence per kind with pages in the wrong place, such as `3 of 64 pages of tables are misplaced: one is on node 2
  /// instead of node 0`.
  public var findings: [String] {
    MemoryKind.allCases.compactMap { kind in
      guard let tally = tallies[kind], let example = examples[kind] else { return nil }
      let wanted = NumberList.format(example.target.nodes)
      return "\(tally.misplaced) of \(tally.resident) pages of \(kind.rawValue) are misplaced: one is on node "
        + "\(example.node) instead of node \(wanted)"
    }
  }

  public static func == (first: ResidencyReport, second: ResidencyReport) -> Bool {
    first.tallies == second.tallies && first.findings == second.findings
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(tallies) }
}
