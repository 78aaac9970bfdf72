public import Addressing
public import Formats

extension Cursor {
  /// Maps `byteCount` bytes from ``address`` to consecutive physical memory with the largest pages that alignment allows, and
  /// moves behind them.
  ///
  /// Both addresses decide: a page of some size is used where virtual and physical address are multiples of it and enough is
  /// left. Stops at the first page that cannot be mapped: the cursor stands there, what came before stays mapped.
  ///
  /// - Parameter largest: level of the largest page to use; at most the cursor's `largestLeaf`.
  /// - Returns: bytes mapped, and `.mapped` or the reason for stopping.
  /// - Precondition: `frame` and `byteCount` are multiples of 4096, and the region ends inside the claimed range.
  /// - Complexity: O(leaves), O(levels) once per leaf table.
  @inlinable
  public mutating func mapRegion(
    _ frame: PhysicalAddress, _ properties: PageProperties, byteCount: UInt64, largest: Level
  ) -> (mappedBytes: UInt64, outcome: MapOutcome) {
    precondition((frame.rawValue | byteCount) & (frameBytes &- 1) == 0, "frame and length must be multiples of 4096")
    precondition(byteCount <= end &- position.address, "the region must end inside the claimed range")
    precondition(
      largest <= Level(min(coverLevel, C.Format.highestLeafLevel)),
      "a cursor maps huge pages only if it was opened with their `largestLeaf`")
    var mapped: UInt64 = 0
    while mapped < byteCount {
      let source = frame &+ mapped
      let level = Self.largestLeaf(at: position.address, source.rawValue, byteCount &- mapped, largest)
      if level > .one {
        let outcome = map(source, properties, level: level)
        if outcome != .mapped { return (mapped, outcome) }
        mapped &+= level.slotBytes
      } else {
        let bytes = Self.runLength(at: position.address, source.rawValue, byteCount &- mapped, largest)
        let run = mapRun(source, properties, pages: bytes &>> 12)
        mapped &+= run.mapped &<< 12
        if run.outcome != .mapped { return (mapped, run.outcome) }
      }
    }
    return (mapped, .mapped)
  }

  /// Level of the largest page that both addresses are aligned to and that `rest` has room for.
  @inlinable
  static func largestLeaf(at address: UInt64, _ frame: UInt64, _ rest: UInt64, _ largest: Level) -> Level {
    var level = largest
    while level > .one && ((address | frame) & (level.slotBytes &- 1) != 0 || rest < level.slotBytes) {
      level = level.below
    }
    return level
  }

  /// Bytes to map with base pages before a larger page fits: up to the next level-2 boundary where the addresses run in step.
  @inlinable
  static func runLength(at address: UInt64, _ frame: UInt64, _ rest: UInt64, _ largest: Level) -> UInt64 {
    let step = Level(2).slotBytes
    guard largest > .one, (address ^ frame) & (step &- 1) == 0 else { return rest }
    let toBoundary = step &- (address & (step &- 1))
    // Behind the boundary too little may be left for a larger page.
    return rest < toBoundary || rest &- toBoundary < step ? rest : toBoundary
  }
}
