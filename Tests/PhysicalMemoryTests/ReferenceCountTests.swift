import Addressing
import Executions
import PhysicalMemory
import Synchronization
import Testing

@Suite struct ReferenceCountTests {
  private func frame(_ pool: FramePool<Hardware>) throws -> (PhysicalAddress, ReferenceCount<Hardware>) {
    let frame = try #require(pool.allocator.allocate(for: sole))
    return (frame, pool.arena.view.record(frame).references)
  }

  @Test func anAllocatedFrameHasOneOwner() throws {
    let pool = try makePool(.bump)
    let (frame, references) = try frame(pool)
    #expect(references.count == 1)
    references.retain()
    references.retain()
    #expect(references.count == 3)
    #expect(!references.release())
    #expect(!references.release())
    #expect(references.count == 1)
    #expect(references.release())
    pool.allocator.free(frame, by: sole)
    #expect(pool.allocator.allocate(for: sole) == frame)
    #expect(references.count == 1, "a frame used again starts anew")
  }

  /// Checklist statement 84: with every mapping an owner, the frame goes with the last one, whatever the order.
  @Test func theFrameGoesWithItsLastOwner() throws {
    let pool = try makePool(.buddy)
    var random = Randomness("theFrameGoesWithItsLastOwner")
    let frames = try (0..<40).map { _ in try frame(pool) }
    var owners = frames.indices.map { _ in 1 }
    for _ in 0..<Randomness.steps(10_000) {
      let index = random.below(frames.count)
      guard owners[index] > 0 else { continue }
      if random.below(100) < 48 {
        frames[index].1.retain()
        owners[index] += 1
      } else {
        owners[index] -= 1
        #expect(frames[index].1.release() == (owners[index] == 0))
        if owners[index] == 0 { pool.allocator.free(frames[index].0, by: sole) }
      }
    }
    #expect(pool.framesInUse == owners.count { $0 > 0 })
    for (index, count) in owners.enumerated() where count > 0 { #expect(frames[index].1.count == count) }
  }

  /// Many owners on several threads: exactly one is told to be the last, and it sees what the others wrote.
  @Test("Concurrent owners agree on the last one, who sees all they did")
  func concurrentRelease() async throws {
    let pool = try makePool(.bump)
    let memory = pool.arena.view
    let owners = 4
    for _ in 0..<Randomness.steps(500) {
      let (frame, references) = try frame(pool)
      for _ in 1..<owners { references.retain() }
      let lasts = await withTaskGroup(of: (last: Bool, sum: UInt64).self) { group in
        for owner in 0..<owners {
          group.addTask {
            // Back and forth first, so that counts are contended.
            for _ in 0..<20 {
              references.retain()
              _ = references.release()
            }
            // Relaxed: only the count orders these words for the last owner.
            memory.slot(frame, owner).storeRelaxed(UInt64(owner) + 1)
            guard references.release() else { return (false, 0) }
            return (true, (0..<owners).reduce(0) { $0 + memory.slot(frame, $1).loadRelaxed() })
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(lasts.count { $0.last } == 1)
      #expect(lasts.first { $0.last }?.sum == 10)
      for slot in 0..<owners { memory.slot(frame, slot).storeRelaxed(0) }
      pool.allocator.free(frame, by: sole)
    }
    #expect(pool.framesInUse == 0)
  }

  @Test(.enabled(if: checksAssertions)) func countingTooFarTraps() async {
    await #expect(processExitsWith: .failure) {
      let pool = try makePool(.bump)
      let frame = try #require(pool.allocator.allocate(for: sole))
      _ = pool.arena.view.record(frame).references.release()
      _ = pool.arena.view.record(frame).references.release()
    }
    await #expect(processExitsWith: .failure) {
      let pool = try makePool(.bump)
      let frame = try #require(pool.allocator.allocate(for: sole))
      _ = pool.arena.view.record(frame).references.release()
      pool.arena.view.record(frame).references.retain()
    }
    await #expect(processExitsWith: .failure) {
      let pool = try makePool(.bump)
      let frame = try #require(pool.allocator.allocate(for: sole))
      pool.allocator.free(frame, by: sole)
      pool.arena.view.record(frame).references.retain()
    }
    await #expect(processExitsWith: .failure) {
      let pool = try makePool(.bump)
      let frame = try #require(pool.allocator.allocate(for: sole))
      pool.arena.view.record(frame).references.retain()
      pool.allocator.free(frame, by: sole)
    }
  }
}
