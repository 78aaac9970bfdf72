internal import Results

/// What the page tables of a run take, in a few lines under its table: per mapped GiB where a workload leaves memory mapped.
enum MemoryNotes {
  /// One line for workloads that take the same; none if nothing was mapped at the end of any window.
  static func make(_ samples: [Sample]) -> [String] {
    let cases = RunSummary(samples, metric: MetricName.memoryPerGiB).cases
    var workloads: [Figures: [String]] = [:]
    for (key, group) in Dictionary(grouping: cases, by: { $0.cell.workload }) {
      let values = group.compactMap(\.measurements.median)
      guard let low = values.min(), let high = values.max() else { continue }
      workloads[Figures(low: text(low), high: text(high)), default: []].append(key)
    }
    return workloads.sorted { ($0.value.min() ?? "") < ($1.value.min() ?? "") }.map { figures, names in
      let range = figures.low == figures.high ? figures.low : "\(figures.low) to \(figures.high)"
      return "tables and their metadata take \(range) per mapped GiB (\(names.sorted().joined(separator: ", ")))"
    }
  }

  private struct Figures: Hashable {
    let low: String
    let high: String
  }

  private static func text(_ bytes: Double) -> String { NumberText.quantity(bytes, unit: "By") }
}
