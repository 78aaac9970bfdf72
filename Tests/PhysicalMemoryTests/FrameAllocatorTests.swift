import Addressing
import Executions
import PhysicalMemory
import Testing

/// The allocator against a set of frames that must be free.
@Suite struct FrameAllocatorTests {
  private func pool(frames: [Int], homes: [Int]) throws -> FramePool<Hardware> {
    let spans = frames.map { ArenaSpan(frameCount: $0, binding: .unbound) }
    return FramePool(arena: try PhysicalArena<Hardware>(spans: spans, populate: false), homeSpan: homes)
  }

  @Test func handsOutEveryFrameOnceAndThenNothing() throws {
    let pool = try pool(frames: [512, 512], homes: [0, 1])
    let allocator = pool.allocator
    var seen: Set<PhysicalAddress> = []
    var worker = 0
    while let frame = allocator.allocate(for: ThreadContext(worker: worker)) {
      #expect(frame.isAligned(to: 4096) && frame.rawValue < pool.arena.view.byteCount)
      #expect(seen.insert(frame).inserted)
      worker = 1 - worker
    }
    // The other worker may still have frames in its cache.
    while let frame = allocator.allocate(for: ThreadContext(worker: 1 - worker)) {
      #expect(seen.insert(frame).inserted)
    }
    #expect(seen.count == 1023, "all but the reserved frame 0")
    #expect(!seen.contains(PhysicalAddress(0)))
    #expect(pool.framesInUse == 1023)
    for frame in seen { allocator.free(frame, by: ThreadContext(worker: 0)) }
    #expect(pool.framesInUse == 0)
  }

  @Test func aWorkerGetsFramesOfItsOwnSpanFirst() throws {
    let pool = try pool(frames: [512, 512], homes: [0, 1])
    for _ in 0..<400 {
      let near = try #require(pool.allocator.allocate(for: ThreadContext(worker: 0)))
      let far = try #require(pool.allocator.allocate(for: ThreadContext(worker: 1)))
      #expect(pool.arena.spans[0].contains(Int(near.rawValue / 4096)))
      #expect(pool.arena.spans[1].contains(Int(far.rawValue / 4096)))
    }
  }

  @Test func randomUseKeepsTheCounts() throws {
    let pool = try pool(frames: [512, 1024], homes: [0, 1, 1])
    let seed = UInt64.random(in: 1...1 << 32)
    print("seed of randomUseKeepsTheCounts: \(seed)")
    var state = seed
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var held: [PhysicalAddress] = []
    for _ in 0..<50_000 {
      let thread = ThreadContext(worker: random(3))
      if random(2) == 0, let frame = pool.allocator.allocate(for: thread) {
        held.append(frame)
      } else if !held.isEmpty {
        pool.allocator.free(held.swapRemove(at: random(held.count)), by: thread)
      }
    }
    #expect(Set(held).count == held.count, "seed \(seed)")
    #expect(pool.framesInUse == held.count, "seed \(seed)")
  }

  @Test func aTableFrameIsZeroedAndKnowsItsLevel() throws {
    let pool = try pool(frames: [512], homes: [0])
    let thread = ThreadContext(worker: 0)
    let memory = pool.arena.view
    let dirty = try #require(pool.allocator.allocate(for: thread))
    for index in 0..<512 { memory.slot(dirty, index).storeRelaxed(.max) }
    memory.record(dirty).addChildren(7)
    pool.allocator.free(dirty, by: thread)
    let table = try #require(pool.allocator.allocateTable(level: Level(3), for: thread))
    #expect(table == dirty, "last in, first out")
    #expect((0..<512).allSatisfy { memory.slot(table, $0).loadRelaxed() == 0 })
    #expect(memory.record(table).childCount == 0 && memory.record(table).level == 3)
  }

  @Test func spansAreRoundedToHugePages() throws {
    let pool = try pool(frames: [1, 513], homes: [0])
    #expect(pool.arena.spans == [0..<512, 512..<1536])
  }
}

extension Array {
  fileprivate mutating func swapRemove(at index: Int) -> Element {
    swapAt(index, count - 1)
    return removeLast()
  }
}
