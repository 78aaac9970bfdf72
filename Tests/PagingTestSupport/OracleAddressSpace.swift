public import Addressing
public import Formats
public import PageTables

/// What a page table must mean and which nodes it must have, without any entries: leaves in address order and a set of
/// nodes. Slow and obvious.
public struct OracleAddressSpace {
  /// Sorted by address, never overlapping.
  public private(set) var leaves: [Mapping] = []
  /// Every node below the root. While a cursor is open that takes empty nodes out at once, some may be gone already.
  public private(set) var nodes: Set<Node> = []
  /// Nodes that made room for a huge leaf.
  public private(set) var retiredNodes = 0
  private let levels: Int

  /// A node, named by the first address it translates and its level.
  public struct Node: Hashable, Sendable {
    private let name: UInt64

    /// The node at `level` that holds `address`.
    public init(holding address: UInt64, at level: Int) { name = Level(level).nodeStart(of: address) | UInt64(level) }

    public var level: Int { Int(name & 0xFF) }
    public var start: UInt64 { name & ~0xFF }
  }

  /// - Parameter levels: of the tree, root included; the leaves do not depend on it.
  public init(levels: Int = 4) { self.levels = levels }

  // MARK: Questions

  /// The first leaf that ends behind `address`: the one that covers it, or the next.
  private func firstIndex(endingAfter address: UInt64) -> Int {
    var low = 0
    var high = leaves.count
    while low < high {
      let middle = (low + high) / 2
      if lastAddress(leaves[middle]) >= address { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private func lastAddress(_ leaf: Mapping) -> UInt64 { leaf.virtual.rawValue + (leaf.byteCount - 1) }

  /// The leaf that covers `address`.
  public func leaf(at address: UInt64) -> Mapping? {
    let index = firstIndex(endingAfter: address)
    return index < leaves.count && leaves[index].virtual.rawValue <= address ? leaves[index] : nil
  }

  /// The first leaf with a byte among the `byteCount` bytes from `start`.
  public func first(_ start: UInt64, _ byteCount: UInt64) -> Mapping? {
    guard byteCount > 0 else { return nil }
    let index = firstIndex(endingAfter: start)
    return index < leaves.count && leaves[index].virtual.rawValue <= start + (byteCount - 1) ? leaves[index] : nil
  }

  /// Whether anything is mapped in the bytes.
  public func isMapped(_ start: UInt64, _ byteCount: UInt64) -> Bool { first(start, byteCount) != nil }

  /// The slot that holds `address`, which nothing maps, in the lowest node there is.
  public func hole(_ address: UInt64) -> VirtualRange {
    var level = levels
    while level > 1, nodes.contains(Node(holding: address, at: level - 1)) { level -= 1 }
    return Level(level).slotRange(of: VirtualAddress(address))
  }

  /// Level of the covering node that a cursor over the range gets, whose slots must be able to hold leaves at `lowest`.
  public func coverLevel(_ range: VirtualRange, lowest: Level) -> Int {
    let first = range.start.rawValue
    var level = levels
    while level > lowest.rawValue, Level(level - 1).sameNode(first, range.end.rawValue - 1),
      nodes.contains(Node(holding: first, at: level - 1))
    { level -= 1 }
    return level
  }

  // MARK: Changes

  public mutating func map(_ mapping: Mapping) -> MapOutcome {
    let start = mapping.virtual.rawValue
    if let present = leaf(at: start) { return present.level > mapping.level ? .mappedToHugePage : .alreadyMapped }
    if first(start, mapping.byteCount) != nil { return .alreadyMapped }
    leaves.insert(mapping, at: firstIndex(endingAfter: start))
    retireNodes(below: mapping)
    addNodes(above: mapping.virtual.rawValue, mapping.level.rawValue)
    return .mapped
  }

  /// As ``map(_:)``, but a leaf of the same size makes room.
  public mutating func replace(_ mapping: Mapping) -> ReplaceOutcome {
    let start = mapping.virtual.rawValue
    guard let old = leaf(at: start), old.level == mapping.level else {
      switch map(mapping) {
      case .mapped: return .mapped
      case .alreadyMapped: return .alreadyMapped
      case .mappedToHugePage: return .mappedToHugePage
      case .outOfFrames: return .outOfFrames
      }
    }
    leaves[firstIndex(endingAfter: start)] = mapping
    return .replaced(old)
  }

  /// Maps base pages one after the other until one cannot be mapped. Returns how many were.
  public mutating func mapRun(
    _ start: UInt64, _ frame: PhysicalAddress, _ properties: PageProperties, pages: UInt64
  ) -> (mapped: UInt64, outcome: MapOutcome) {
    let occupied = first(start, pages * frameBytes)
    let mapped = occupied.map { max($0.virtual.rawValue, start) - start }.map { $0 / frameBytes } ?? pages
    let run = (0..<mapped).map { page in
      Mapping(
        virtual: VirtualAddress(start + page * frameBytes), physical: frame &+ page * frameBytes,
        properties: properties, level: .one)
    }
    leaves.insert(contentsOf: run, at: firstIndex(endingAfter: start))
    for leaf in run where leaf.virtual.rawValue == start || leaf.virtual.isAligned(to: Level.one.nodeBytes) {
      addNodes(above: leaf.virtual.rawValue, 1)
    }
    guard let occupied else { return (mapped, .mapped) }
    return (mapped, occupied.level > .one ? .mappedToHugePage : .alreadyMapped)
  }

  /// Maps a region page by page, each page the largest that alignment, length and `largest` allow, until one cannot be mapped.
  public mutating func mapRegion(
    _ start: UInt64, _ frame: PhysicalAddress, _ properties: PageProperties, byteCount: UInt64, largest: Level
  ) -> (mappedBytes: UInt64, outcome: MapOutcome) {
    func level(at offset: UInt64) -> Level {
      var level = largest
      while level > .one,
        ((start + offset) | (frame.rawValue + offset)) % level.slotBytes != 0 || level.slotBytes > byteCount - offset
      {
        level = level.below
      }
      return level
    }
    var mapped: UInt64 = 0
    while mapped < byteCount {
      let largest = level(at: mapped)
      if largest > .one {
        let page = Mapping(
          virtual: VirtualAddress(start + mapped), physical: frame &+ mapped, properties: properties, level: largest)
        let outcome = map(page)
        if outcome != .mapped { return (mapped, outcome) }
        mapped += largest.slotBytes
      } else {
        var end = mapped
        while end < byteCount, level(at: end) == .one { end += frameBytes }
        let run = mapRun(start + mapped, frame &+ mapped, properties, pages: (end - mapped) / frameBytes)
        mapped += run.mapped * frameBytes
        if run.outcome != .mapped { return (mapped, run.outcome) }
      }
    }
    return (mapped, .mapped)
  }

  /// Makes one leaf at `level` of everything in the slot that holds `address`; `isSupported` tells whether the format has it.
  public mutating func merge(
    _ address: UInt64, _ level: Level, isSupported: (PageProperties) -> Bool
  ) -> MergeOutcome {
    let slot = level.slotStart(of: address)
    if let leaf = leaf(at: slot), leaf.level >= level { return .notTable }
    guard nodes.contains(Node(holding: address, at: level.rawValue - 1)) else { return .notTable }
    let used: PageProperties = [.accessed, .dirty]
    var next = slot
    let lower = firstIndex(endingAfter: slot)
    var upper = lower
    var joined = PageProperties()
    while upper < leaves.count, leaves[upper].virtual.rawValue == next, next < slot + level.slotBytes {
      let leaf = leaves[upper]
      let first = leaves[lower]
      if leaf.physical != first.physical &+ (next - slot)
        || leaf.properties.subtracting(used) != first.properties.subtracting(used)
      {
        return .notUniform
      }
      joined.formUnion(leaf.properties)
      next += leaf.byteCount
      upper += 1
    }
    if next != slot + level.slotBytes { return .notUniform }
    let leaf = Mapping(
      virtual: VirtualAddress(slot), physical: leaves[lower].physical, properties: joined, level: level)
    if !leaf.physical.isAligned(to: level.slotBytes) { return .misaligned }
    if !isSupported(joined) { return .unsupported }
    leaves.replaceSubrange(lower..<upper, with: [leaf])
    retireNodes(below: leaf)
    return .merged(leaf)
  }

  /// Splits leaves that are only partly in the bytes, as far as it takes to find the first whole one; its index.
  private mutating func firstWhole(_ start: UInt64, _ byteCount: UInt64) -> Int? {
    guard byteCount > 0 else { return nil }
    let last = start + (byteCount - 1)
    while true {
      let index = firstIndex(endingAfter: start)
      guard index < leaves.count, leaves[index].virtual.rawValue <= last else { return nil }
      if leaves[index].virtual.rawValue >= start && lastAddress(leaves[index]) <= last { return index }
      split(index)
    }
  }

  /// The leaves in the bytes, after splitting those that are only partly in them.
  private mutating func allWhole(_ start: UInt64, _ byteCount: UInt64) -> Range<Int> {
    guard let index = firstWhole(start, byteCount) else { return 0..<0 }
    let last = start + (byteCount - 1)
    while let leaf = leaf(at: last), lastAddress(leaf) > last { split(firstIndex(endingAfter: last)) }
    let end = firstIndex(endingAfter: last)
    return index..<(end < leaves.count && leaves[end].virtual.rawValue <= last ? end + 1 : end)
  }

  private mutating func split(_ index: Int) {
    let leaf = leaves[index]
    let below = leaf.level.below
    let pieces = (0..<UInt64(entriesPerNode)).map { piece in
      Mapping(
        virtual: leaf.virtual &+ piece * below.slotBytes, physical: leaf.physical &+ piece * below.slotBytes,
        properties: leaf.properties, level: below)
    }
    leaves.replaceSubrange(index...index, with: pieces)
    nodes.insert(Node(holding: leaf.virtual.rawValue, at: below.rawValue))
  }

  /// Removes and returns the first leaf in the bytes.
  public mutating func take(_ start: UInt64, _ byteCount: UInt64) -> Mapping? {
    firstWhole(start, byteCount).map { leaves.remove(at: $0) }
  }

  /// Removes and returns all leaves in the bytes.
  public mutating func takeAll(_ start: UInt64, _ byteCount: UInt64) -> [Mapping] {
    let range = allWhole(start, byteCount)
    let taken = Array(leaves[range])
    leaves.removeSubrange(range)
    return taken
  }

  /// Removes the first leaf in the bytes, or everything below the largest node that lies wholly in the bytes, holds it, and hangs
  /// at `highest` or lower.
  public mutating func takeFragment(_ start: UInt64, _ byteCount: UInt64, highest: Int) -> Fragment? {
    guard let index = firstWhole(start, byteCount) else { return nil }
    let leaf = leaves[index]
    for level in stride(from: highest - 1, through: leaf.level.rawValue, by: -1) {
      let node = Level(level).nodeStart(of: leaf.virtual.rawValue)
      guard node >= start, node - start <= byteCount, Level(level).nodeBytes <= byteCount - (node - start) else {
        continue
      }
      nodes = nodes.filter { $0.level > level || !Level(level).sameNode($0.start, node) }
      let range = VirtualRange(start: VirtualAddress(node), byteCount: Level(level).nodeBytes)
      return Fragment(range: range, leaves: takeAll(node, range.byteCount), isTable: true)
    }
    leaves.remove(at: index)
    return Fragment(range: leaf.range, leaves: [leaf], isTable: false)
  }

  /// What was removed in one piece.
  public struct Fragment: Sendable {
    public let range: VirtualRange
    public let leaves: [Mapping]
    public let isTable: Bool
  }

  /// Changes the first leaf in the bytes and returns it as it was.
  public mutating func protect(
    _ start: UInt64, _ byteCount: UInt64, _ change: (inout PageProperties) -> Void
  ) -> Mapping? {
    guard let index = firstWhole(start, byteCount) else { return nil }
    return edit(index, change)
  }

  /// Changes all leaves in the bytes and returns them as they were.
  public mutating func protectAll(
    _ start: UInt64, _ byteCount: UInt64, _ change: (inout PageProperties) -> Void
  ) -> [Mapping] {
    allWhole(start, byteCount).map { edit($0, change) }
  }

  private mutating func edit(_ index: Int, _ change: (inout PageProperties) -> Void) -> Mapping {
    let old = leaves[index]
    var properties = old.properties
    change(&properties)
    leaves[index] = Mapping(virtual: old.virtual, physical: old.physical, properties: properties, level: old.level)
    return old
  }

  // MARK: Nodes

  /// Takes out the nodes in which nothing is mapped.
  public mutating func prune() {
    nodes = nodes.filter { first($0.start, Level($0.level).nodeBytes) != nil }
  }

  /// The path to a leaf at `level`.
  private mutating func addNodes(above address: UInt64, _ level: Int) {
    for above in stride(from: level, to: levels, by: 1) {
      // Whoever has a node has its ancestors.
      if !nodes.insert(Node(holding: address, at: above)).inserted { return }
    }
  }

  /// Empty nodes that a huge leaf has taken the place of.
  private mutating func retireNodes(below leaf: Mapping) {
    let below = Node(holding: leaf.virtual.rawValue, at: leaf.level.rawValue - 1)
    guard leaf.level > .one, nodes.contains(below) else { return }
    let gone = nodes.filter { $0.level < leaf.level.rawValue && leaf.range.contains(VirtualAddress($0.start)) }
    nodes.subtract(gone)
    retiredNodes += gone.count
  }
}
