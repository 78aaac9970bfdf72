internal import AddressSpaces
internal import Addressing
internal import Executions
internal import Formats
internal import Locks
internal import PageTables
internal import PhysicalMemory
internal import Strategies

/// A table under construction, and beside it what it must mean, kept without looking at the table: leaves as they were asked
/// for, and pages changed since.
struct TableImage<F: EntryFormat> {
  typealias C = Configured<F, TTASLock, NoneStrategy, Keep, Hardware>

  /// What an access must come to.
  struct Expectation: Equatable {
    let physical: UInt64
    let rights: PageProperties
  }

  private struct Leaf {
    let start: UInt64
    let bytes: UInt64
    let frame: UInt64
    let rights: PageProperties
  }

  private let pool: FramePool<Hardware>
  private let table: PageTable<C>
  private var leaves: [Leaf] = []
  /// Pages that differ from their leaf; nil: unmapped.
  private var changed: [UInt64: Expectation?] = [:]

  init() throws {
    let arena = try PhysicalArena<Hardware>(spans: [ArenaSpan(frameCount: 8192, binding: .unbound)], populate: false)
    pool = FramePool(arena: arena, homeSpan: [0])
    table = try PageTable(pool: pool)
  }

  var root: PhysicalAddress { table.table.view.root }

  /// Rights as an ordinary, cached page has them, already accessed and written where that is allowed, so that no emulator needs to
  /// set a bit.
  func ordinary(_ rights: PageProperties) -> PageProperties {
    var properties = F.ordinary(rights)
    if F.supports(properties.union(.accessed), at: .one) { properties.insert(.accessed) }
    if rights.contains(.write), F.supports(properties.union(.dirty), at: .one) { properties.insert(.dirty) }
    return properties
  }

  mutating func map(_ address: UInt64, _ frame: UInt64, _ rights: PageProperties, _ level: Int) throws {
    let sizes: [PageSize] = [.size4K, .size2M, .size1G]
    try table.map(
      VirtualAddress(address), to: PhysicalAddress(frame), ordinary(rights), size: sizes[level - 1])
    leaves.append(Leaf(start: address, bytes: Level(level).slotBytes, frame: frame, rights: rights))
    for page in changed.keys where page >= address && page - address < Level(level).slotBytes { changed[page] = nil }
  }

  mutating func unmap(_ address: UInt64, pages: UInt64) throws {
    _ = try table.unmapRegion(VirtualAddress(address), byteCount: pages * 4096)
    for page in 0..<pages { changed[address + page * 4096] = .some(nil) }
  }

  mutating func protect(_ address: UInt64, pages: UInt64, _ rights: PageProperties) throws {
    let properties = ordinary(rights)
    _ = try table.protectRegion(VirtualAddress(address), byteCount: pages * 4096) { $0 = properties }
    for page in 0..<pages {
      let start = address + page * 4096
      guard let old = expectation(at: start) else { continue }
      changed[start] = Expectation(physical: old.physical, rights: rights)
    }
  }

  /// What an access to `address` must come to; nil: a fault.
  func expectation(at address: UInt64) -> Expectation? {
    let page = address & ~4095
    let offset = address & 4095
    if let change = changed[page] {
      return change.map { Expectation(physical: $0.physical + offset, rights: $0.rights) }
    }
    guard let leaf = leaves.last(where: { address >= $0.start && address - $0.start < $0.bytes }) else { return nil }
    return Expectation(physical: leaf.frame + (address - leaf.start), rights: leaf.rights)
  }

  /// Whether any part of the bytes has ever been mapped.
  func isMapped(_ start: UInt64, _ bytes: UInt64) -> Bool {
    leaves.contains { start < $0.start + $0.bytes && $0.start < start + bytes }
  }

  /// Addresses worth asking about: borders and middles of all leaves and changed pages, and their neighbours.
  var probes: [UInt64] {
    var probes: Set<UInt64> = []
    func add(_ start: UInt64, _ bytes: UInt64) {
      for address in [start, start + bytes / 2, start + bytes - 8] { probes.insert(address) }
      for neighbour in [start &- 4096, start &+ bytes] where F.isCanonical(VirtualAddress(neighbour)) {
        probes.insert(neighbour)
      }
    }
    for leaf in leaves { add(leaf.start, leaf.bytes) }
    for page in changed.keys { add(page, 4096) }
    return probes.sorted()
  }

  /// Every frame that holds a table, with its 512 words.
  func tables() -> [(address: UInt64, words: [UInt64])] {
    let audit = TableAudit(table.table.view, samplingTables: .max)
    precondition(audit.violations.isEmpty, "an image's table is broken: \(audit.violations)")
    let memory = table.table.view.memory
    return audit.sampledTables.sorted().map { table in
      (table.rawValue, (0..<entriesPerNode).map { memory.slot(table, $0).loadRelaxed() })
    }
  }

  func keepAlive() { withExtendedLifetime(table.table) {} }
}

/// SplitMix64 (Steele, Lea, Flood 2014), so that a seed gives the same image everywhere.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
