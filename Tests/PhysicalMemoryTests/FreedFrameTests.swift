import Addressing
import Executions
import PhysicalMemory
import Testing

/// Traps of debug builds on misuse of freed frames.
@Suite(.enabled(if: checksAssertions)) struct FreedFrameTests {
  @Test func writingTheFirstOrLastLineOfAFreedFrameTrapsWithItsAddress() async throws {
    for result in [
      await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent],
        performing: { try FreedFrameTests.writeAfterFree(.bump, slot: 7) }),
      await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent],
        performing: { try FreedFrameTests.writeAfterFree(.buddy, slot: 511) }),
    ] {
      let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
      let said = text.split(separator: "\n").first { $0.contains("wrote=") }
      let address = try #require(said?.split(separator: "=").last)
      #expect(text.contains("frame \(address) was written after it was freed"))
    }
  }

  private static func writeAfterFree(_ policy: FramePolicy, slot: Int) throws {
    let pool = try makePool(policy)
    let frame = try #require(pool.allocator.allocate(for: sole))
    pool.allocator.free(frame, by: sole)
    pool.arena.view.slot(frame, slot).storeRelaxed(1)
    say("wrote=\(frame)")
    _ = exhaust(pool)
  }

  @Test func writingAFreedBlockTraps() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      // A span without the reserved frame, which is whole again when the block comes back.
      let pool = try makePool(.buddy, frames: [512, 512], homes: [1])
      let block = try #require(pool.allocator.allocate(order: 4, for: sole))
      pool.allocator.free(block, order: 4, by: sole)
      pool.arena.view.slot(block &+ 5 * 4096, 0).storeRelaxed(1)
      say("wrote=\(block &+ 5 * 4096)")
      // Larger than what was freed: every frame of it is looked at.
      for _ in 0..<16 { _ = pool.allocator.allocate(order: 5, for: sole) }
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    let said = text.split(separator: "\n").first { $0.contains("wrote=") }
    let address = try #require(said?.split(separator: "=").last)
    #expect(text.contains("frame \(address) was written after it was freed"))
  }

  @Test func freeingTwiceTraps() async {
    await #expect(processExitsWith: .failure) {
      let pool = try makePool(.bump)
      let frame = try #require(pool.allocator.allocate(for: sole))
      pool.allocator.free(frame, by: sole)
      pool.allocator.free(frame, by: sole)
    }
  }

  @Test(arguments: FramePolicy.allCases)
  func framesThatNobodyTouchedAfterFreeingComeBack(_ policy: FramePolicy) throws {
    let pool = try makePool(policy)
    for _ in 0..<3 {
      let frames = exhaust(pool)
      #expect(frames.count == 511)
      for frame in frames {
        for slot in [0, 7, 8, 503, 504, 511] { pool.arena.view.slot(frame, slot).storeRelaxed(frame.rawValue) }
        pool.allocator.free(frame, by: sole)
      }
    }
  }
}

/// Writes a line to standard error, which the exit test reads beside the trap's message.
private func say(_ line: String) {
  struct StandardError: TextOutputStream {
    mutating func write(_ string: String) { writeToStandardError(string) }
  }
  var stream = StandardError()
  print(line, to: &stream)
}
