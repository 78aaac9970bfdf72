import Harness
import Reporting
import Results

/// A plan as text: what `run --list` and `run --dry-run` print.
struct PlanPreview {
  private let plan: Plan

  init(_ plan: Plan) { self.plan = plan }

  /// `case_id key=value …`, one line per cell in the order of a round.
  func list() -> String {
    plan.cells.map { "\(CaseID(of: $0)) \(CellLabel.full($0))\n" }.joined()
  }

  /// The cells with the number of their processes and the time each of them takes, and the whole run's time.
  func text() -> String {
    let suite = plan.suite
    let keys = plan.cells.reduce(into: [String]()) { keys, cell in
      for key in cell.identityKeys where !keys.contains(key) { keys.append(key) }
    }
    let varying = keys.filter { key in Set(plan.cells.map { $0.identity(key) }).count > 1 }
    let constant = keys.filter { !varying.contains($0) }
      .compactMap { key in plan.cells.first?.identity(key).map { "\(key)=\($0)" } }
    var table = TextTable(
      varying.map { TextTable.Column($0, isNumeric($0) ? .right : .left) } + [
        .init("processes", .right), .init("warm-up (ms)", .right), .init("windows (ms)", .right), .init("time", .right),
      ])
    for cell in plan.cells { table.append(varying.map { cell.identity($0) ?? "" } + columns(of: cell)) }
    return "question: \(suite.question)\n"
      + (constant.isEmpty ? "" : "same in every cell: \(constant.joined(separator: " "))\n")
      + "\n\(table.text())\n\(total)\n" + (plan.budget.map { "\(BudgetText.promise($0))\n" } ?? "")
  }

  private func columns(of cell: Cell) -> [String] {
    let settings = plan.settings(of: cell)
    let window = settings.window
    let warmUp =
      window.maxWarmUpMilliseconds > window.warmUpMilliseconds
      ? "\(window.warmUpMilliseconds) to \(window.maxWarmUpMilliseconds)" : String(window.warmUpMilliseconds)
    let (least, limit) = (settings.repetition.least, settings.repetition.limit)
    let processes = least == limit ? String(limit) : "\(least) to \(limit)"
    let times = [least, limit].map { DurationText.words(window.plannedInvocation * $0) }
    let time = least == limit ? times[1] : "\(times[0]) to \(times[1])"
    return [processes, warmUp, "\(window.count) x \(window.lengthMilliseconds)", time]
  }

  /// `48 cells, 336 processes in 7 rounds, about 60 s`.
  private var total: String {
    let (least, most) = plan.plannedDuration
    func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
    let cells = count(plan.cells.count, "cell")
    if least == most {
      return "\(cells), \(plan.entries.count) process\(plan.entries.count == 1 ? "" : "es") in "
        + "\(count(plan.rounds, "round")), about \(DurationText.words(most))"
    }
    return "\(cells), at most \(plan.entries.count) processes in \(count(plan.rounds, "round")), about "
      + "\(DurationText.words(least)) to \(DurationText.words(most)), depending on when each cell is precise enough"
  }

  private func isNumeric(_ key: String) -> Bool {
    plan.cells.allSatisfy { cell in cell.identity(key).map { Double($0) != nil } ?? true }
  }
}
