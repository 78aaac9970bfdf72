internal import Addressing
internal import Executions

// What a pool holds. Everything here is for audits and reports and wants quiescence: no worker allocates or frees meanwhile.

extension FramePool {
  /// Returns all cached frames to their spans, where a ``FramePolicy/buddy`` pool joins them.
  public func drainCaches() {
    for worker in 0..<allocator.workerCount { allocator.spillSlow(by: ThreadContext(worker: worker), keeping: 0) }
  }

  /// Free blocks of a span by order, 0...18, without the frames in caches; empty under ``FramePolicy/bump``, which keeps no
  /// blocks.
  ///
  /// - Complexity: O(free blocks).
  public func freeBlocks(inSpan span: Int) -> [Int] {
    allocator.pools.freeBlocks(span: span, arena.view)
  }

  /// Every free frame, cached or not.
  ///
  /// - Complexity: O(frames of the arena / 64 + free frames that are not in large runs).
  public func freeFrames() -> FreeFrames {
    var free = FreeFrames(frameCount: arena.frameCount)
    for span in arena.spans.indices {
      allocator.pools.forEachFree(span: span, arena.view) { free.insert($0) }
    }
    for worker in 0..<allocator.workerCount {
      for number in allocator.cache(of: ThreadContext(worker: worker)).numbers {
        free.insert(Int(number)..<Int(number) + 1)
      }
    }
    return free
  }

  /// One sentence per broken invariant of the pool: frames that are free twice or outside the arena, counts and lists that
  /// disagree, blocks that are misplaced, badly linked or not joined with their free buddy.
  public func violations() -> [String] {
    var found = arena.spans.indices.flatMap { span in
      allocator.pools.violations(span: span, arena.view).map { "span \(span): \($0)" }
    }
    let free = freeFrames()
    found += free.conflicts
    if free.contains(PhysicalAddress(0)) { found.append("the reserved frame 0 is free") }
    if free.count != allocator.freeFrames {
      found.append("\(free.count) frames are in lists and caches, \(allocator.freeFrames) are counted")
    }
    return found
  }
}
