public import PageTables
public import PhysicalMemory

/// Random calls on cursors over a table, compared with an oracle, and the shortest list of calls that shows a difference.
///
/// Many short runs instead of a long one, each on a fresh table, because tables stay once they are made, and only a fresh tree
/// shows what missing ones do. They share a pool, so that a frame that a run leaks is found when its table has gone.
public struct OracleComparison<C: Configuration> {
  @usableFromInline let makePool: () throws -> FramePool<C.Execution>
  /// A sentence, the seed, and a test to paste.
  public internal(set) var report: String?
  /// The test to paste.
  public internal(set) var code = ""
  /// The shortest list of steps that fails.
  public internal(set) var shortest: [OracleStep] = []

  @inlinable
  public init(makePool: @escaping () throws -> FramePool<C.Execution>) {
    self.makePool = makePool
  }

  @inlinable
  public mutating func run(seed: UInt64, steps: Int) throws {
    let pool = try makePool()
    var draws = OracleStepGenerator(C.Format.self, seed: seed)
    var lengths = SeededGenerator(seed: seed)
    var left = steps
    var list: [OracleStep] = []
    while left > 0 {
      list.removeAll(keepingCapacity: true)
      let length = min(lengths.pick([60, 400, 1600]), left)
      if let difference = try record(length, pool, &draws, &list) { return try explain(list, difference, seed) }
      let leaked = pool.framesInUse - pool.tablesInGrace
      if leaked != 0 { return reportLeak(seed, leaked) }
      left -= length
    }
  }

  /// Performs the steps on a fresh table; if they fail, cuts them down.
  public mutating func run(_ steps: [OracleStep]) throws {
    if let difference = try replay(steps, makePool()).difference { try explain(steps, difference, nil) }
  }

  /// One run: draws steps, performs them, and writes them down.
  @inlinable
  func record(
    _ count: Int, _ pool: FramePool<C.Execution>, _ draws: inout OracleStepGenerator, _ list: inout [OracleStep]
  ) throws -> OracleDifference? {
    var executor = OracleExecutor(try makeTable(C.self, in: pool))
    for _ in 0..<count {
      let step = draws.next(executor.situation)
      list.append(step)
      _ = executor.perform(step)
      if let difference = executor.difference { return difference }
    }
    list.append(.check)
    _ = executor.perform(.check)
    return executor.difference
  }

  /// Performs the steps on a fresh table.
  @inlinable
  func replay(
    _ steps: [OracleStep], _ pool: FramePool<C.Execution>
  ) throws -> (difference: OracleDifference?, performed: [OracleStep]) {
    var executor = OracleExecutor(try makeTable(C.self, in: pool))
    var performed: [OracleStep] = []
    for step in steps {
      if executor.perform(step) { performed.append(step) }
      if let difference = executor.difference { return (difference, performed) }
    }
    return (nil, performed)
  }

  @usableFromInline
  mutating func reportLeak(_ seed: UInt64, _ frames: Int) {
    report = "seed \(seed): \(frames) frames are in use after the table has gone"
  }

  @usableFromInline
  mutating func explain(_ list: [OracleStep], _ difference: OracleDifference, _ seed: UInt64?) throws {
    let makePool = makePool
    let replay = { [self] in try self.replay($0, $1) }
    let origin = seed.map { "seed \($0), " } ?? ""
    var pool = try makePool()
    let shrinker = try OracleShrinker(list) {
      // What is wrong may leak.
      if pool.framesInUse > 1000 { pool = try makePool() }
      return try replay($0, pool)
    }
    guard var shrinker else {
      shortest = list
      report = "\(origin)\(difference.message); not again with the same \(list.count) steps on a fresh pool"
      return
    }
    try shrinker.shrink()
    shortest = shrinker.steps
    code = OracleTestWriter.test(shrinker.steps, shrinker.difference, "\(C.self)")
    report = """
      \(origin)\(list.count) steps, shrunk to \(shrinker.steps.count) by \(shrinker.attempts) replays: \
      \(shrinker.difference.message)
      \(code)
      """
  }
}
