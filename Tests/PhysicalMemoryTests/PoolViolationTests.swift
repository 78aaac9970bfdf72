import Addressing
import Executions
import Testing

@testable import PhysicalMemory

/// Damage to a pool, planted behind its back, is reported.
@Suite struct PoolViolationTests {
  private func damaged(
    _ policy: FramePolicy = .buddy, _ damage: (FramePool<Hardware>, MemoryView<Hardware>) throws -> Void
  ) throws -> String {
    // The second span is one free block of order 9.
    let pool = try makePool(policy, frames: [512, 512], homes: [1])
    #expect(pool.violations() == [])
    try damage(pool, pool.arena.view)
    return pool.violations().joined(separator: "\n")
  }

  @Test func aFrameThatIsFreeTwiceIsReported() throws {
    for policy in FramePolicy.allCases {
      let report = try damaged(policy) { pool, _ in
        let frame = try #require(pool.allocator.allocate(for: sole))
        pool.allocator.free(frame, by: sole)
        pool.allocator.cache(of: sole).push(UInt32(frame.rawValue / 4096))
      }
      #expect(report.contains("is free twice"))
    }
  }

  @Test func aBitThatTheCountDoesNotKnowIsReported() throws {
    let report = try damaged(.bump) { pool, _ in
      _ = try #require(pool.allocator.allocate(for: sole))
      guard case .bump(let pools) = pool.allocator.pools else { return }
      // SAFETY: the pool lives and nobody else uses it; the first word has a bit for each of the span's first 64 frames.
      unsafe pools[1].free[0] |= 1
    }
    #expect(report.contains("1 frames are marked as returned, 0 are counted"))
  }

  @Test func aLostLinkIsReported() throws {
    // Both free halves of order 3: held apart by what is in use between them.
    let report = try damaged { pool, memory in
      let blocks = try (0..<4).map { _ in try #require(pool.allocator.allocate(order: 3, for: sole)) }
      pool.allocator.free(blocks[0], order: 3, by: sole)
      pool.allocator.free(blocks[2], order: 3, by: sole)
      memory.record(blocks[0]).previousFree = 0
    }
    #expect(report.contains("linked one way"))
  }

  @Test func buddiesThatWereNotJoinedAreReported() throws {
    let report = try damaged { pool, memory in
      let blocks = try (0..<2).map { _ in try #require(pool.allocator.allocate(order: 3, for: sole)) }
      pool.allocator.free(blocks[0], order: 3, by: sole)
      guard case .buddy(let pools) = pool.allocator.pools else { return }
      let number = UInt32(blocks[1].rawValue / 4096)
      // SAFETY: the pool lives and nobody else uses it.
      unsafe pools[1].push(number, 3, isUnknown: true, memory)
    }
    #expect(report.contains("both free at order 3"))
    #expect(report.contains("are counted"), "and the count was not kept")
  }

  @Test func aMarkThatDisagreesWithTheListIsReported() throws {
    let report = try damaged { pool, memory in memory.record(frame: 512).block = .handedOut(9) }
    #expect(report.contains("not marked"))
  }

  @Test func aMisplacedBlockIsReported() throws {
    let report = try damaged { pool, memory in
      guard case .buddy(let pools) = pool.allocator.pools else { return }
      // SAFETY: as above.
      unsafe pools[1].push(700, 4, isUnknown: true, memory)
      unsafe pools[1].push(1016, 4, isUnknown: true, memory)
    }
    #expect(report.contains("free block 700 is not aligned to order 4"))
    #expect(report.contains("free block 1016 of order 4 leaves the span"))
  }
}
