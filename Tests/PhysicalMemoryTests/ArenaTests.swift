import Addressing
import Executions
import PhysicalMemory
import Testing

@Suite struct ArenaTests {
  @Test func bindingToAnExistingNodeWorks() throws {
    let arena = try PhysicalArena<Hardware>(spans: [ArenaSpan(frameCount: 512, binding: .node(0))], populate: true)
    arena.view.slot(PhysicalAddress(0), 511).storeRelaxed(42)
    #expect(arena.view.slot(PhysicalAddress(0), 511).loadRelaxed() == 42)
  }

  @Test func bindingToAMissingNodeSaysSo() {
    #expect {
      try PhysicalArena<Hardware>(spans: [ArenaSpan(frameCount: 512, binding: .node(1000))], populate: false)
    } throws: { error in
      guard case .cannotBind(let nodes, _)? = error as? ArenaError else { return false }
      return nodes == [1000] && "\(error)".contains("doctor")
    }
  }

  @Test func anImpossibleSizeSaysSo() {
    #expect {
      try PhysicalArena<Hardware>(spans: [ArenaSpan(frameCount: 1 << 40, binding: .unbound)], populate: false)
    } throws: { error in
      guard case .cannotMap? = error as? ArenaError else { return false }
      return true
    }
  }

  @Test func everyFrameHasItsOwnRecord() throws {
    let arena = try PhysicalArena<Hardware>(spans: [ArenaSpan(frameCount: 1024, binding: .unbound)], populate: false)
    for frame in 1..<1024 { arena.view.record(PhysicalAddress(UInt64(frame) * 4096)).addChildren(frame % 512) }
    for frame in 1..<1024 {
      #expect(arena.view.record(PhysicalAddress(UInt64(frame) * 4096)).childCount == UInt32(frame % 512))
    }
    #expect(arena.view.byteCount == 1024 * 4096)
  }
}
