internal import Addressing
internal import CFloor
internal import Results
internal import Synchronization

/// Runs the C yardstick over the same addresses in the same order as the core's workloads.
///
/// One base page per operation goes through C's one-page functions, a batch per call so that the operation is inlined there; several
/// pages per operation go through C's range functions, one call per operation.
@safe
final class FloorWorkload: @unchecked Sendable {
  // SENDABLE: the tree is edited under the floor's own locks, or by one thread; states belong to their workers.
  private let tree: OpaquePointer
  private let kind: FloorKind
  private let plan: RegionPlan
  private let states: Mutex<[WorkerState?]>
  /// Target of `c-store`: one entry per page of the region.
  private let entries: UnsafeMutableBufferPointer<UInt64>

  private var pages: UInt64 { UInt64(plan.parameters.pagesPerOperation) }

  static func make(_ kind: FloorKind, _ request: WorkloadRegistry.Request) throws(WorkloadError) -> ErasedWorkload {
    let cell = request.cell
    guard request.plan.parameters.pageSize == .size4K else { throw .impossible("the C floor knows only page-size 4K") }
    guard request.plan.parameters.interface == .cursor else { throw .impossible("the C floor has no api = \"call\"") }
    guard request.plan.parameters.latency == nil else {
      throw .impossible("the C floor times no single operations: exclude \(kind.rawValue) or write latency = \"off\"")
    }
    guard cell.lock == "ttas" else {
      throw .impossible("the C floor has one lock: write lock = \"ttas\" or exclude \(kind.rawValue)")
    }
    guard cell.format == "x86-64" else { throw .impossible("the C floor knows only x86-64") }
    guard kind.lock != CFLOOR_LOCK_NONE || cell.threads == 1 else {
      throw .impossible("\(kind.rawValue) takes no lock, so it runs on one thread only")
    }
    guard let work = Work(rawValue: cell.workload) else {
      throw .impossible("the C floor has no workload \(cell.workload)")
    }
    if request.plan.parameters.reclamation != .keep, work != .map || cell.threads > 1 || kind == .store {
      throw .impossible(
        "the C floor frees no tables; with a reclamation it only maps into a fresh tree: write workload = \"map\" and "
          + "threads = 1")
    }
    guard kind != .store || work == .map else { throw .impossible("c-store only knows the workload map") }
    guard !(work == .query || work == .walk) || request.plan.parameters.pagesPerOperation == 1 else {
      throw .impossible("the C floor queries one page per operation")
    }
    if work == .walk && kind != .unlocked { throw .impossible("only c-none walks without a lock") }
    guard request.host.memory.isLocalOnly else {
      throw .impossible(
        "the C floor's memory cannot be placed: write mempolicy = \"local\" or exclude \(kind.rawValue)")
    }
    if request.isRehearsal {
      return ErasedWorkload(
        setUp: { _ in }, run: { _, _ in }, check: { [] }, residencySample: { _ in [] },
        memory: { MemoryUse(tables: 0, peakTables: 0, metadata: 0, mapped: 0) })
    }
    let floor = try FloorWorkload(kind, request.plan)
    return ErasedWorkload(
      setUp: { floor.setUp($0, work) },
      run: { floor.run(floor.state(of: $0), work, $1) },
      check: { floor.violations(work) },
      residencySample: { limit in floor.residencySample(limit, request.host.memory) },
      memory: { floor.memoryUse })
  }

  private enum Work: String {
    case map, unmap, protect, query, walk
    case mapUnmap = "map-unmap"
  }

  private init(_ kind: FloorKind, _ plan: RegionPlan) throws(WorkloadError) {
    let tables = plan.spannedBytes / (2 << 20) + UInt64(8 * plan.workers) + 64
    guard let tree = unsafe cfloor_create(tables * 4096) else { throw .floorUnavailable(bytes: tables * 4096) }
    unsafe self.tree = tree
    self.kind = kind
    self.plan = plan
    states = Mutex(Array(repeating: nil, count: plan.workers))
    unsafe entries = .allocate(capacity: kind == .store ? plan.totalPages : 1)
    unsafe entries.initialize(repeating: 0)
  }

  /// Tables in the order of their making, meant for the node of some worker: C keeps no note of who made one.
  private func residencySample(_ limit: Int, _ memory: MemoryPlacement) -> [PlacedPage] {
    let nodes = Set(memory.workers.flatMap(\.tables.nodes)).sorted()
    // SAFETY: the tree lives as long as `self`; the index is below the count.
    let count = unsafe cfloor_table_count(tree)
    let step = max(1, (Int(count) + limit - 1) / max(limit, 1))
    return stride(from: 0, to: Int(count), by: step).map { index in
      PlacedPage(
        kind: .tables, address: unsafe UInt(bitPattern: cfloor_table_address(tree, UInt64(index))),
        target: .interleaved(nodes))
    }
  }

  deinit {
    unsafe cfloor_destroy(tree)
    unsafe entries.deallocate()
  }

