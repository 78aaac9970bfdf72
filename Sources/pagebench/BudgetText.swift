import Harness
import Reporting
import Results
import Statistics

/// What a run in a given time can find, before it and after it.
enum BudgetText {
  private static let spreads = [0.005, 0.01, 0.02, 0.05]

  /// How often each cell runs, and which change that finds for some spreads: the real one is not known yet.
  static func promise(_ budget: Budget) -> String {
    let processes = "\(budget.invocations) process\(budget.invocations == 1 ? "" : "es") per cell"
    let windows = budget.shortensWindows ? " with fewer or shorter windows than the suite's" : ""
    let effects = spreads.compactMap { spread in
      budget.detectableEffect(spread: spread).map {
        "\(percent($0)) if processes spread by \(NumberText.percent(spread))"
      }
    }
    let first = "\(DurationText.words(budget.duration)) buy \(processes)\(windows)"
    guard !effects.isEmpty else { return "\(first): one process tells nothing about the spread" }
    let interval = budget.invocations < 6 ? "; a confidence interval would need 6" : ""
    return "\(first), which find a change of \(effects.joined(separator: ", "))\(interval)"
  }

  /// The same with the spreads that were measured; nil when no cell has two values.
  static func result(_ samples: [Sample]) -> String? {
    let effects = RunSummary(samples).cases.compactMap { item -> (effect: Double, cell: Cell)? in
      let values = item.measurements.invocationMedians
      guard let effect = DetectableEffect.ofOneCase(values) else { return nil }
      return (effect, item.cell)
    }
    guard let median = OrderStatistics.median(effects.map(\.effect)),
      let largest = effects.max(by: { $0.effect < $1.effect })
    else { return nil }
    return
      "with the spread that was measured, the smallest change that would be found is \(percent(median)) in half of the "
      + "cells and at most \(percent(largest.effect)) (\(CellLabel.full(largest.cell)))"
  }

  private static func percent(_ fraction: Double) -> String { "\(NumberText.significant(100 * fraction, digits: 2)) %" }
}
