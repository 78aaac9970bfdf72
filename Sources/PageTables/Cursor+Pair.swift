public import Addressing
public import Executions
public import Formats
public import PhysicalMemory

extension Cursor {
  /// Opens cursors on two tables, in an order that all threads agree on, and closes them when `body` returns: for copying from one to
  /// the other.
  ///
  /// **Order.** The table whose root lies lower in the host's memory is opened first and closed last, whichever of the two is the
  /// source; so a thread that copies from A to B never waits for one that copies from B to A while that waits for it. Host addresses
  /// order tables of different arenas too; inside an arena they are the order of physical addresses. Closing in reverse matters
  /// where a cursor claims more of its table to take empty tables out: then it holds nothing that comes later.
  ///
  /// That suffices where opening a cursor waits for everybody inside its range. Where a strategy locks nodes only as the cursor
  /// reaches them, a pair that is open could still meet, deeper in the first table, a pair that waits for the second. Under such a
  /// strategy (``LockingStrategy/locksDescendants``) both cursors claim the root: one pair per table at a time, beside any
  /// number of single cursors that were there before.
  ///
  /// The rule that a thread opens no cursor while it has another is meant for this pair as a whole: a thread that holds a cursor of
  /// its own on one of the tables, or on any third, can wait for itself.
  ///
  /// - Parameters:
  ///   - sourceRange: what the first cursor claims.
  ///   - destinationRange: what the second claims, such that it may map any page that fits.
  /// - Throws: as ``init(_:over:largestLeaf:by:)``, for either range, before anything is claimed.
  /// - Precondition: the tables differ, and share no table below the root that both ranges pass through.
  @inlinable
  public static func withPair<Result>(
    from source: TableView<C>, _ sourceRange: VirtualRange, to destination: TableView<C>,
    _ destinationRange: VirtualRange, by thread: ThreadContext,
    _ body: (_ source: inout Cursor, _ destination: inout Cursor) -> Result
  ) throws(RangeError) -> Result {
    try validate(sourceRange)
    try validate(destinationRange)
    let sourceRoot = source.memory.hostAddress(of: source.root)
    let destinationRoot = destination.memory.hostAddress(of: destination.root)
    precondition(sourceRoot != destinationRoot, "a pair of cursors needs two tables")
    let isAtRoot = C.Strategy.locksDescendants
    let sourceLevel = isAtRoot ? C.Format.rootLevel : .one
    let destinationLevel = isAtRoot ? C.Format.rootLevel : largestLeaf(in: destinationRange)
    if sourceRoot < destinationRoot {
      var first = try Cursor(source, over: sourceRange, largestLeaf: sourceLevel, by: thread)
      var second = try Cursor(destination, over: destinationRange, largestLeaf: destinationLevel, by: thread)
      let result = body(&first, &second)
      close(second, first)
      return result
    }
    var first = try Cursor(destination, over: destinationRange, largestLeaf: destinationLevel, by: thread)
    var second = try Cursor(source, over: sourceRange, largestLeaf: sourceLevel, by: thread)
    let result = body(&second, &first)
    close(second, first)
    return result
  }

  /// Ends the life of both, in this order.
  @inlinable @inline(__always)
  static func close(_ second: consuming Cursor, _ first: consuming Cursor) {
    _ = consume second
    _ = consume first
  }

  /// Level of the largest leaf that can lie in the range.
  @inlinable
  static func largestLeaf(in range: VirtualRange) -> Level {
    var level = Level(C.Format.highestLeafLevel)
    while level > .one && level.slotBytes > range.byteCount { level = level.below }
    return level
  }
}
