import Addressing
import Formats
import PageTables
import PagingTestSupport
import PhysicalMemory
import Testing

private let page: UInt64 = 4096
private let mega: UInt64 = 2 << 20
private let giga: UInt64 = 1 << 30

/// Random copies between two tables mean the same as between two dictionaries of pages, memory failing now and then.
@Suite struct CopyComparisonTests {
  @Test(arguments: everyConfiguration) func comparison(_ c: any Configuration.Type) throws { try compare(c) }

  private func compare<C: Configuration>(_: C.Type) throws {
    let seed = testSeed("copies \(C.Strategy.name) \(C.Format.name)")
    var comparison = try CopyComparison<C>(seed: seed)
    let failure = try comparison.run(steps: testSteps(300))
    #expect(failure == nil, "seed \(seed)")
  }
}

private struct CopyComparison<C: Configuration> {
  /// What one page maps to.
  private struct Page: Hashable {
    var frame: UInt64
    var properties: PageProperties
  }

  private let benches: [Bench<C>]
  /// By page number from `start`, for each table.
  private var models: [[UInt64: Page]] = [[:], [:]]
  /// The test owns each frame; leaves that map one are tracked.
  private let frames: [PhysicalAddress]
  private var generator: SeededGenerator
  private let comment: Comment

  /// Eight megabytes on both sides of a level-3 slot's border.
  private static var start: UInt64 { giga - 4 * mega }
  private static var pages: UInt64 { 8 * 512 }

  init(seed: UInt64) throws {
    let first = try Bench(C.self)
    benches = [first, try Bench(C.self, pool: first.table.pool)]
    frames = (0..<32).compactMap { _ in first.table.view.allocator.allocate(for: soleWorker) }
    generator = SeededGenerator(seed: seed)
    comment = "seed \(seed)"
  }

  private func address(_ page: UInt64) -> UInt64 { Self.start + page * 4096 }

  /// Returns the first difference.
  mutating func run(steps: Int) throws -> String? {
    defer { for bench in benches { keepAlive(bench.table) } }
    for step in 0..<steps {
      let failure: String?
      switch Int.random(in: 0..<10, using: &generator) {
      case 0..<4: failure = try map()
      case 4..<6: failure = try clear()
      default: failure = try copy()
      }
      if let failure { return "step \(step): \(failure)" }
      if step % 16 == 0 || step == steps - 1, let difference = try compareAll() {
        return "after step \(step): \(difference)"
      }
    }
    return nil
  }

  /// A few leaves of some size in one table.
  private mutating func map() throws -> String? {
    let table = Int.random(in: 0..<2, using: &generator)
    let level = generator.chance(30) ? 2 : 1
    let size = Level(level).slotBytes / page
    for _ in 0..<(level == 1 ? 40 : 1) {
      let first = UInt64.random(in: 0..<Self.pages, using: &generator) / size * size
      let isTracked = level == 1 && generator.chance(30)
      // Or there would hardly ever be room for one.
      if level == 2, let failure = try clear(table, first, size) { return failure }
      let frame =
        isTracked
        ? generator.pick(frames).rawValue : UInt64.random(in: 0..<1 << 20, using: &generator) * Level(level).slotBytes
      var properties: PageProperties = generator.pick([[.read], [.read, .write, .user], [], [.read, .write, .dirty]])
      if isTracked { properties.insert(.tracked) }
      var cursor = try benches[table].cursor(address(first), address(first + size), largestLeaf: level)
      let isFree = (first..<first + size).allSatisfy { models[table][$0] == nil }
      let outcome = cursor.map(PhysicalAddress(frame), properties, level: Level(level))
      if (outcome == .mapped) != isFree { return "map at page \(first) gave \(outcome)" }
      guard isFree else { continue }
      if isTracked { benches[0].table.view.memory.record(PhysicalAddress(frame)).references.retain() }
      for index in 0..<size {
        models[table][first + index] = Page(frame: frame + index * page, properties: properties)
      }
    }
    return nil
  }

  private mutating func clear() throws -> String? {
    let first = UInt64.random(in: 0..<Self.pages, using: &generator)
    let count = min(generator.pick([1, 3, 512, 3000]), Self.pages - first)
    return try clear(Int.random(in: 0..<2, using: &generator), first, count)
  }

