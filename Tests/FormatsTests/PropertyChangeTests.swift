import Addressing
import Formats
import PagingTestSupport
import Testing

/// Changing a word in place means the same as decoding its properties, changing them and encoding the outcome.
@Suite struct PropertyChangeTests {
  @Test("The short way agrees with the long one", arguments: FormatRegistry.all.indices)
  func theShortWayAgreesWithTheLongOne(_ index: Int) { check(FormatRegistry.all[index]) }

  private func check<F: EntryFormat>(_: F.Type) {
    let seed = testSeed("property change, \(F.name)")
    var generator = SeededGenerator(seed: seed)
    var changed = 0
    for _ in 0..<testSteps(200_000) {
      let level = Level(Int.random(in: 1...F.highestLeafLevel, using: &generator))
      let flags: [PageProperties] = [
        [], .read, .write, .execute, .user, .accessed, .dirty, .global, .tracked, .contiguous, .dirtyTracking,
        .executeElsewhere, .ownLevelOnly, PageProperties(rawValue: 1 << 7), PageProperties(rawValue: 1 << 60),
      ]
      // One or two, as callers change them.
      func few() -> PageProperties { generator.pick(flags).union(generator.pick(flags)) }
      let properties = flags.reduce(PageProperties()) { generator.chance(40) ? $0.union($1) : $0 }
      let change = PropertyChange(insert: few(), remove: few(), toggle: few())
      let wanted = change.apply(to: properties)
      guard F.supports(properties, at: level), F.supports(wanted, at: level) else { continue }
      let address = PhysicalAddress(UInt64.random(in: 1..<64, using: &generator) << 40 & ~(level.slotBytes - 1))
      let word = F.leaf(address, properties, at: level)
      if F.leafProperties(word, at: level) != properties { continue }
      changed += 1
      #expect(
        F.changed(word, by: change, at: level) == F.leaf(F.leafAddress(word, at: level), wanted, at: level),
        "seed \(seed): \(properties) by \(change) at level \(level.rawValue)")
    }
    #expect(changed > 1000, "seed \(seed): hardly anything could be said")
  }

  @Test func insertingComesFirstThenRemovingThenTurningOver() {
    let change = PropertyChange(insert: [.write, .user], remove: .write, toggle: [.user, .dirty])
    #expect(change.apply(to: .read) == [.read, .dirty])
  }
}
