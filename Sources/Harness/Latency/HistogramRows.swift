import Results

/// Makes the rows of `hist.csv` for one invocation: those of each worker, for a scope's histogram is the sum of its workers'.
struct HistogramRows {
  let runID: RunID
  let entry: Plan.Entry

  /// Empty for a cell without latency.
  func rows(_ report: TrialReport) -> [HistogramRow] {
    let settings = (try? LatencySettings(entry.cell.parameters)) ?? nil
    guard let settings else { return [] }
    let caseID = CaseID(of: entry.cell)
    return report.windows.flatMap { window in
      window.workers.enumerated().flatMap { index, worker in
        (worker.latency?.histograms ?? []).flatMap { histogram in
          let isSaturated = worker.isSaturated(settings)
          func row(_ bounds: ClosedRange<UInt64>?, _ count: UInt64) -> HistogramRow {
            HistogramRow(
              runID: runID.description, caseID: caseID, invocation: entry.invocation, window: window.window,
              scope: .thread(index), operation: histogram.operation, isOpen: settings.mode.isOpen, kind: histogram.kind,
              expectedInterval: settings.intervalNanoseconds, bounds: bounds, count: count, dropped: histogram.dropped,
              isSaturated: isSaturated)
          }
          let buckets = histogram.buckets.map { row($0.low...$0.high, $0.count) }
          return buckets.isEmpty && histogram.dropped > 0 ? [row(nil, 0)] : buckets
        }
      }
    }
  }
}

extension WorkerResult {
  /// Whether the worker was so far behind its schedule when the window ended that a longer window would have shown longer
  /// responses: more than a hundredth of its time, and more than ten intervals.
  func isSaturated(_ settings: LatencySettings) -> Bool {
    guard let interval = settings.intervalNanoseconds, let behind = latency?.behindNanoseconds else { return false }
    return behind > activeNanoseconds / 100 && behind > 10 * interval
  }
}
