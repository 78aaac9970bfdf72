public import Addressing
public import Formats

/// Draws the next step from where a cursor stands.
///
/// Addresses are biased to the borders of slots, nodes and root slots in both halves; half of the cursors are used many times
/// over, at odd places, where most known cursor bugs show. Everything that depends on the format is worked out beforehand, so
/// that a step costs a few draws.
@usableFromInline
struct OracleStepGenerator {
  private var generator: SeededGenerator
  private let halves: [VirtualRange]
  private let anchors: [UInt64]
  private let lengths: [UInt64]
  private let physicalAddressBits: UInt64
  private let highestLeafLevel: Int
  /// Property sets that the format supports, by level from 0 on.
  private let palettes: [[PageProperties]]
  private var callsLeft = 0
  /// Steps that are to come next, the last one first.
  private var planned: [OracleStep] = []
  private var cursorsToCheck = 0

  private static let flips: [PageProperties] = [[], .write, .execute, .user, [.accessed, .dirty], .global]

  /// Changes that every format can make to every leaf.
  private static let changes: [PropertyChange] = [
    PropertyChange(remove: [.write, .dirtyTracking]), PropertyChange(insert: [.accessed, .dirty]),
    PropertyChange(remove: [.accessed, .dirty]), PropertyChange(toggle: .accessed), PropertyChange(insert: .global),
    PropertyChange(),
  ]

  @usableFromInline
  init<F: EntryFormat>(_: F.Type, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    halves = [F.userRange, F.kernelRange].filter { $0.byteCount > 0 }
    // First slots of nodes, the last slot of a node, and the same at the ends of the halves.
    let slots = (2...F.levels).map { Level($0).slotBytes }
    let steps = slots + slots.dropFirst().map { $0 - $0 / 512 } + [0]
    anchors = halves.flatMap { half in
      steps.flatMap { [half.start.rawValue &+ $0, (half.end.rawValue &+ frameBytes) &- $0] }
    }
    lengths = [0, 1, 1, 2, 511, 512, 513, 1 << 18, (1 << 18) + 1, .max].map {
      $0 == .max ? $0 : $0 * frameBytes
    }
    physicalAddressBits = UInt64(F.physicalAddressBits)
    highestLeafLevel = F.highestLeafLevel
    palettes = (0...F.highestLeafLevel).map { level in
      level == 0 ? [] : (0..<64).map { _ in Self.properties(F.self, at: Level(level), &generator) }
    }
    self.generator = generator
  }

  /// Where the cursor stands, as far as the draw depends on it.
  @usableFromInline
  struct Situation {
    let isOpen: Bool
    let range: VirtualRange
    let position: UInt64
    let largest: Level
    let leafCount: Int

    @usableFromInline
    init(isOpen: Bool, range: VirtualRange, position: UInt64, largest: Level, leafCount: Int) {
      self.isOpen = isOpen
      self.range = range
      self.position = position
      self.largest = largest
      self.leafCount = leafCount
    }
  }

  @usableFromInline
  mutating func next(_ now: Situation) -> OracleStep {
    if callsLeft == 0 && planned.isEmpty || !now.isOpen {
      cursorsToCheck -= 1
      if cursorsToCheck <= 0 && now.isOpen {
        cursorsToCheck = 24
        return .check
      }
      callsLeft = generator.chance(50) ? 1 : 2 + Int(generator.below(12))
      // Splitting a 1 GiB leaf down leaves a thousand pieces behind: empty the tree now and then.
      if now.leafCount > 1500 {
        callsLeft = 1
        return .open(generator.pick(halves), largestLeaf: .one)
      }
      // Huge sizes in 30 %.
      let largest = generator.chance(30) ? Level(1 + Int(generator.below(highestLeafLevel))) : .one
      return .open(range(), largestLeaf: largest)
    }
    if let step = planned.popLast() { return step }
    callsLeft -= 1
    if now.largest > .one && generator.chance(8) && plan(now) { return planned.removeLast() }
    if now.leafCount > 1500 { return .takeAll(now.range.end.rawValue - now.position) }
    return call(now)
  }

