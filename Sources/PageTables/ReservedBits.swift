public import Addressing
public import Formats

/// Which bits of an entry must be zero, by level and kind.
///
/// Taken once from the format's layout, because that describes a word in strings, far too slowly to ask for every entry of a
/// tree. So it relies on the reserved bits of a word following from its level and whether it is a table or a leaf; a law
/// holds this for every format.
@usableFromInline
struct ReservedBits {
  @usableFromInline let tables: [UInt64]
  @usableFromInline let leaves: [UInt64]

  @usableFromInline
  init<F: EntryFormat>(_: F.Type) {
    func reserved(_ word: UInt64, _ level: Level) -> UInt64 {
      F.layout(of: word, at: level).reduce(0) { $1.kind == .reserved ? $0 | $1.bits.mask : $0 }
    }
    let levels = (1...F.levels).map(Level.init)
    // At levels that know no such entry nothing is said: the audit reports the entry itself.
    tables = levels.map { $0 == .one ? 0 : reserved(F.table(PhysicalAddress(frameBytes)), $0) }
    leaves = levels.map {
      $0.rawValue > F.highestLeafLevel ? 0 : reserved(F.leaf(PhysicalAddress($0.slotBytes), [.read], at: $0), $0)
    }
  }

  @inlinable
  func table(at level: Level) -> UInt64 { tables[level.rawValue &- 1] }

  @inlinable
  func leaf(at level: Level) -> UInt64 { leaves[level.rawValue &- 1] }
}
