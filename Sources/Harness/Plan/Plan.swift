public import Results

/// The order in which a run measures its cells.
///
/// Rounds of one process invocation per cell; every second round runs backwards (ABBA), so a drift of the machine that
/// grows with time weighs on first and last cells alike, and every cell of a round can be paired with every other. A
/// cell with fewer invocations than others is in the first rounds only.
public struct Plan: Hashable, Sendable {
  /// One process invocation.
  public struct Entry: Hashable, Sendable {
    public let cell: Cell
    /// Round: the pairing key of comparisons.
    public let block: Int
    /// Position in the whole plan; a run that ends cells early leaves gaps.
    public let order: Int
    /// Process index of this cell.
    public let invocation: Int
    public let window: WindowSettings
    /// More workers than usable CPUs: they take turns, and waiting workers cost time.
    public let isOversubscribed: Bool
  }

  public let suite: Suite
  public let cells: [Cell]
  public let entries: [Entry]
  /// How many rounds there are at most.
  public let rounds: Int
  /// What a reader of the results should know before the run starts.
  public let warnings: [String]
  /// 16 hexadecimal digits over cells, their order and settings; with the suite's hash it tells two plans apart.
  public let contentHash: String
  /// How the cells were fitted into a given time; nil when there is none.
  public let budget: Budget?
  private let settings: [Cell: CellSettings]

  /// - Parameters:
  ///   - filters: `key=value` terms: only such cells.
  ///   - excludes: `key=value` terms: no such cells.
  ///   - budget: wall time to be used instead of the suite's repetitions, with shorter windows if need be.
  ///   - invocations: processes per cell instead of the suite's repetitions.
  ///   - usableCPUs: how many CPUs the process may run on.
  /// - Throws: ``CellFilter/Fault``, ``PlanError/nothingToDo(suite:why:)`` or
  ///   ``PlanError/budgetTooSmall(budget:least:)``.
  public init(
    _ suite: Suite, filters: [String] = [], excludes: [String] = [], budget: Duration? = nil, invocations: Int? = nil,
    usableCPUs: Int
  ) throws {
    var warnings: [String] = []
    let included = suite.cells { warnings.append($0) }
    guard !included.isEmpty else {
      throw PlanError.nothingToDo(suite: suite.name, why: "its [[exclude]] rows leave no cell")
    }
    let filter = try CellFilter(.filter, filters, of: included)
    let exclusion = try CellFilter(.exclude, excludes, of: included)
    let cells = included.filter { filter.keeps($0) && exclusion.keeps($0) }
    guard !cells.isEmpty else {
      let terms = filters.map { "--filter \($0)" } + excludes.map { "--exclude \($0)" }
      throw PlanError.nothingToDo(
        suite: suite.name, why: "no cell is left by \(terms.joined(separator: " ")) together")
    }
    let oversubscribed = Set(cells.map(\.threads).filter { $0 > usableCPUs }).sorted()
    if !oversubscribed.isEmpty {
      warnings.append(
        "threads \(oversubscribed.map(String.init).joined(separator: ", ")): more than the \(usableCPUs) usable "
          + "CPU\(usableCPUs == 1 ? "" : "s"); those rows carry the flag oversubscribed")
    }
    var settings = cells.map { suite.settings(of: $0) }
    var fitted: Budget?
    if let budget { (fitted, settings) = try Budget.fit(settings, into: budget) }
    if let invocations {
      for index in settings.indices { settings[index].repetition = .fixed(invocations) }
    }
    self.init(
      suite, cells: cells, settings: Dictionary(uniqueKeysWithValues: zip(cells, settings)), budget: fitted,
      usableCPUs: usableCPUs, warnings: warnings)
  }

  /// - Parameter settings: has a value for every cell.
  private init(
    _ suite: Suite, cells: [Cell], settings: [Cell: CellSettings], budget: Budget?, usableCPUs: Int, warnings: [String]
  ) {
    let rounds = settings.values.map(\.repetition.limit).max() ?? 0
    var entries: [Entry] = []
    for round in 0..<rounds {
      for cell in round.isMultiple(of: 2) ? cells : cells.reversed() {
        guard let own = settings[cell], round < own.repetition.limit else { continue }
        entries.append(
          Entry(
            cell: cell, block: round, order: entries.count, invocation: round, window: own.window,
            isOversubscribed: cell.threads > usableCPUs))
      }
    }
    self.suite = suite
    self.cells = cells
    self.settings = settings
    self.budget = budget
    self.entries = entries
    self.rounds = rounds
    self.warnings = warnings
    contentHash = ContentHash.hex(
      (entries.map { "\(CaseID(of: $0.cell))/\($0.invocation)" } + cells.map { "\(settings[$0].map { "\($0)" } ?? "")" })
        .joined(separator: "\n").utf8)
  }

  /// How a cell of the plan is measured.
  public func settings(of cell: Cell) -> CellSettings { settings[cell] ?? suite.settings(of: cell) }

  /// Wall time of the run as far as it can be told before anything was measured: at least and at most. They differ when
  /// cells may end early.
  public var plannedDuration: (least: Duration, most: Duration) {
    var (least, most) = (Duration.zero, Duration.zero)
    for cell in cells {
      let settings = settings(of: cell)
      let one = settings.window.plannedInvocation
      most += one * settings.repetition.limit
      least += one * settings.repetition.least
    }
    return (least, most)
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
