import Counters
import Results

/// What one ended invocation adds to the run's files.
struct InvocationRecord {
  let samples: [Sample]
  /// Empty when operations were not timed.
  let histograms: [HistogramRow]
  let line: Journal.Line
  let warnings: [String]
  /// What went wrong, nil for a good invocation.
  let failure: String?
  /// What else is known about that, for a file of its own; empty for nothing.
  let details: String
  /// Wall time that making this took.
  let makingTime: Duration

  init(
    _ outcome: TrialProcess.Outcome, entry: Plan.Entry, counters: CounterPlan = .none, runID: RunID,
    started: UTCTimestamp
  ) {
    let begin = ContinuousClock.now
    let rows = SampleRows(runID: runID, entry: entry, counters: counters)
    let status: Journal.Line.Status
    switch outcome {
    case .measured(let report):
      details = ""
      samples = rows.rows(report)
      histograms = HistogramRows(runID: runID, entry: entry).rows(report)
      warnings = report.warnings
      if let window = report.windows.first(where: { !$0.violations.isEmpty }), let first = window.violations.first {
        status = .failed
        failure = "the check after window \(window.window) failed: \(first)"
      } else {
        status = .ok
        failure = nil
      }
    case .failed(let why):
      samples = [rows.errorRow(note: why.reason, started: started)]
      histograms = []
      warnings = []
      status = .error
      failure = why.reason
      details = why.details
    }
    line = Journal.Line(
      caseID: CaseID(of: entry.cell).description, invocation: entry.invocation, order: entry.order, status: status,
      note: failure.map(SampleRows.oneLine))
    makingTime = .now - begin
  }
}