  private mutating func call(_ now: Situation) -> OracleStep {
    let rest = now.range.end.rawValue - now.position
    switch generator.below(100) {
    case 0..<22:
      let level = level(now, rest)
      return .map(frame(level), generator.pick(palettes[level.rawValue]), level)
    case 22..<27:
      let level = level(now, rest)
      return .replace(frame(level), generator.pick(palettes[level.rawValue]), level)
    case 27..<34:
      let pages = length(upTo: min(rest, 1024 * frameBytes)) / frameBytes
      // At times in step with the address, so that whole tables can be merged.
      let inStep = generator.chance(30) ? now.position & (Level(2).slotBytes - 1) : 0
      let unit = inStep == 0 && generator.chance(50) ? frameBytes : Level(2).slotBytes
      let frame = PhysicalAddress(generator.below((1 << 42) / unit) * unit + inStep)
      return .mapRun(frame, generator.pick(palettes[1]), pages: pages)
    case 34..<39: return region(now, rest)
    case 39..<50: return .take(length(upTo: rest))
    case 50..<54: return .takeAll(length(upTo: rest))
    case 54..<58: return .takeFragment(length(upTo: rest))
    case 58..<63: return .protect(length(upTo: rest), generator.pick(Self.flips))
    case 63..<66: return .protectAll(length(upTo: rest), generator.pick(Self.flips))
    case 66..<68: return .change(length(upTo: rest), generator.pick(Self.changes))
    case 68..<70: return .changeAll(length(upTo: rest), generator.pick(Self.changes))
    case 70..<72: return .merge(Level(2 + Int(generator.below(max(now.largest.rawValue - 1, 1)))))
    case 72..<75: return .find(length(upTo: rest))
    case 75..<84: return .query
    case 84..<88: return .item
    default: return .jump(target(now))
    }
  }

  /// A table that can be merged, or nearly so: a run of pages, or a huge leaf that was split. False where none fits.
  private mutating func plan(_ now: Situation) -> Bool {
    let level = Level(2 + Int(generator.below(now.largest.rawValue - 1)))
    let slot = level.slotRange(of: VirtualAddress(now.position))
    guard slot.start >= now.range.start, slot.end <= now.range.end, slot.byteCount == level.slotBytes else {
      return false
    }
    func anywhere() -> OracleStep { .jump(slot.start &+ generator.below(slot.byteCount / frameBytes) * frameBytes) }
    // Properties that only small pages can have make a table that cannot be merged.
    let properties = generator.pick(palettes[generator.chance(90) ? level.rawValue : 1])
    var steps: [OracleStep] = [.jump(slot.start), .takeAll(slot.byteCount), .jump(slot.start)]
    if level == Level(2) && generator.chance(50) {
      let frame = PhysicalAddress(generator.below(1 << 20) * (generator.chance(90) ? level.slotBytes : frameBytes))
      steps.append(.mapRun(frame, properties, pages: 512))
    } else if palettes[level.rawValue].contains(properties) {
      steps += [.map(frame(level), properties, level), anywhere(), .protect(frameBytes, [])]
    }
    // Now and then something in it differs.
    if generator.chance(30) { steps += [anywhere(), .protect(frameBytes, generator.pick(Self.flips))] }
    steps.append(anywhere())
    steps += (2...level.rawValue).map { .merge(Level($0)) }
    planned = steps.reversed()
    return true
  }

  private mutating func level(_ now: Situation, _ rest: UInt64) -> Level {
    var level = generator.chance(50) ? now.largest : .one
    while level > .one && (now.position % level.slotBytes != 0 || level.slotBytes > rest) { level = level.below }
    return level
  }

