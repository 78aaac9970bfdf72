public import Addressing
public import Formats
public import Locks
public import PhysicalMemory

/// What a tree looks like when nobody is editing it, and whether it is well-formed.
///
/// Inlinable because harnesses audit large trees after every window: specialised, an entry takes a nanosecond, not a hundred.
public struct TableAudit: Sendable {
  /// Table nodes that can be reached, the root included.
  public var tables = 0
  /// Table nodes that left the tree and stay allocated until it is dropped.
  public var detachedTables = 0
  /// Leaves by level; index 0 is unused.
  public var leaves = [Int](repeating: 0, count: 8)
  /// One sentence per broken invariant, at most ``violationLimit``.
  public var violations: [String] = []
  /// Table nodes, at most as many as asked for.
  public var sampledTables: [PhysicalAddress] = []

  public static var violationLimit: Int { 8 }

  /// Walks the whole tree and checks that
  /// - every table entry points to a frame of the arena, and no node is reached twice,
  /// - every node's child count equals its non-zero entries, and its record says its level,
  /// - no leaf stands above the format's highest leaf level, and every leaf's address is aligned to its size,
  /// - no entry has a reserved bit set,
  /// - no lock is held,
  ///
  /// and, given the pool that the tables come from, that
  /// - the pool itself is well-formed, and no reachable node is among its free frames,
  /// - the frames in use are the reachable and the detached nodes, those in a grace period and `framesBesideTables`: nothing
  ///   leaked, nothing was freed twice.
  ///
  /// That two leaves never overlap follows from the first point. Call only while no cursor lives and no worker allocates.
  ///
  /// - Parameters:
  ///   - limit: how many tables to list in ``sampledTables``.
  ///   - pool: the one that the view allocates from; checked if given.
  ///   - framesBesideTables: frames of the pool in use as data, by other trees, or in a ``DetachedTable``.
  /// - Complexity: O(entries of all tables), with a pool also O(free frames).
  @inlinable
  public init<C: Configuration>(
    _ view: TableView<C>, samplingTables limit: Int = 0, pool: FramePool<C.Execution>? = nil,
    framesBesideTables: Int = 0
  ) {
    var seen: Set<PhysicalAddress> = []
    let reserved = ReservedBits(C.Format.self)
    let free = pool?.freeFrames()
    visit(view, view.root, C.Format.rootLevel, reserved, free, &seen, limit)
    // Well-formed too, but what they map is not mapped.
    let reachable = self
    view.forEachDetached { visit(view, $0, Level(view.memory.record($0).level), reserved, free, &seen, limit) }
    detachedTables = tables - reachable.tables
    (tables, leaves, sampledTables) = (reachable.tables, reachable.leaves, reachable.sampledTables)
    if let pool { check(pool, framesBesideTables) }
  }

  /// Leaves of all sizes.
  public var leafCount: Int { leaves.reduce(0, +) }

  @inlinable
  mutating func visit<C: Configuration>(
    _ view: TableView<C>, _ node: PhysicalAddress, _ level: Level, _ reserved: ReservedBits,
    _ free: FreeFrames?, _ seen: inout Set<PhysicalAddress>, _ limit: Int
  ) {
    // Before anything of the node is read: the frame may not exist.
    if node.rawValue == 0 || node.rawValue > view.memory.byteCount &- frameBytes || !node.isAligned(to: frameBytes) {
      return report("table \(node) at level \(level.rawValue) is no frame of the arena")
    }
    let record = view.memory.record(node)
    guard seen.insert(node).inserted else { return report("table \(node) is reachable twice") }
    // What it holds is no concern of the tree any more.
    if let free, free.contains(node) {
      return report("table \(node) at level \(level.rawValue) is among the free frames")
    }
    tables += 1
    if sampledTables.count < limit { sampledTables.append(node) }
    if record.level != level.rawValue {
      report("table \(node) at level \(level.rawValue) is recorded as \(record.level)")
    }
    if C.NodeLock.isLocked(record.lock) { report("table \(node) at level \(level.rawValue) is locked") }
    let reservedInTable = reserved.table(at: level)
    let reservedInLeaf = reserved.leaf(at: level)
    var children = 0
    for index in 0..<entriesPerNode {
      let word = view.memory.slot(node, index).loadRelaxed()
      if word == 0 { continue }
      children += 1
      switch C.Format.decode(word, at: level) {
      case .absent: report("a non-zero entry of table \(node) decodes as absent")
      case .table(let child):
        check(word, reservedInTable, node, index)
        visit(view, child, level.below, reserved, free, &seen, limit)
      case .leaf(let address, _):
        check(word, reservedInLeaf, node, index)
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

  @inlinable @inline(__always)
  mutating func check(_ word: UInt64, _ reserved: UInt64, _ node: PhysicalAddress, _ index: Int) {
    if _slowPath(word & reserved != 0) {
      report("entry \(index) of table \(node) has reserved bits set: 0x\(String(word & reserved, radix: 16))")
    }
  }

  @inlinable
  mutating func check<E>(_ pool: FramePool<E>, _ framesBesideTables: Int) {
    for violation in pool.violations() { report(violation) }
    let inUse = pool.framesInUse
    if inUse != tables + detachedTables + pool.tablesInGrace + framesBesideTables {
      report(
        "\(inUse) frames are in use; \(tables) tables are reachable, \(detachedTables) detached, "
          + "\(pool.tablesInGrace) in a grace period, and \(framesBesideTables) frames lie beside them")
    }
  }

  @usableFromInline
  mutating func report(_ violation: String) {
    if violations.count < Self.violationLimit { violations.append(violation) }
  }
}
