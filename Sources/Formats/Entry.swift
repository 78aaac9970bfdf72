public import Addressing

/// The meaning of one page-table entry, the same for every format. Walkers and cursors think in these three cases; bit patterns
/// stay in the formats.
public enum Entry: Hashable, Sendable {
  /// Nothing here. The word is zero.
  case absent
  /// Points to a node one level down.
  case table(PhysicalAddress)
  /// Maps `PhysicalAddress..<+slotBytes` of its level.
  case leaf(PhysicalAddress, PageProperties)
}
