public import Addressing
public import Formats
public import PageTables

// Calls on cursors as property tests make them, and as the tests that they print do: results are values.

/// All leaves in the next `byteCount` bytes.
@inlinable
public func takeAll<C>(_ cursor: inout Cursor<C>, _ byteCount: UInt64) -> (taken: [Mapping], isComplete: Bool) {
  var taken: [Mapping] = []
  let isComplete = cursor.takeAll(byteCount) { taken.append($0) }
  return (taken, isComplete)
}

/// The next leaf or subtree, which is given back: what it covered and what was mapped there. `pages` is what the cursor counted.
@inlinable
public func takeFragment<C>(
  _ cursor: inout Cursor<C>, _ byteCount: UInt64, of view: TableView<C>
) -> (taken: [Mapping], pages: UInt64) {
  switch cursor.takeNextFragment(byteCount) {
  case .none, .outOfFrames: return ([], 0)
  case .leaf(let leaf): return ([leaf], leaf.byteCount / frameBytes)
  case .table(let table):
    var taken: [Mapping] = []
    view.forEachLeaf(of: table) { taken.append($0) }
    view.free(table, by: soleWorker)
    return (taken, table.pages)
  }
}

/// The next item's range and leaf; an empty range at the cursor when there is none.
@inlinable
public func nextItem<C>(_ cursor: inout Cursor<C>) -> (range: VirtualRange, mapping: Mapping?) {
  let item = cursor.nextItem()
  return (item?.range ?? VirtualRange(cursor.address, cursor.address), item?.mapping)
}

/// Turns flags over in the next leaf; `calls` counts how often the cursor asked.
@inlinable
public func protectNext<C>(
  _ cursor: inout Cursor<C>, _ byteCount: UInt64, turningOver flags: PageProperties
) -> (result: NextLeaf, calls: Int) {
  var calls = 0
  let result = cursor.protectNext(byteCount) {
    calls += 1
    turnOver(flags, &$0, in: C.Format.self)
  }
  return (result, calls)
}

/// Turns flags over in all leaves of the next `byteCount` bytes; `seen` is what the cursor asked about.
@inlinable
public func protectAll<C>(
  _ cursor: inout Cursor<C>, _ byteCount: UInt64, turningOver flags: PageProperties
) -> (seen: [PageProperties], isComplete: Bool) {
  var seen: [PageProperties] = []
  let isComplete = cursor.protectAll(byteCount) {
    seen.append($0)
    turnOver(flags, &$0, in: C.Format.self)
  }
  return (seen, isComplete)
}

/// Turns the flags over if the format can say the outcome.
@inlinable
public func turnOver<F: EntryFormat>(_ flags: PageProperties, _ properties: inout PageProperties, in _: F.Type) {
  let turned = properties.symmetricDifference(flags)
  // Only flags are turned over whose meaning does not depend on the level.
  if F.supports(turned, at: .one) { properties = turned }
}
