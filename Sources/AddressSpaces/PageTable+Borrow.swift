internal import Addressing
internal import Executions
internal import Formats
internal import PageTables
internal import PhysicalMemory

extension PageTable {
  /// Shares root slots of `owner`: from then on both tables translate what they cover through the same tables, so what one maps
  /// or unmaps there the other sees, as all address spaces of a system share the kernel's half.
  ///
  /// A slot that is empty in `owner` gets a table first, or later mappings would not be seen. Shared tables are counted: whichever
  /// of the tables goes last frees them. A shared table never becomes a leaf and is never taken out, even when it is empty.
  ///
  /// - Important: Strategies lock the tables themselves or the root. Under those that lock only the root, such as `global`, two
  ///   threads must not edit a shared slot through two tables at the same time.
  /// - Parameter slots: indices of root slots, inside 0..<512.
  /// - Throws: ``PagingError/alreadyMapped`` if a slot is in use here; ``PagingError/mappedToHugePage`` if a leaf stands in it at
  ///   `owner`; ``PagingError/noMemory``. Nothing is shared then, though `owner` may have got empty tables.
  /// - Precondition: both tables come from the same pool and differ.
  /// - Complexity: O(slots).
  public func borrow(_ slots: Range<Int>, from owner: PageTable) throws(PagingError) {
    precondition(table.pool === owner.table.pool, "tables can share only memory of one pool")
    precondition(view.root != owner.view.root, "a table cannot borrow from itself")
    precondition(slots.lowerBound >= 0 && slots.upperBound <= entriesPerNode, "a root has slots 0..<512")
    // By address, so that A borrowing from B beside B borrowing from A never waits in a circle.
    let views = view.root < owner.view.root ? [view, owner.view] : [owner.view, view]
    for held in views { _ = C.Strategy.acquire(held, first: 0, last: 0, lowest: C.Format.rootLevel, thread) }
    let failure = share(slots, from: owner.view)
    for held in views.reversed() { C.Strategy.release(held, held.root, thread) }
    if let failure { throw failure }
  }

  /// With both roots held.
  private func share(_ slots: Range<Int>, from owner: TableView<C>) -> PagingError? {
    for index in slots {
      if view.memory.slot(view.root, index).loadRelaxed() != 0 { return .alreadyMapped }
      let slot = owner.memory.slot(owner.root, index)
      let word = slot.loadRelaxed()
      if word == 0 {
        guard let child = owner.allocator.allocateTable(level: C.Format.rootLevel.below, for: thread) else {
          return .noMemory
        }
        // Releasing: publishes the child's zeroes to lock-free walkers (acquiring loads in `translate`).
        slot.storeReleasing(C.Format.table(child))
        owner.memory.record(owner.root).addChildren(1)
      } else if C.Format.child(word, at: C.Format.rootLevel) == nil {
        return .mappedToHugePage
      }
    }
    for index in slots {
      let word = owner.memory.slot(owner.root, index).loadRelaxed()
      guard let child = C.Format.child(word, at: C.Format.rootLevel) else {
        preconditionFailure("a slot that was filled under the root's lock is empty")
      }
      view.memory.record(child).references.retain()
      // Releasing, as every store to a reachable entry.
      view.memory.slot(view.root, index).storeReleasing(word)
    }
    view.memory.record(view.root).addChildren(slots.count)
    return nil
  }
}
