import Addressing
import Executions
import PagingTestSupport
import PhysicalMemory
import Testing

/// Workers of one pool at the same time.
@Suite struct ConcurrentPoolTests {
  /// Every owner signs its frames and finds its signature whole when it gives them back; some blocks are given back by
  /// another worker than took them. In the end everything is joined again.
  @Test("Concurrent workers never share a frame", arguments: FramePolicy.allCases)
  func workersNeverShareAFrame(_ policy: FramePolicy) async throws {
    let workers = 4
    let pool = try makePool(policy, frames: [1024, 1536], homes: [0, 1, 0, 1])
    let before = pool.arena.spans.indices.map(pool.freeBlocks(inSpan:))
    let seed = Randomness("workersNeverShareAFrame").seed
    let steps = Randomness.steps(4000)
    let handedOver = HandedOver()
    let foreign = await withTaskGroup(of: Int.self) { group in
      for worker in 0..<workers {
        group.addTask {
          var random = Randomness(seed: seed + UInt64(worker))
          var held: [(PhysicalAddress, order: Int, owner: UInt64)] = []
          var foreign = 0
          for step in 0..<steps {
            let thread = ThreadContext(worker: worker)
            switch random.below(5) {
            case 0, 1:
              let order = [0, 0, 0, 1, 2, 3, 4][random.below(7)]
              guard held.count < 40, let block = pool.allocator.allocate(order: order, for: thread) else { continue }
              let owner = UInt64(worker) << 32 | UInt64(step)
              sign(pool, block, order, owner)
              held.append((block, order, owner))
            case 2 where !held.isEmpty:
              let block = held.swapRemove(at: random.below(held.count))
              handedOver.blocks.withLock { $0.append(block) }
            case 3:
              if let (block, order, owner) = handedOver.blocks.withLock({ $0.popLast() }) {
                foreign += signedByOthers(pool, block, order, owner)
                pool.allocator.free(block, order: order, by: thread)
              }
            default:
              if held.isEmpty { continue }
              let (block, order, owner) = held.swapRemove(at: random.below(held.count))
              foreign += signedByOthers(pool, block, order, owner)
              pool.allocator.free(block, order: order, by: thread)
            }
          }
          for (block, order, owner) in held {
            foreign += signedByOthers(pool, block, order, owner)
            pool.allocator.free(block, order: order, by: ThreadContext(worker: worker))
          }
          return foreign
        }
      }
      return await group.reduce(0, +)
    }
    #expect(foreign == 0)
    for (block, order, _) in handedOver.blocks.withLock({ $0 }) { pool.allocator.free(block, order: order, by: sole) }
    #expect(pool.framesInUse == 0)
    pool.drainCaches()
    #expect(pool.violations() == [])
    #expect(pool.arena.spans.indices.map(pool.freeBlocks(inSpan:)) == before)
  }
}

/// Blocks that one worker took and another gives back.
private final class HandedOver: Sendable {
  let blocks = TestMutex<[(PhysicalAddress, order: Int, owner: UInt64)]>([])
}

private func sign(_ pool: FramePool<Hardware>, _ block: PhysicalAddress, _ order: Int, _ owner: UInt64) {
  for frame in 0..<UInt64(1) << UInt64(order) {
    pool.arena.view.slot(block &+ frame * 4096, 0).storeRelaxed(owner)
  }
}

/// Frames of the block that carry another signature.
private func signedByOthers(
  _ pool: FramePool<Hardware>, _ block: PhysicalAddress, _ order: Int, _ owner: UInt64
) -> Int {
  (0..<UInt64(1) << UInt64(order)).count { pool.arena.view.slot(block &+ $0 * 4096, 0).loadRelaxed() != owner }
}