  private func state(of worker: Int) -> WorkerState {
    guard let state = states.withLock({ $0[worker] }) else {
      preconditionFailure("worker \(worker) runs before it was set up")
    }
    return state
  }

  private func setUp(_ worker: Int, _ work: Work) {
    let state = WorkerState(worker: worker, plan: plan)
    states.withLock { $0[worker] = state }
    mapHome(state)
    if work == .map || work == .mapUnmap { restore(state) }
  }

  // SAFETY for all calls below: the tree lives as long as `self`; counts are those of the buffers passed.

  private func mapHome(_ state: WorkerState) {
    for start in state.homeSlots { unsafe state.mapped += Int(cfloor_map_range(tree, kind.lock, start, pages, start)) }
  }

  private func takeHome(_ state: WorkerState) {
    for start in state.homeSlots { unsafe state.taken += Int(cfloor_unmap_range(tree, kind.lock, start, pages)) }
  }

  /// Unmaps what was mapped; with a reclamation, the whole tree, so that the next pass makes all tables anew.
  private func restore(_ state: WorkerState) {
    if plan.parameters.reclamation == .keep { return takeHome(state) }
    unsafe cfloor_clear(tree)
    state.taken = state.mapped
  }

  private var memoryUse: MemoryUse {
    let tables = unsafe cfloor_table_count(tree)
    return MemoryUse(
      tables: tables * 4096, peakTables: tables * 4096, metadata: tables * 64,
      mapped: unsafe cfloor_mapped_count(tree) * 4096)
  }

  private func run(_ state: WorkerState, _ work: Work, _ window: Window) {
    let worker = state.number
    while window.begin(worker) {
      switch work {
      case .map, .unmap:
        let done = pass(state, work, 0..<state.visits.count)
        window.end(worker, UInt64(state.visits.count))
        if work == .map { state.mapped += done } else { state.taken += done }
        if kind == .store { state.mapped -= done }
        if work == .map { restore(state) } else { mapHome(state) }
      case .mapUnmap, .protect, .query, .walk:
        var operations = 0
        var done = 0
        let batch = max(1, 256 / Int(pages))
        repeat {
          let end = min(state.next + batch, state.visits.count)
          done &+= pass(state, work, state.next..<end)
          operations += end - state.next
          state.next = end == state.visits.count ? 0 : end
          if state.next == 0 { state.passes += 1 }
        } while !window.isOver
        window.end(worker, UInt64(operations))
        if work == .protect || work == .mapUnmap { state.misses += operations * Int(pages) - done }
      }
    }
  }

  /// Does part of the visits. Returns pages that succeeded, or for query and walk a sum of addresses.
  private func pass(_ state: WorkerState, _ work: Work, _ part: Range<Int>) -> Int {
    let count = UInt64(part.count)
    let first = unsafe state.visits.pointer(to: part.lowerBound)
    // Every page is turned over once per pass.
    let writable = state.passes % 2 == 1
    if kind == .store {
      return unsafe Int(cfloor_store_sequential(entries.baseAddress!, count * pages, UInt64(state.passes)))
    }
    if pages > 1 {
      var done: UInt64 = 0
      for index in part {
        let start = state.visits[index]
        switch work {
        case .map: unsafe done &+= cfloor_map_range(tree, kind.lock, start, pages, start)
        case .unmap: unsafe done &+= cfloor_unmap_range(tree, kind.lock, start, pages)
        case .protect: unsafe done &+= cfloor_protect_range(tree, kind.lock, start, pages, writable)
        case .mapUnmap:
          unsafe done &+= cfloor_map_range(tree, kind.lock, start, pages, start)
          unsafe _ = cfloor_unmap_range(tree, kind.lock, start, pages)
        case .query, .walk: preconditionFailure("refused when the workload was made")
        }
      }
      return Int(done)
    }
    let done: UInt64 =
      switch work {
      case .map: unsafe cfloor_map_pages(tree, kind.lock, first, count, plan.base)
      case .unmap: unsafe cfloor_unmap_pages(tree, kind.lock, first, count)
      case .protect: unsafe cfloor_protect_pages(tree, kind.lock, first, count, writable)
      case .query, .walk: unsafe cfloor_query_pages(tree, kind.lock, first, count)
      case .mapUnmap: unsafe cfloor_map_unmap_pages(tree, kind.lock, first, count, plan.base)
      }
    return Int(truncatingIfNeeded: done)
  }

  private func violations(_ work: Work) -> [String] {
    let workers = states.withLock { $0.compactMap(\.self) }
    let expected = workers.reduce(0) { $0 + $1.mapped - $1.taken }
    let mapped = unsafe Int(cfloor_mapped_count(tree))
    var violations: [String] = []
    if mapped != expected {
      violations.append("the C floor has \(mapped) pages mapped; maps minus unmaps make \(expected)")
    }
    for (index, worker) in workers.enumerated() where worker.misses != 0 && plan.parameters.region != .shared {
      violations.append("worker \(index) of the C floor missed \(worker.misses) pages")
    }
    return violations
  }
}
