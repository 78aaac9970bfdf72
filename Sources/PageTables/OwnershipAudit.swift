public import Addressing
public import Formats
public import PhysicalMemory

/// Whether frames count exactly the tracked leaves that own them, over all tables that map them.
///
/// A tree by itself cannot show it: copies share frames between trees. So all tables of a pool are looked at together.
public struct OwnershipAudit: Sendable {
  /// One sentence per frame whose count is wrong, at most ``TableAudit/violationLimit``.
  public private(set) var violations: [String] = []
  /// Frames that some tracked leaf owns.
  public let ownedFrames: Int

  /// Counts the owners of every frame. Call only while no cursor lives and no worker allocates.
  ///
  /// A tracked leaf owns one reference of each 4 KiB frame that it maps. A table that several trees have borrowed owns its frames
  /// once.
  ///
  /// - Parameters:
  ///   - tables: every table over the pool.
  ///   - others: references held by somebody else, by frame.
  /// - Complexity: O(entries of all tables + owned frames).
  @inlinable
  public init<C: Configuration>(_ tables: [TableView<C>], others: [PhysicalAddress: Int] = [:]) {
    var owners = others
    var seen: Set<PhysicalAddress> = []
    for table in tables { Self.count(table, table.root, C.Format.rootLevel, &owners, &seen) }
    guard let memory = tables.first?.memory else {
      self.init(ownedFrames: 0, wrong: [])
      return
    }
    let wrong = owners.compactMap { frame, owners in
      let count = memory.record(frame).references.count
      return count == owners ? nil : (frame, count, owners)
    }
    self.init(ownedFrames: owners.count, wrong: wrong)
  }

  @usableFromInline
  init(ownedFrames: Int, wrong: [(frame: PhysicalAddress, count: Int, owners: Int)]) {
    self.ownedFrames = ownedFrames
    violations = wrong.sorted { $0.frame < $1.frame }.prefix(TableAudit.violationLimit).map {
      "frame \($0.frame) counts \($0.count) references and has \($0.owners) owners"
    }
  }

  @inlinable
  static func count<C: Configuration>(
    _ table: TableView<C>, _ node: PhysicalAddress, _ level: Level, _ owners: inout [PhysicalAddress: Int],
    _ seen: inout Set<PhysicalAddress>
  ) {
    guard seen.insert(node).inserted else { return }
    for index in 0..<entriesPerNode {
      switch C.Format.decode(table.memory.slot(node, index).loadRelaxed(), at: level) {
      case .absent: break
      case .table(let child): count(table, child, level.below, &owners, &seen)
      case .leaf(let address, let properties):
        guard properties.contains(.tracked) else { continue }
        for frame in 0..<level.slotBytes / frameBytes { owners[address &+ frame &* frameBytes, default: 0] += 1 }
      }
    }
  }
}
