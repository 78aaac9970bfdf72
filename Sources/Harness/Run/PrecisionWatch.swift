import Results
import Statistics

/// Follows the cells that run to a precision target, and decides at the looks of their schedules which are done.
struct PrecisionWatch {
  private struct Target {
    let cell: Cell
    let halfWidth: Double
    let schedule: PrecisionSchedule
    /// Median over the windows of each invocation that yielded any, by invocation.
    var values: [Int: Double] = [:]
    var isDone = false

    /// - Parameter count: only invocations before this one.
    func relativeHalfWidth(before count: Int = .max) -> Double? {
      schedule.relativeHalfWidth(values.filter { $0.key < count }.map(\.value))
    }
  }

  private var targets: [CaseID: Target] = [:]
  private var lookedAt: Set<Int>

  /// - Parameter looks: decisions of the same run from before it was cut off; they stand.
  init(_ plan: Plan, looks: [Journal.Look] = []) {
    lookedAt = Set(looks.map(\.look))
    for cell in plan.cells {
      guard case .precision(let halfWidth, let limit) = plan.settings(of: cell).repetition else { continue }
      targets[CaseID(of: cell)] = Target(cell: cell, halfWidth: halfWidth, schedule: PrecisionSchedule(limit: limit))
    }
    for text in looks.flatMap(\.done) {
      if let id = targets.keys.first(where: { $0.description == text }) { targets[id]?.isDone = true }
    }
  }

  /// Takes the rows of ended invocations, of one or of several.
  mutating func add(_ samples: [Sample]) {
    let wanted = samples.filter { $0.metric == MetricName.timePerOperation && $0.scope == .all && $0.window >= 0 }
    let invocations = Dictionary(grouping: wanted) { Invocation(caseID: $0.caseID, number: $0.invocation) }
    for (invocation, rows) in invocations where targets[invocation.caseID] != nil {
      let values = rows.filter { !$0.flags.contains(.failed) }.compactMap(\.usableValue)
      if let median = OrderStatistics.median(values) {
        targets[invocation.caseID]?.values[invocation.number] = median
      }
    }
  }

  private struct Invocation: Hashable {
    let caseID: CaseID
    let number: Int
  }

  /// Judges the cells whose schedule has a look after `count` invocations.
  ///
  /// - Returns: nil when there is nothing to look at, or this look was taken before.
  mutating func look(after count: Int) -> Journal.Look? {
    let due = targets.filter { !$0.value.isDone && $0.value.schedule.looks.contains(count) }
    guard !due.isEmpty, lookedAt.insert(count).inserted else { return nil }
    var done: [String] = []
    for (id, target) in due {
      guard let width = target.relativeHalfWidth(before: count), width <= target.halfWidth else { continue }
      targets[id]?.isDone = true
      done.append(id.description)
    }
    return Journal.Look(look: count, done: done.sorted())
  }

  /// Whether the cell needs no more invocations.
  func isDone(_ cell: Cell) -> Bool { targets.isEmpty ? false : targets[CaseID(of: cell)]?.isDone ?? false }

  /// How the run ended for the cells with a target; nil when there are none.
  var outcome: PrecisionOutcome? {
    guard !targets.isEmpty else { return nil }
    let cells = targets.values.map { target in
      PrecisionOutcome.Cell(
        cell: target.cell, target: target.halfWidth, invocations: target.values.count,
        halfWidth: target.relativeHalfWidth())
    }
    return PrecisionOutcome(cells: cells.sorted { CellLabel.full($0.cell) < CellLabel.full($1.cell) })
  }
}
