import Addressing
import Executions
import PhysicalMemory
import Testing

/// Blocks of both policies against a model: the set of frames in use.
@Suite struct BlockTests {
  /// Which frames are in use, and as which blocks.
  private struct Model {
    var inUse: [Bool]
    var blocks: [(first: Int, order: Int)] = []
    var count = 0

    init(frames: Int) { inUse = Array(repeating: false, count: frames) }

    /// Notes the block; false if it is misplaced or overlaps another.
    mutating func take(_ address: PhysicalAddress, _ order: Int) -> Bool {
      let first = Int(address.rawValue / 4096)
      let frames = first..<first + 1 << order
      guard address.isAligned(to: 4096 << UInt64(order)), first > 0, frames.upperBound <= inUse.count,
        frames.allSatisfy({ !inUse[$0] })
      else { return false }
      for frame in frames { inUse[frame] = true }
      blocks.append((first, order))
      count += frames.count
      return true
    }

    mutating func giveBack(_ index: Int) -> (PhysicalAddress, Int) {
      let block = blocks.swapRemove(at: index)
      for frame in block.first..<block.first + 1 << block.order { inUse[frame] = false }
      count -= 1 << block.order
      return (PhysicalAddress(UInt64(block.first) * 4096), block.order)
    }

    /// Whether the frames that are not in use contain an aligned block inside one of the spans.
    func hasRoom(_ order: Int, in spans: [Range<Int>]) -> Bool {
      let size = 1 << order
      return spans.contains { span in
        let first = (max(span.lowerBound, 1) + size - 1) / size * size
        return stride(from: first, to: span.upperBound, by: size).contains {
          $0 + size <= span.upperBound && !inUse[$0..<$0 + size].contains(true)
        }
      }
    }
  }

