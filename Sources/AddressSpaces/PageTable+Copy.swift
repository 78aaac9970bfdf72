public import Addressing
public import Formats
public import PageTables

extension PageTable {
  /// Maps what `source` maps in `byteCount` bytes from `sourceAddress` at `address` too, with the properties that `change` makes of its,
  /// which both tables have afterwards: a fork, if it clears `write`. Or does nothing at all.
  ///
  /// - Parameters:
  ///   - source: another table. Two threads that copy between the same tables in opposite directions do not wait for each other
  ///     for ever; see ``Cursor/withPair(from:_:to:_:by:_:)``.
  ///   - change: called once per leaf of the source, in address order. See ``Cursor/copy(from:_:_:shrunk:)`` for what it may change,
  ///     and for what becomes of huge pages and of owners.
  /// - Returns: what to flush where the *source* is loaded: everything from the first to the last leaf whose rights shrank.
  /// - Throws: ``PagingError/notAligned``; ``PagingError/alreadyMapped`` unless the bytes are empty here, before anything is written;
  ///   ``PagingError/noMemory``.
  /// - Complexity: O(slots in both tables).
  @inlinable
  public func copy(
    from source: PageTable, at sourceAddress: VirtualAddress, to address: VirtualAddress, byteCount: UInt64,
    _ change: (inout PageProperties) -> Void
  ) throws(PagingError) -> FlushDuty {
    if byteCount == 0 {
      try OneCall.checkEmpty(sourceAddress)
      try OneCall.checkEmpty(address)
      return .none
    }
    var first: VirtualAddress?
    var end = sourceAddress
    var outcome = CopyOutcome.copied
    do throws(RangeError) {
      outcome = try Cursor.withPair(
        from: source.view, VirtualRange(start: sourceAddress, byteCount: byteCount), to: view,
        VirtualRange(start: address, byteCount: byteCount), by: thread
      ) { source, destination in
        destination.copy(from: &source, byteCount, change) { leaf in
          first = first ?? leaf.virtual
          end = leaf.virtual &+ leaf.byteCount
        }
      }
    } catch { throw .notAligned }
    switch outcome {
    case .copied: return first.map { FlushDuty(changed: VirtualRange($0, end)) } ?? .none
    case .destinationOccupied: throw .alreadyMapped
    case .outOfFrames: throw .noMemory
    }
  }
}
