internal import Addressing
public import Formats
public import PageTables

/// What a page table must mean, without any tables: leaves in address order. Slow and obvious.
public struct OracleAddressSpace {
  /// Sorted by address, never overlapping.
  public private(set) var leaves: [Mapping] = []

  public init() {}

  /// The first leaf that ends behind `address`: the one that covers it, or the next.
  private func firstIndex(endingAfter address: UInt64) -> Int {
    var low = 0
    var high = leaves.count
    while low < high {
      let middle = (low + high) / 2
      let leaf = leaves[middle]
      if leaf.virtual.rawValue + (leaf.byteCount - 1) >= address { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The leaf that covers `address`.
  public func leaf(at address: UInt64) -> Mapping? {
    let index = firstIndex(endingAfter: address)
    return index < leaves.count && leaves[index].virtual.rawValue <= address ? leaves[index] : nil
  }

  /// Whether anything is mapped in `byteCount` bytes from `start`.
  public func isMapped(_ start: UInt64, _ byteCount: UInt64) -> Bool {
    let index = firstIndex(endingAfter: start)
    return index < leaves.count && leaves[index].virtual.rawValue <= start + (byteCount - 1)
  }

  public mutating func map(_ mapping: Mapping) -> MapOutcome {
    let start = mapping.virtual.rawValue
    if let present = leaf(at: start) { return present.level > mapping.level ? .mappedToHugePage : .alreadyMapped }
    if isMapped(start, mapping.byteCount) { return .alreadyMapped }
    leaves.insert(mapping, at: firstIndex(endingAfter: start))
    return .mapped
  }

  /// Index of the first leaf in the bytes, after splitting leaves that are only partly inside.
  private mutating func firstWhole(_ start: UInt64, _ byteCount: UInt64) -> Int? {
    guard byteCount > 0 else { return nil }
    let last = start + (byteCount - 1)
    while true {
      let index = firstIndex(endingAfter: start)
      guard index < leaves.count, leaves[index].virtual.rawValue <= last else { return nil }
      let leaf = leaves[index]
      if leaf.virtual.rawValue >= start && leaf.virtual.rawValue + (leaf.byteCount - 1) <= last { return index }
      let below = leaf.level.below
      let pieces = (0..<UInt64(entriesPerNode)).map { piece in
        Mapping(
          virtual: leaf.virtual &+ piece * below.slotBytes, physical: leaf.physical &+ piece * below.slotBytes,
          properties: leaf.properties, level: below)
      }
      leaves.replaceSubrange(index...index, with: pieces)
    }
  }

  /// Removes and returns the first leaf in the bytes.
  public mutating func take(_ start: UInt64, _ byteCount: UInt64) -> Mapping? {
    firstWhole(start, byteCount).map { leaves.remove(at: $0) }
  }

  /// Changes the first leaf in the bytes and returns it as it was.
  public mutating func protect(
    _ start: UInt64, _ byteCount: UInt64, _ change: (inout PageProperties) -> Void
  ) -> Mapping? {
    guard let index = firstWhole(start, byteCount) else { return nil }
    let old = leaves[index]
    var properties = old.properties
    change(&properties)
    leaves[index] = Mapping(virtual: old.virtual, physical: old.physical, properties: properties, level: old.level)
    return old
  }
}
