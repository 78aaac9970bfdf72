internal import Addressing

/// Cuts a failing list of steps down to one in which no step can be left out and none made simpler.
public struct OracleShrinker {
  /// What the steps lead to on a fresh table: the first difference and which steps had anything to do.
  public typealias Replay = (_ steps: [OracleStep]) throws -> (difference: OracleDifference?, performed: [OracleStep])

  private let replay: Replay
  /// Replays after which the list is short enough.
  private static var attemptLimit: Int { 5000 }

  /// Replays so far.
  public private(set) var attempts = 0
  /// The shortest failing list so far, and how it fails.
  public private(set) var steps: [OracleStep]
  public private(set) var difference: OracleDifference

  /// Nil if the steps do not fail when they are replayed.
  public init?(_ steps: [OracleStep], replay: @escaping Replay) throws {
    self.replay = replay
    let result = try replay(steps)
    guard let difference = result.difference else { return nil }
    self.steps = result.performed
    self.difference = difference
  }

  public mutating func shrink() throws {
    var before: [OracleStep] = []
    while steps != before {
      before = steps
      try cutOff()
      try deleteChunks()
      try openWhereJumpsLead()
      try moveDown()
      try simplify()
      _ = try attempt(Array(steps.dropLast() + [.check]))
    }
  }

  /// Finds where the table went wrong, which may be long before a step showed it.
  private mutating func cutOff() throws {
    var (right, wrong) = (0, steps.count)
    while right + 1 < wrong {
      let middle = (right + wrong) / 2
      if try attempt(Array(steps.prefix(middle)) + [.check]) {
        wrong = min(middle, steps.count)
      } else {
        right = middle
      }
    }
  }

  /// Delta debugging (Zeller and Hildebrandt 2002): leaves out halves, quarters and so on, down to single steps.
  private mutating func deleteChunks() throws {
    var chunk = max(steps.count / 2, 1)
    while true {
      var start = 0
      var isShorter = false
      while start < steps.count {
        let end = min(start + chunk, steps.count)
        if try attempt(Array(steps[..<start] + steps[end...])) { isShorter = true } else { start = end }
      }
      if chunk == 1 && !isShorter { return }
      if !isShorter || chunk > steps.count { chunk = max(min(chunk, steps.count) / 2, 1) }
    }
  }

  /// A cursor that jumps at once can be opened there.
  private mutating func openWhereJumpsLead() throws {
    for index in steps.indices.dropLast() where index + 1 < steps.count {
      guard case .open(let range, let largest) = steps[index], case .jump(let target) = steps[index + 1],
        range.contains(target)
      else { continue }
      var changed = steps
      changed[index...(index + 1)] = [.open(VirtualRange(target, range.end), largestLeaf: largest)]
      _ = try attempt(changed)
    }
  }

  /// Moves everything towards address 0 by as much as keeps it aligned as it is.
  private mutating func moveDown() throws {
    guard case .open(let range, _) = steps.first else { return }
    for level in 1...6 {
      let offset = level == 6 ? range.start.rawValue : Level(6 - level).slotStart(of: range.start.rawValue)
      if offset != 0, try attempt(steps.map { $0.moved(down: offset) }) { return }
    }
  }

  private mutating func simplify() throws {
    var index = 0
    while index < steps.count {
      let alternatives = steps[index].simpler
      var isSimpler = false
      for alternative in alternatives where index < steps.count {
        var changed = steps
        changed[index] = alternative
        isSimpler = try attempt(changed)
        if isSimpler { break }
      }
      if !isSimpler { index += 1 }
    }
  }

  /// Keeps the list if it still fails, in whatever way.
  private mutating func attempt(_ candidate: [OracleStep]) throws -> Bool {
    guard attempts < Self.attemptLimit else { return false }
    attempts += 1
    let result = try replay(candidate)
    guard let difference = result.difference else { return false }
    // Steps behind the difference and those that did nothing go with it.
    steps = result.performed
    self.difference = difference
    return true
  }
}
