public import Addressing
public import Formats
public import PageTables
public import PhysicalMemory

/// Every leaf in address order as somebody without a lock sees it: entry by entry from the root, then once more by translating
/// the first and the last page of each.
///
/// - Returns: the leaves, and one sentence if the translations disagree.
@inlinable
public func leavesByWalk<C>(_ view: TableView<C>) -> (leaves: [Mapping], complaint: String?) {
  var leaves: [Mapping] = []
  collect(view, view.root, C.Format.rootLevel, 0, &leaves)
  // The lower half of a tree's slots comes first there and here.
  for leaf in leaves {
    for address in [leaf.virtual, leaf.virtual &+ (leaf.byteCount - frameBytes)] {
      let found = view.translate(address)
      if found != leaf {
        return (leaves, "\(address) translates to \(found.map { "\($0)" } ?? "nothing"); its entry says \(leaf)")
      }
    }
  }
  return (leaves, nil)
}

@inlinable
func collect<C>(
  _ view: TableView<C>, _ node: PhysicalAddress, _ level: Level, _ start: UInt64, _ leaves: inout [Mapping]
) {
  for index in 0..<entriesPerNode {
    let word = view.memory.slot(node, index).loadAcquiring()
    if word == 0 { continue }
    let address = start | UInt64(index) << level.shift
    if let child = C.Format.child(word, at: level) {
      collect(view, child, level.below, address, &leaves)
      continue
    }
    let isKernel = address > C.Format.userRange.end.rawValue || C.Format.userRange.byteCount == 0
    let virtual = isKernel ? address | ~0 << UInt64(C.Format.virtualAddressBits) : address
    leaves.append(
      Mapping(
        virtual: VirtualAddress(virtual), physical: C.Format.leafAddress(word, at: level, translating: virtual),
        properties: C.Format.leafProperties(word, at: level), level: level))
  }
}

/// Every leaf in address order as a cursor over each half finds it, from slot to slot.
///
/// - Parameter nodes: how many nodes the tree has. A cursor that finds more slots than they hold is given up.
@inlinable
public func leavesByCursor<C>(_ view: TableView<C>, nodes: Int) -> [Mapping] {
  var leaves: [Mapping] = []
  var slotsLeft = nodes * entriesPerNode
  for half in [C.Format.userRange, C.Format.kernelRange] where half.byteCount > 0 {
    guard var cursor = try? Cursor(view, over: half, by: soleWorker) else { continue }
    var next = half.start
    while slotsLeft > 0, cursor.jump(to: next) {
      slotsLeft -= 1
      switch cursor.query() {
      case .mapped(let leaf):
        leaves.append(leaf)
        next = leaf.range.end
      case .unmapped(let slot): next = slot.end
      case .outOfRange: return leaves
      }
    }
  }
  return leaves
}