  private mutating func clear(_ table: Int, _ first: UInt64, _ count: UInt64) throws -> String? {
    if count == 0 { return nil }
    let view = benches[table].table.view
    var cursor = try benches[table].cursor(address(first), address(first + count))
    let isComplete = cursor.takeAll(count * page) {
      if $0.properties.contains(.tracked) { view.release($0, by: soleWorker) }
    }
    for index in first..<first + count { models[table][index] = nil }
    return isComplete ? nil : "taking ran out of frames"
  }

  private mutating func copy() throws -> String? {
    let from = Int.random(in: 0..<2, using: &generator)
    let lengths: [UInt64] = [0, 1, 2, 16, 511, 512, 513, 1024, 1500]
    let count = generator.pick(lengths)
    // Aligned alike, one page off, or anywhere.
    let first = UInt64.random(in: 0...Self.pages - count, using: &generator) / generator.pick([1, 1, 512])
    let source = min(first * generator.pick([1, 512]), Self.pages - count - 1)
    let offset = generator.pick([0, 512, 1, UInt64.random(in: 0..<2048, using: &generator)] as [UInt64])
    let target = min(source + offset, Self.pages - count - 1)
    // An occupied destination is the rule: clear it, mostly.
    if generator.chance(80), let failure = try clear(1 - from, target, count) { return failure }
    let flips: PageProperties = generator.pick([.write, .write, [], .dirty, .user])
    let pool = benches[0].table.pool
    let mayFail = generator.chance(25)
    if mayFail { pool.failAllocations(after: Int.random(in: 0..<3, using: &generator)) }
    defer { pool.allowAllocations() }
    let starts = (benches[from].at(address(source)), benches[1 - from].at(address(target)))
    var shrunk: Set<UInt64> = []
    let base = benches[from].at(Self.start).rawValue
    let (outcome, ends) = try Cursor.withPair(
      from: benches[from].table.view, benches[from].range(address(0), address(Self.pages)),
      to: benches[1 - from].table.view, benches[1 - from].range(address(0), address(Self.pages)), by: soleWorker
    ) { source, destination in
      guard source.jump(to: starts.0), destination.jump(to: starts.1) else {
        preconditionFailure("no place to copy from or to")
      }
      let outcome = destination.copy(from: &source, count * page) {
        $0.subtract(flips)
      } shrunk: { leaf in
        let number = (leaf.virtual.rawValue - base) / page
        shrunk.formUnion(number..<number + leaf.byteCount / page)
      }
      return (outcome, (source.address, destination.address))
    }
    let isOccupied = (target..<target + count).contains { models[1 - from][$0] != nil }
    let expected: CopyOutcome = isOccupied ? .destinationOccupied : .copied
    if outcome != expected && !(mayFail && expected == .copied && outcome == .outOfFrames) {
      return "copy of \(count) pages from \(source) to \(target) gave \(outcome); expected \(expected)"
    }
    let moved = outcome == .copied ? count * page : 0
    if ends != (starts.0 &+ moved, starts.1 &+ moved) { return "\(outcome) left the cursors at \(ends)" }
    var expectedShrunk: Set<UInt64> = []
    if outcome == .copied {
      for index in 0..<count {
        guard var copied = models[from][source + index] else { continue }
        let old = copied.properties
        copied.properties.subtract(flips)
        models[from][source + index] = copied
        models[1 - from][target + index] = copied
        if (flips == .write && old.contains(.write)) || (flips == .user && old.contains([.user, .read])) {
          expectedShrunk.insert(source + index)
        }
      }
    }
    return shrunk == expectedShrunk ? nil : "\(shrunk.count) pages lost rights; expected \(expectedShrunk.count)"
  }

  /// Every page of both tables, their structure, and the references of all frames.
  private func compareAll() throws -> String? {
    var owners: [UInt64: Int] = [:]
    for (bench, model) in zip(benches, models) {
      for index in 0..<Self.pages {
        let leaf = bench.translate(address(index))
        let found = leaf.map {
          Page(frame: $0.physical(of: bench.at(address(index))).rawValue, properties: $0.properties)
        }
        if found != model[index] {
          return "page \(index) maps \(found as Any); expected \(model[index] as Any)"
        }
        if let found, found.properties.contains(.tracked) { owners[found.frame, default: 1] += 1 }
      }
    }
    for frame in frames {
      let count = benches[0].table.view.memory.record(frame).references.count
      if count != owners[frame.rawValue] ?? 1 {
        return "frame \(frame) has \(count) owners; expected \(owners[frame.rawValue] ?? 1)"
      }
    }
    let tables = benches.map { TableAudit($0.table.view) }
    return tables.flatMap(\.violations).first
  }
}
