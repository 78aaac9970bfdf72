import Addressing
import Executions
import PhysicalMemory
import Testing

/// What both policies promise about single frames.
@Suite struct FrameAllocatorTests {
  @Test(arguments: FramePolicy.allCases)
  func handsOutEveryFrameOnceAndThenNothing(_ policy: FramePolicy) throws {
    let pool = try makePool(policy, frames: [512, 512], homes: [0, 1])
    let allocator = pool.allocator
    var seen: Set<PhysicalAddress> = []
    var worker = 0
    while let frame = allocator.allocate(for: ThreadContext(worker: worker)) {
      #expect(frame.isAligned(to: 4096) && frame.rawValue < pool.arena.view.byteCount)
      #expect(seen.insert(frame).inserted)
      worker = 1 - worker
    }
    // The other worker may still have frames in its cache.
    for frame in exhaust(pool, ThreadContext(worker: 1 - worker)) { #expect(seen.insert(frame).inserted) }
    #expect(seen.count == 1023, "all but the reserved frame 0")
    #expect(!seen.contains(PhysicalAddress(0)))
    #expect(pool.framesInUse == 1023)
    for frame in seen { allocator.free(frame, by: sole) }
    #expect(pool.framesInUse == 0)
    #expect(pool.violations() == [])
  }

  @Test(arguments: FramePolicy.allCases)
  func aWorkerGetsFramesOfItsOwnSpanFirst(_ policy: FramePolicy) throws {
    let pool = try makePool(policy, frames: [512, 512], homes: [0, 1])
    for _ in 0..<400 {
      let near = try #require(pool.allocator.allocate(for: ThreadContext(worker: 0)))
      let far = try #require(pool.allocator.allocate(for: ThreadContext(worker: 1)))
      #expect(pool.arena.spans[0].contains(Int(near.rawValue / 4096)))
      #expect(pool.arena.spans[1].contains(Int(far.rawValue / 4096)))
    }
  }

  @Test(arguments: FramePolicy.allCases)
  func otherSpansFollowInTheWorkersOrder(_ policy: FramePolicy) throws {
    let spans = Array(repeating: ArenaSpan(frameCount: 512, binding: .unbound), count: 4)
    let pool = FramePool(
      arena: try PhysicalArena<Hardware>(spans: spans, populate: false),
      spanOrder: [[2, 3, 0, 1], [1, 0]], policy: policy)
    func spansAsked(_ worker: Int) -> [Int] {
      exhaust(pool, ThreadContext(worker: worker)).map { Int($0.rawValue / 4096) / 512 }.reduce(into: []) {
        if $0.last != $1 { $0.append($1) }
      }
    }
    #expect(spansAsked(1) == [1, 0], "spans that a worker does not name are never used")
    #expect(pool.framesInUse == 1023)
    #expect(spansAsked(0) == [2, 3])
    #expect(pool.framesInUse == 2047)
  }

  @Test(arguments: FramePolicy.allCases)
  func randomUseKeepsTheCounts(_ policy: FramePolicy) throws {
    let pool = try makePool(policy, frames: [512, 1024], homes: [0, 1, 1])
    var random = Randomness("randomUseKeepsTheCounts")
    var held: [PhysicalAddress] = []
    for _ in 0..<Randomness.steps(50_000) {
      let thread = ThreadContext(worker: random.below(3))
      if random.below(2) == 0, let frame = pool.allocator.allocate(for: thread) {
        held.append(frame)
      } else if !held.isEmpty {
        pool.allocator.free(held.swapRemove(at: random.below(held.count)), by: thread)
      }
    }
    #expect(Set(held).count == held.count)
    #expect(pool.framesInUse == held.count)
    #expect(pool.violations() == [])
    let free = pool.freeFrames()
    #expect(held.allSatisfy { !free.contains($0) })
    #expect(free.count == 1535 - held.count)
  }

  @Test(arguments: FramePolicy.allCases)
  func aTableFrameIsZeroedAndKnowsItsLevel(_ policy: FramePolicy) throws {
    let pool = try makePool(policy)
    let memory = pool.arena.view
    let dirty = try #require(pool.allocator.allocate(for: sole))
    for index in 0..<512 { memory.slot(dirty, index).storeRelaxed(.max) }
    memory.record(dirty).addChildren(7)
    pool.allocator.free(dirty, by: sole)
    let table = try #require(pool.allocator.allocateTable(level: Level(3), for: sole))
    #expect(table == dirty, "last in, first out")
    #expect((0..<512).allSatisfy { memory.slot(table, $0).loadRelaxed() == 0 })
    #expect(memory.record(table).childCount == 0 && memory.record(table).level == 3)
  }

  @Test func spansAreRoundedToHugePages() throws {
    let pool = try makePool(.bump, frames: [1, 513])
    #expect(pool.arena.spans == [0..<512, 512..<1536])
  }
}
