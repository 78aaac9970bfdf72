import Addressing
import Executions
import PhysicalMemory
import Testing

/// Fault injection: exactly as many allocations succeed as were asked for.
@Suite struct FailedAllocationTests {
  @Test(arguments: FramePolicy.allCases, [0, 1, 2, 29, 30, 31, 100])
  func exactlySoManyAllocationsSucceed(_ policy: FramePolicy, _ count: Int) throws {
    let pool = try makePool(policy, frames: [512, 512], homes: [0, 1, 0])
    // Caches that are not empty when the count begins.
    let held = (0..<3).compactMap { pool.allocator.allocate(for: ThreadContext(worker: $0)) }
    pool.failAllocations(after: count)
    var succeeded: [PhysicalAddress] = []
    for turn in 0..<count + 10 {
      if let frame = pool.allocator.allocate(for: ThreadContext(worker: turn % 3)) { succeeded.append(frame) }
    }
    #expect(succeeded.count == count)
    #expect(pool.framesInUse == count + held.count, "frames that are kept back are not in use")
    #expect(pool.allocator.allocate(order: 3, for: sole) == nil)
    // What is freed can be allocated again.
    pool.allocator.free(held[0], by: sole)
    #expect(pool.allocator.allocate(for: sole) == held[0])
    #expect(pool.allocator.allocate(for: sole) == nil)
    pool.allowAllocations()
    #expect(pool.allocator.allocate(order: 3, for: sole) != nil)
    #expect(exhaust(pool).count == 1023 - count - held.count - 8)
    #expect(pool.violations() == [])
  }

  @Test func blocksCountAsOneAllocation() throws {
    let pool = try makePool(.buddy)
    pool.failAllocations(after: 2)
    #expect(pool.allocator.allocate(order: 3, for: sole) != nil)
    #expect(pool.allocator.allocate(for: sole) != nil)
    #expect(pool.allocator.allocate(order: 3, for: sole) == nil)
  }
}
