public import Results

/// The order in which a run measures its cells.
///
/// Rounds of one process invocation per cell; every second round runs backwards (ABBA), so a drift of the machine that
/// grows with time weighs on first and last cells alike, and every cell of a round can be paired with every other.
public struct Plan: Hashable, Sendable {
  /// One process invocation.
  public struct Entry: Hashable, Sendable {
    public let cell: Cell
    /// Round: the pairing key of comparisons.
    public let block: Int
    /// Position in the whole run.
    public let order: Int
    /// Process index of this cell.
    public let invocation: Int
    /// More workers than usable CPUs: they take turns, and waiting workers cost time.
    public let isOversubscribed: Bool
  }

  public let suite: Suite
  public let cells: [Cell]
  public let entries: [Entry]
  /// What a reader of the results should know before the run starts.
  public let warnings: [String]
  /// 16 hexadecimal digits over the cells and their order; with the suite's hash it tells two plans apart.
  public let contentHash: String

  /// - Parameters:
  ///   - filters: `key=value` terms of the command line.
  ///   - usableCPUs: how many CPUs the process may run on.
  /// - Throws: ``CellFilter/Fault``, or ``PlanError/nothingToDo(suite:why:)``.
  public init(_ suite: Suite, filters: [String] = [], usableCPUs: Int) throws {
    let all = suite.matrix.cells(suite: suite.name)
    let included = all.filter { cell in !suite.excludes.contains { $0.matches(cell) } }
    guard !included.isEmpty else {
      throw PlanError.nothingToDo(suite: suite.name, why: "its [[exclude]] rows leave no cell")
    }
    let filter = try CellFilter(filters, of: included)
    let cells = included.filter(filter.matches)
    guard !cells.isEmpty else {
      throw PlanError.nothingToDo(
        suite: suite.name, why: "no cell matches \(filters.map { "--filter \($0)" }.joined(separator: " ")) together")
    }
    var warnings: [String] = []
    for exclude in suite.excludes where !all.contains(where: exclude.matches) {
      warnings.append("suite \(suite.name), line \(exclude.line): this [[exclude]] row matches no cell of the matrix")
    }
    let oversubscribed = Set(cells.map(\.threads).filter { $0 > usableCPUs }).sorted()
    if !oversubscribed.isEmpty {
      warnings.append(
        "threads \(oversubscribed.map(String.init).joined(separator: ", ")): more than the \(usableCPUs) usable "
          + "CPU\(usableCPUs == 1 ? "" : "s"); those rows carry the flag oversubscribed")
    }
    var entries: [Entry] = []
    for round in 0..<suite.invocations {
      for cell in round.isMultiple(of: 2) ? cells : cells.reversed() {
        entries.append(
          Entry(
            cell: cell, block: round, order: entries.count, invocation: round,
            isOversubscribed: cell.threads > usableCPUs))
      }
    }
    self.suite = suite
    self.cells = cells
    self.entries = entries
    self.warnings = warnings
    self.contentHash = ContentHash.hex(
      entries.map { "\(CaseID(of: $0.cell))/\($0.invocation)" }.joined(separator: "\n").utf8)
  }

  /// Asks for every cell whether it can be made, before anything is measured.
  ///
  /// - Parameter make: throws for a combination that does not exist.
  /// - Throws: ``PlanError/impossibleCells(_:)`` naming all of them.
  public func checkPossible(_ make: (Cell) throws -> Void) throws {
    var impossible: [PlanError.ImpossibleCell] = []
    for cell in cells {
      do { try make(cell) } catch {
        impossible.append(PlanError.ImpossibleCell(cell: cell, reason: "\(error)"))
      }
    }
    if !impossible.isEmpty { throw PlanError.impossibleCells(impossible) }
  }
}