  /// A region of at most a thousand leaves or so, its physical address in step with the virtual one for 4K, 2M, or more.
  private mutating func region(_ now: OracleStepGenerator.Situation, _ rest: UInt64) -> OracleStep {
    let largest = generator.chance(50) ? now.largest : .one
    let level = Level(1 + Int(generator.below(largest.rawValue)))
    let congruent = now.position & (level.slotBytes - 1)
    let slots = (UInt64(1) << (physicalAddressBits - 2)) / level.slotBytes
    let bytes = length(upTo: min(rest, largest == .one ? 600 * frameBytes : 3 * largest.slotBytes))
    // In step for less than the largest page, a long region would have a million leaves.
    let bound = level == largest ? bytes : min(bytes, 600 * level.slotBytes)
    return .mapRegion(
      PhysicalAddress(generator.below(slots) * level.slotBytes + congruent),
      generator.pick(palettes[largest.rawValue]), bound, largest: largest)
  }

  // MARK: Parameters

  private mutating func range() -> VirtualRange {
    // Room for a leaf of 512 GiB where the format has one.
    let large: UInt64 = highestLeafLevel > 3 ? 1 << 27 : 1 << 19
    while true {
      let unit: UInt64 = generator.chance(70) ? frameBytes : 2 << 20
      let start = generator.pick(anchors) &+ (generator.below(8) &- 3) &* unit
      let pages = generator.pick([1, 1, 2, 3, 511, 512, 513, 1024, 1 << 18, (1 << 18) + 1, large] as [UInt64])
      let range = VirtualRange(start: VirtualAddress(start), byteCount: pages * frameBytes)
      if range.start >= range.end { continue }
      for half in halves where half.start <= range.start && range.end <= half.end { return range }
    }
  }

  private mutating func length(upTo limit: UInt64) -> UInt64 { min(generator.pick(lengths), limit) }

  private mutating func frame(_ level: Level) -> PhysicalAddress {
    let slots = (UInt64(1) << physicalAddressBits) / level.slotBytes
    return switch generator.below(3) {
    case 0: PhysicalAddress(0)
    case 1: PhysicalAddress((slots - 1) * level.slotBytes)
    default: PhysicalAddress(generator.below(slots) * level.slotBytes)
    }
  }

  /// Anywhere, or a page beside the border of a slot; at times outside the range.
  private mutating func target(_ now: Situation) -> VirtualAddress {
    let choice = generator.below(10)
    if choice == 0 { return now.range.end }
    if choice == 1 { return now.range.start &+ (0 &- frameBytes) }
    let pages = now.range.byteCount / frameBytes
    let anywhere = now.range.start.rawValue + generator.below(pages) * frameBytes
    if choice < 6 { return VirtualAddress(anywhere) }
    let level = Level(2 + Int(generator.below(3)))
    let border = level.slotStart(of: anywhere) &+ (generator.below(3) &- 1) &* frameBytes
    return VirtualAddress(border)
  }

  private static var rights: [PageProperties] {
    [[], .read, [.read, .write], [.read, .execute], .execute, .write, [.read, .write, .execute, .user]]
  }

  /// Rights that the format has, decorated with whatever else it can say at the level. `contiguous` is left out: runs are
  /// their owner's to keep alike.
  private static func properties<F: EntryFormat>(
    _: F.Type, at level: Level, _ generator: inout SeededGenerator
  ) -> PageProperties {
    var properties = generator.pick(rights)
    while !F.supports(properties, at: level) { properties = generator.pick(rights) }
    while generator.chance(40) {
      var decorated = properties
      switch generator.below(10) {
      case 0, 1: decorated.formUnion([.global, .accessed])
      case 2: decorated.insert(.dirty)
      case 3: decorated.insert(.dirtyTracking)
      case 4: decorated.insert(.executeElsewhere)
      case 5: decorated.insert(.ownLevelOnly)
      case 6: decorated.shareability = generator.pick(PageProperties.Shareability.allCases)
      case 7: decorated.protectionKey = UInt8(generator.below(16))
      case 8: decorated.memoryIndex = UInt8(generator.below(8))
      // Not the lowest bit: a tracked leaf owns frames, and these lead outside the arena.
      default: decorated.software = UInt16(generator.below(generator.pick([4, 8, 1024]))) & ~1
      }
      if F.supports(decorated, at: level) { properties = decorated }
    }
    return properties
  }
}
