internal import Addressing
internal import Executions
internal import Formats
internal import PageTables
internal import PhysicalMemory
internal import Results

/// Populates on first touch: a lock-free walk misses, a frame is allocated, a cursor maps it. When a worker has touched its whole
/// region it unmaps its part and frees the frames, within the measured time, as a program that returns its memory does.
///
/// One operation is one touched slot. Frames are not zeroed: the kernel's zeroing would hide the table's cost.
enum FaultWorkload: PlainWorkload {
  static let item = Catalogue.Item(
    name: "fault", summary: "first touch: walk, allocate a frame, map it; the region is released after each pass")

  static var dataFramesPerPage: Int { 1 }

  static func run<C>(_ space: Space<C>, _ worker: WorkerState, _ window: Window) {
    let toucher = Toucher(space: space, worker: worker)
    while window.begin(worker.number) {
      var next = worker.next
      var operations: UInt64 = 0
      repeat {
        let end = min(next + space.batch, worker.visits.count)
        while next < end {
          toucher.touch(worker.visits[next])
          next += 1
          operations += 1
        }
        if next == worker.visits.count {
          toucher.release()
          next = 0
        }
      } while !window.isOver
      worker.next = next
      window.end(worker.number, operations)
    }
  }

  static func violations<C>(_ space: Space<C>, _ audit: TableAudit) -> [String] {
    let pool = space.table.pool
    var violations: [String] = []
    let accounted = audit.tables + audit.detachedTables + pool.tablesInGrace + audit.leafCount
    if pool.framesInUse != accounted {
      violations.append(
        "\(pool.framesInUse) frames are in use; \(audit.tables) tables, \(pool.tablesInGrace) waiting for walkers, and "
          + "\(audit.leafCount) mapped pages account for \(accounted)")
    }
    return violations
      + space.sampleViolations { _, mapping in
        guard let mapping else { return nil }
        return mapping.physical.rawValue < pool.arena.view.byteCount
          ? nil : "maps \(mapping.physical), no frame of the arena"
      }
  }

  /// Touches and releases for one worker.
  private struct Toucher<C: Configuration> {
    let space: Space<C>
    let worker: WorkerState

    func touch(_ start: UInt64) {
      if space.view.translate(VirtualAddress(start), by: worker.thread) != nil { return }
      fault(start)
    }

    /// The fault handler: maps frames wherever the slot has none by the time the cursor holds it.
    private func fault(_ start: UInt64) {
      let allocator = space.table.pool.allocator
      var cursor = cursor(start, bytes: space.plan.slotBytes)
      for page in 0..<space.plan.parameters.pagesPerOperation {
        let address = start + UInt64(page) * frameBytes
        _ = cursor.jump(to: VirtualAddress(address))
        // Another worker may have been faster; its page stays.
        if case .mapped = cursor.query() { continue }
        guard let frame = allocator.allocate(for: worker.dataContext) else {
          worker.ranOutOfFrames = true
          return
        }
        if cursor.map(frame, Space<C>.properties) == .mapped {
          worker.mapped += 1
        } else {
          allocator.free(frame, by: worker.dataContext)
          worker.ranOutOfFrames = true
        }
      }
    }

    /// Unmaps the worker's home slots and frees their frames.
    func release() {
      let allocator = space.table.pool.allocator
      for start in worker.homeSlots {
        var cursor = cursor(start, bytes: space.plan.slotBytes)
        _ = cursor.takeAll(cursor.range.byteCount) { old in
          allocator.free(old.physical, by: worker.dataContext)
          worker.taken += 1
        }
      }
    }

    private func cursor(_ start: UInt64, bytes: UInt64) -> Cursor<C> {
      guard
        let cursor = try? Cursor(
          space.view, over: VirtualRange(start: VirtualAddress(start), byteCount: bytes), by: worker.thread)
      else { preconditionFailure("the region plan made a bad range at \(VirtualAddress(start))") }
      return cursor
    }
  }
}
