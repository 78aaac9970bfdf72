public import Addressing

extension EntryFormat {
  /// The address that a processor finds in a tree of this format by the indices in `bits`, with the upper bits that make it
  /// canonical: of the two candidates the one in a half that the tree holds.
  ///
  /// - Precondition: only the lowest ``virtualAddressBits`` bits may be set.
  @inlinable
  public static func canonicalAddress(translated bits: UInt64) -> VirtualAddress {
    let lower = VirtualAddress(bits)
    if userRange.byteCount > 0 && isCanonical(lower) { return lower }
    return VirtualAddress(bits | ~0 &<< UInt64(virtualAddressBits))
  }
}
