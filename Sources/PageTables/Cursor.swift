public import Addressing
public import Executions
public import Formats
public import PhysicalMemory

/// A position in a claimed range of a translation table: walks, queries, maps, unmaps and protects, inside that range only.
///
/// Opening a cursor acquires what the strategy asks for; its end of life gives everything back, lowest level first. Between,
/// the cursor is always in one node, at `level`, whose ancestors up to the covering node it has entered too.
///
/// **Position.** `address` is where the next operation acts. `limit` is the first address behind the slots the cursor may act on
/// without moving to another node: the end of the node or of the claimed range, whichever comes first. Invariant:
/// `nodeStart <= address <= limit` and `limit - 1` lies in the node. `address == limit` means that the next operation first moves
/// on, or, at the end of the range, that the cursor is depleted. Leaving a node lazily keeps a loop over one
/// leaf table to a single comparison.
///
/// Ancestors are not stored: they are found again from the covering node, which is cheaper than spilling a stack of them around
/// every operation and happens once per 512 pages.
///
/// **Child counts** change in a register and reach the node's record when the cursor leaves the node, still under its lock.
public struct Cursor<C: Configuration>: ~Copyable {
  @usableFromInline let view: TableView<C>
  @usableFromInline let thread: ThreadContext
  @usableFromInline let cover: PhysicalAddress
  @usableFromInline let coverLevel: Int
  @usableFromInline let start: UInt64
  @usableFromInline let end: UInt64

  @usableFromInline var position: CursorPosition
  /// Whether anything was taken out: then tables may have become empty. Read only where tables are pruned.
  @usableFromInline var removedAny = false

  /// Claims `range`.
  ///
  /// - Parameter largestLeaf: level of the largest page that will be mapped. A huge page is written into the node above
  ///   the table it may replace, so the cursor must claim that node; without the word it claims as little as possible.
  /// - Throws: ``RangeError/invalidRange(_:)`` unless the range is non-empty and inside the format's user or kernel range;
  ///   ``RangeError/unaligned(_:)`` unless start and end are multiples of 4096.
  /// - Complexity: at most one lock and one load per level.
  @inlinable @inline(__always)
  public init(
    _ view: TableView<C>, over range: VirtualRange, largestLeaf: Level = .one, by thread: ThreadContext
  ) throws(RangeError) {
    try Self.validate(range)
    self.view = view
    self.thread = thread
    start = range.start.rawValue
    end = range.end.rawValue
    let covering = C.Strategy.acquire(view, first: start, last: end &- 1, lowest: largestLeaf, thread)
    cover = covering.node
    coverLevel = covering.level
    position = CursorPosition(address: start, node: covering.node, level: covering.level, last: start, end: end)
  }

  @inlinable @inline(__always)
  deinit {
    if (C.Strategy.locksDescendants || C.Reclamation.prunesOnLeave) && position.level != coverLevel {
      // Climbing flushes on the way.
      CursorMotion<C>.leaveBelowCoverSlow(view, thread, position, cover, coverLevel)
    } else {
      position.flushChildren(view)
    }
    if C.Reclamation.freesTables && removedAny {
      CursorMotion<C>.releaseAndPruneSlow(view, thread, cover, coverLevel, start, end)
    } else {
      C.Strategy.release(view, cover, thread)
    }
  }

  /// Where the next operation acts; ``range``'s end when depleted.
  @inlinable public var address: VirtualAddress { VirtualAddress(position.address) }

  /// The claimed range.
  @inlinable public var range: VirtualRange { VirtualRange(VirtualAddress(start), VirtualAddress(end)) }

  /// Whether the position is behind the last page of the range. Only `jump` helps then.
  @inlinable public var isDepleted: Bool { position.address == end }

  /// Level of the topmost node this cursor has claimed: 1 when the range lies in one existing leaf table.
  @inlinable public var coveringLevel: Level { Level(coverLevel) }

  @inlinable @inline(__always)
  static func validate(_ range: VirtualRange) throws(RangeError) {
    let start = range.start.rawValue
    let end = range.end.rawValue
    let user = C.Format.userRange
    let kernel = C.Format.kernelRange
    let isUser = end <= user.end.rawValue
    let isKernel = start >= kernel.start.rawValue && end <= kernel.end.rawValue
    let isInside = start < end && (isUser || isKernel)
    if _slowPath(!isInside || (start | end) & (frameBytes &- 1) != 0) {
      try RangeError.rejectSlow(range, isInside: isInside)
    }
  }
}

/// The moving part of a cursor, passed by value to the outlined slow paths and taken back from them: handing out the cursor
/// itself would pin all of it in memory (measured: 16.6 against 6.4 ns for a cursor over one page).
public struct CursorPosition {
  @usableFromInline var address: UInt64
  /// First address behind the slots usable in `node`; see ``Cursor``.
  @usableFromInline var limit: UInt64
  /// `limit` if the node is a leaf table, else 0: one comparison, `address < leafLimit`, tells that the fast path applies.
  @usableFromInline var leafLimit: UInt64
  @usableFromInline var node: PhysicalAddress
  @usableFromInline var level: Int
  /// Change of the node's child count not yet in its record.
  @usableFromInline var childDelta: Int

  /// In `node`, whose span holds `last`; `end` is the end of the claimed range.
  @inlinable @inline(__always)
  init(address: UInt64, node: PhysicalAddress, level: Int, last: UInt64, end: UInt64) {
    self.address = address
    self.node = node
    self.level = level
    childDelta = 0
    // The end of the last node of the address space wraps to 0, and `end` never exceeds it: compare last addresses.
    if _fastPath(level == 1) {
      // The same with constant shifts.
      let nodeLast = last | (Level.one.nodeBytes &- 1)
      limit = end &- 1 <= nodeLast ? end : nodeLast &+ 1
      leafLimit = limit
    } else {
      let nodeLast = last | (Level(level).nodeBytes &- 1)
      limit = end &- 1 <= nodeLast ? end : nodeLast &+ 1
      leafLimit = 0
    }
  }

  /// Brings the node's record up to date before the node is left. The caller still holds it and drops this position next.
  @inlinable @inline(__always)
  func flushChildren<C>(_ view: TableView<C>) {
    if childDelta != 0 { view.memory.record(node).addChildren(childDelta) }
  }
}
