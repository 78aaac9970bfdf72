internal import Addressing
internal import Formats
internal import PageTables
internal import PhysicalMemory
internal import Results

extension Space {
  /// Pages of tables, their records and data frames, spread over the tree, with the nodes they are meant for. Up to `limit`
  /// tables, and as many of those that belong to one worker alone.
  ///
  /// A table or frame counts as meant for the nodes of the span it was taken from: in a shared region any worker may rightly have
  /// linked it. Where only one worker can have taken it, as in private regions, it must be meant for that worker's nodes, so that
  /// memory from another worker's span is found as well.
  func residencySample(_ limit: Int) -> [PlacedPage] {
    let tables = TableAudit(view, samplingTables: .max).sampledTables
    var pages = Self.spread(tables, limit).flatMap { placed($0, .tables, ofWorker: nil) }
    guard plan.parameters.region != .shared else { return pages }
    let states = workers
    for state in states {
      for start in Self.spread(state.homeSlots, max(1, limit / states.count)) {
        // A leaf table of a private region has one worker; one of adjacent slots has all.
        if plan.parameters.region == .private, let table = table(above: start) {
          pages += placed(table, .tables, ofWorker: state.number)
        }
        if usesDataFrames, let mapping = view.translate(VirtualAddress(start)) {
          pages += placed(mapping.physical, .data, ofWorker: state.number)
        }
      }
    }
    return pages
  }

  /// The table whose entry maps `address`, at the level of the region's pages; nil where none is linked.
  private func table(above address: UInt64) -> PhysicalAddress? {
    let level = plan.parameters.pageSize.level.rawValue
    var node = view.root
    for above in stride(from: C.Format.rootLevel.rawValue, to: level, by: -1) {
      guard let child = view.child(of: node, address, above) else { return nil }
      node = child
    }
    return node
  }

  /// The pages of a frame and of its record; none for an address outside the arena.
  private func placed(_ frame: PhysicalAddress, _ kind: MemoryKind, ofWorker worker: Int?) -> [PlacedPage] {
    let pool = table.pool.arena
    guard let span = pool.span(of: frame) else { return [] }
    let owner = worker.map { arena.memory.workers[$0] }
    return [
      PlacedPage(
        kind: kind, address: pool.view.hostAddress(of: frame), target: owner?[kind] ?? arena.targets[span].frames),
      PlacedPage(
        kind: .metadata, address: pool.recordHostAddress(of: frame),
        target: owner?.metadata ?? arena.targets[span].records),
    ]
  }

  /// At most `limit` elements at equal steps.
  private static func spread<Element>(_ elements: [Element], _ limit: Int) -> [Element] {
    let step = max(1, (elements.count + limit - 1) / max(limit, 1))
    return stride(from: 0, to: elements.count, by: step).map { elements[$0] }
  }
}
