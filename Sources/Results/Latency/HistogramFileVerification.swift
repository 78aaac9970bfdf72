/// Verification of one `hist.csv`, by itself and against the samples beside it.
struct HistogramFileVerification {
  /// One scope in one window of one process.
  struct Place: Hashable {
    let runID: String
    let caseID: CaseID
    let variant: String
    let invocation: Int
    let window: Int
    let scope: SampleScope
  }

  private struct HistogramKey: Hashable {
    let place: Place
    let operation: String
    let kind: LatencyHistogram.Kind
  }

  private struct Histogram {
    let line: Int
    var sum: UInt64
    var lastHigh: UInt64?
    let dropped: UInt64
  }

  let path: String
  let environment: EnvironmentRecord?
  /// Rows of `samples.csv` that count timed operations, by metric; see ``MetricName/latencyCount``.
  let counts: [Place: [String: UInt64]]
  /// Invocations of which `samples.csv` has rows.
  let invocations: Set<Invocation>
  private(set) var rowCount = 0
  private(set) var findings: [VerificationFinding] = []

  /// One process.
  struct Invocation: Hashable {
    let runID: String
    let caseID: CaseID
    let variant: String
    let number: Int
  }

  init(
    path: String, environment: EnvironmentRecord?, counts: [Place: [String: UInt64]], invocations: Set<Invocation>
  ) {
    self.path = path
    self.environment = environment
    self.counts = counts
    self.invocations = invocations
  }

  /// - Throws: the error after which nothing more can be read.
  mutating func run() throws(ResultsFileError) {
    let file = try HistogramFile.read(path: path)
    rowCount = file.rows.count
    var histograms: [HistogramKey: Histogram] = [:]
    for (row, line) in zip(file.rows, file.lines) { check(row, line, &histograms) }
    for (key, histogram) in histograms.sorted(by: { $0.value.line < $1.value.line }) { check(key, histogram) }
    checkThatNoneIsMissing(histograms)
    if let tail = file.tornTail {
      add(
        tail.line, kind: .torn, "the last record is incomplete: \(tail.tornByteCount) bytes without a line end",
        remedy: "resume the run with --resume, which cuts it off and measures the rest")
    }
  }

  private mutating func check(_ row: HistogramRow, _ line: Int, _ histograms: inout [HistogramKey: Histogram]) {
    if !row.scope.isKnown { add(line, kind: .value, "`\(row.scope)` is no scope") }
    if row.isOpen != (row.expectedInterval != nil) {
      add(line, kind: .value, "an open loop has an expected interval, and a closed one has none")
    }
    if let environment, environment.runID != row.runID {
      add(
        line, kind: .environment, "the row is of run `\(row.runID)`, its env.csv of `\(environment.runID)`",
        remedy: "restore the env.csv of this run")
    }
    let place = Place(
      runID: row.runID, caseID: row.caseID, variant: row.variant, invocation: row.invocation, window: row.window,
      scope: row.scope)
    let key = HistogramKey(place: place, operation: row.operation, kind: row.kind)
    var histogram =
      histograms[key] ?? Histogram(line: line, sum: 0, lastHigh: nil, dropped: row.dropped)
    if histogram.dropped != row.dropped {
      add(line, kind: .value, "dropped is \(row.dropped) here and \(histogram.dropped) on line \(histogram.line)")
    }
    if let bounds = row.bounds {
      if let last = histogram.lastHigh, bounds.lowerBound <= last {
        add(line, kind: .duplicate, "the bucket from \(bounds.lowerBound) ns overlaps one before it")
      }
      histogram.lastHigh = bounds.upperBound
    }
    let (sum, overflows) = histogram.sum.addingReportingOverflow(row.count)
    histogram.sum = overflows ? .max : sum
    histograms[key] = histogram
  }

  /// The latencies of a histogram are as many as operations were timed.
  private mutating func check(_ key: HistogramKey, _ histogram: Histogram) {
    let place = key.place
    let total = histogram.sum.addingReportingOverflow(histogram.dropped).partialValue
    guard let metrics = counts[place] else {
      if invocations.contains(
        Invocation(
          runID: place.runID, caseID: place.caseID, variant: place.variant, number: place.invocation))
      {
        add(histogram.line, kind: .value, "samples.csv does not say how many operations \(place.scope) timed")
      } else {
        add(
          histogram.line, kind: .unfinished, "samples.csv has no rows of invocation \(place.invocation) of this case",
          remedy: "resume the run with --resume, which measures it again")
      }
      return
    }
    let expected = metrics["\(MetricName.latencyCount).\(key.operation)"] ?? metrics[MetricName.latencyCount]
    if expected != total {
      add(
        histogram.line, kind: .value,
        "the \(key.kind.rawValue) histogram of \(key.operation) holds \(total) latencies, and samples.csv says "
          + "\(expected.map { String($0) } ?? "nothing")")
    }
  }

  private mutating func checkThatNoneIsMissing(_ histograms: [HistogramKey: Histogram]) {
    let present = Set(histograms.keys.map(\.place))
    let missing = counts.filter { place, metrics in metrics.values.contains { $0 > 0 } && !present.contains(place) }
    if !missing.isEmpty {
      add(nil, kind: .value, "\(missing.count) windows of threads that timed operations have no histogram here")
    }
  }

  private mutating func add(
    _ line: Int?, kind: VerificationFinding.Kind, _ what: String,
    remedy: String = "restore the file from the original, or measure the case again"
  ) {
    findings.append(
      VerificationFinding(kind: kind, path: path, line: line, column: nil, what: what, remedy: remedy))
  }
}