  @Test(arguments: FramePolicy.allCases)
  func randomBlocksAreAlignedAndNeverOverlap(_ policy: FramePolicy) throws {
    let pool = try makePool(policy, frames: [1536, 512, 2560], homes: [0, 1, 2])
    let before = pool.arena.spans.indices.map(pool.freeBlocks(inSpan:))
    var random = Randomness("randomBlocksAreAlignedAndNeverOverlap")
    var model = Model(frames: pool.arena.frameCount)
    for step in 0..<Randomness.steps(20_000) {
      let thread = ThreadContext(worker: random.below(3))
      // Phases that fill and phases that empty, so that both ends are reached.
      if random.below(100) < (step / 2000 % 2 == 0 ? 65 : 35) {
        let order = [0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10][random.below(13)]
        if let block = pool.allocator.allocate(order: order, for: thread) {
          let isSound = model.take(block, order)
          #expect(isSound, "step \(step): block \(block) of order \(order) overlaps or is misplaced")
        }
      } else if !model.blocks.isEmpty {
        let (block, order) = model.giveBack(random.below(model.blocks.count))
        pool.allocator.free(block, order: order, by: thread)
      }
      if step % 500 == 0 { #expect(pool.violations() == [], "step \(step)") }
      #expect(pool.framesInUse == model.count, "step \(step)")
    }
    while !model.blocks.isEmpty {
      let (block, order) = model.giveBack(random.below(model.blocks.count))
      pool.allocator.free(block, order: order, by: sole)
    }
    pool.drainCaches()
    #expect(pool.framesInUse == 0)
    #expect(pool.violations() == [])
    #expect(pool.arena.spans.indices.map(pool.freeBlocks(inSpan:)) == before, "everything is joined again")
  }

  /// With one worker nothing hides in caches, so a block is refused exactly if the free frames hold none.
  @Test func buddiesFindEveryBlockThereIs() throws {
    let pool = try makePool(.buddy, frames: [1024, 1536])
    var random = Randomness("buddiesFindEveryBlockThereIs")
    var model = Model(frames: pool.arena.frameCount)
    var refused = 0
    for step in 0..<Randomness.steps(10_000) {
      if random.below(100) < 55 {
        let order = random.below(11)
        let block = pool.allocator.allocate(order: order, for: sole)
        if block == nil { refused += 1 }
        #expect((block != nil) == model.hasRoom(order, in: pool.arena.spans), "step \(step), order \(order)")
        guard let block else { continue }
        let isSound = model.take(block, order)
        #expect(isSound, "step \(step), order \(order)")
      } else if !model.blocks.isEmpty {
        let (block, order) = model.giveBack(random.below(model.blocks.count))
        pool.allocator.free(block, order: order, by: sole)
      }
    }
    #expect(refused > 100, "the test reached the end of memory")
  }

  @Test func aFreshSpanIsDividedIntoItsLargestBlocks() throws {
    let pool = try makePool(.buddy, frames: [1024, 1536, 512])
    func blocks(_ orders: [Int: Int]) -> [Int] { (0...18).map { orders[$0] ?? 0 } }
    // Frames 1..<1024: frame 1, 2–3, 4–7, … up to 512–1023, since frame 0 is reserved.
    #expect(pool.freeBlocks(inSpan: 0) == (0...18).map { $0 <= 9 ? 1 : 0 })
    // Frames 1024..<2560 are 1024 aligned to their size and 512.
    #expect(pool.freeBlocks(inSpan: 1) == blocks([9: 1, 10: 1]))
    #expect(pool.freeBlocks(inSpan: 2) == blocks([9: 1]))
    #expect(try makePool(.bump).freeBlocks(inSpan: 0) == [], "no blocks are kept, which is not the same as none free")
  }

  @Test(arguments: FramePolicy.allCases)
  func theLargestBlockIsOneGibibyte(_ policy: FramePolicy) throws {
    let pool = try makePool(policy, frames: [3 << 18])
    #expect(pool.allocator.allocate(order: 18, for: sole).map { $0.isAligned(to: 1 << 30) } == true)
    #expect(FrameAllocator<Hardware>.largestOrder == 18)
    // One of the remaining two is broken by frame 0.
    #expect(pool.allocator.allocate(order: 18, for: sole) != nil)
    #expect(pool.allocator.allocate(order: 18, for: sole) == nil)
    #expect(pool.framesInUse == 2 << 18)
    #expect(pool.violations() == [])
  }

  @Test func aBlockIsMadeOfTheWorkersOwnCachedFrames() throws {
    let pool = try makePool(.buddy, homes: [0, 0])
    let frames = exhaust(pool)
    // Frames 16...31 are one block of order 4, too few to leave the cache by themselves.
    let block = frames.filter { (16..<32).contains($0.rawValue / 4096) }
    for frame in block { pool.allocator.free(frame, by: sole) }
    #expect(
      pool.allocator.allocate(order: 4, for: ThreadContext(worker: 1)) == nil, "another worker's cache is its own")
    #expect(pool.allocator.allocate(order: 4, for: sole) == PhysicalAddress(16 * 4096))
  }

  @Test func bumpedBlocksBecomeSingleFrames() throws {
    let pool = try makePool(.bump, frames: [1024])
    let block = try #require(pool.allocator.allocate(order: 9, for: sole))
    #expect(block == PhysicalAddress(512 * 4096))
    #expect(pool.framesInUse == 512, "the frames skipped for alignment are free")
    pool.allocator.free(block, order: 9, by: sole)
    #expect(pool.allocator.allocate(order: 9, for: sole) == nil)
    #expect(exhaust(pool).count == 1023)
  }

  @Test func freeingABlockWithAnotherOrderTraps() async {
    await #expect(processExitsWith: .failure) {
      let pool = try makePool(.buddy)
      let block = try #require(pool.allocator.allocate(order: 4, for: sole))
      pool.allocator.free(block, order: 3, by: sole)
    }
    await #expect(processExitsWith: .failure) {
      let pool = try makePool(.buddy)
      let block = try #require(pool.allocator.allocate(order: 4, for: sole))
      pool.allocator.free(block &+ 8 * 4096, order: 3, by: sole)
    }
  }
}
