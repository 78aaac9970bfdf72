public import Addressing
public import Formats
public import Locks
public import PhysicalMemory

/// What a tree looks like when nobody is editing it, and whether it is well-formed.
///
/// Inlinable because harnesses audit large trees after every window: specialised, an entry takes a nanosecond, not a hundred.
public struct TableAudit: Sendable {
  /// Table nodes, the root included.
  public var tables = 0
  /// Leaves by level; index 0 is unused.
  public var leaves = [Int](repeating: 0, count: 8)
  /// One sentence per broken invariant, at most ``violationLimit``.
  public var violations: [String] = []
  /// Table nodes, at most as many as asked for.
  public var sampledTables: [PhysicalAddress] = []

  public static var violationLimit: Int { 8 }

  /// Walks the whole tree and checks that
  /// - every node's child count equals its non-zero entries,
  /// - no leaf stands above the format's highest leaf level, and every leaf's address is aligned to its size,
  /// - every node's record says its level, and no node is reached twice,
  /// - no lock is held.
  ///
  /// Call only while no cursor lives.
  ///
  /// - Complexity: O(entries of all tables).
  @inlinable
  public init<C: Configuration>(_ view: TableView<C>, samplingTables limit: Int = 0) {
    var seen: Set<PhysicalAddress> = []
    visit(view, view.root, C.Format.rootLevel, &seen, limit)
  }

  /// Leaves of all sizes.
  public var leafCount: Int { leaves.reduce(0, +) }

  @inlinable
  mutating func visit<C: Configuration>(
    _ view: TableView<C>, _ node: PhysicalAddress, _ level: Level, _ seen: inout Set<PhysicalAddress>, _ limit: Int
  ) {
    let record = view.memory.record(node)
    guard seen.insert(node).inserted else { return report("table \(node) is reachable twice") }
    tables += 1
    if sampledTables.count < limit { sampledTables.append(node) }
    if record.level != level.rawValue {
      report("table \(node) at level \(level.rawValue) is recorded as \(record.level)")
    }
    if C.NodeLock.isLocked(record.lock) { report("table \(node) at level \(level.rawValue) is locked") }
    var children = 0
    for index in 0..<entriesPerNode {
      let word = view.memory.slot(node, index).loadRelaxed()
      if word == 0 { continue }
      children += 1
      switch C.Format.decode(word, at: level) {
      case .absent: report("a non-zero entry of table \(node) decodes as absent")
      case .table(let child): visit(view, child, level.below, &seen, limit)
      case .leaf(let address, _):
        leaves[level.rawValue] += 1
        if level.rawValue > C.Format.highestLeafLevel { report("a leaf stands at level \(level.rawValue)") }
        if !address.isAligned(to: level.slotBytes) {
          report("leaf \(address) at level \(level.rawValue) is not aligned")
        }
      }
    }
    if record.childCount != UInt32(children) {
      report("table \(node) at level \(level.rawValue) counts \(record.childCount) children and has \(children)")
    }
  }

  @usableFromInline
  mutating func report(_ violation: String) {
    if violations.count < Self.violationLimit { violations.append(violation) }
  }
}
