import Results

/// The rows of `samples.csv` that tell of one scope's latencies in one window.
///
/// | metric | meaning |
/// |---|---|
/// | `lat_p50` `lat_p90` `lat_p99` `lat_p99.9` `lat_max` | of the response in an open loop, of the service in a closed one |
/// | `svc_p50` … `svc_max` | of the service, in an open loop |
/// | `der.co_gap_p99` | `lat_p99` less `svc_p99`: what coordinated omission would have hidden; in an open loop |
/// | `lat_count` | operations that were timed |
/// | `longest_wait` | the longest of all operations, where a workload has several |
/// | `clock_cost` | what one reading of the clock took; already subtracted; the largest of the scope's workers |
/// | `clock_step` | what the clock advances by at least; the largest of the scope's workers |
///
/// A workload whose operation has several parts has each of the first four with the part's name behind it: `lat_p99.map`.
struct LatencyRows {
  /// One row, but for what all rows of a scope have in common.
  struct Row: Hashable {
    let metric: String
    let value: Double?
    let unit: String
    let better: MetricDirection
    let status: MeasurementStatus
    let source: MeasurementSource
    let note: String

    init(
      _ metric: String, _ value: Double?, unit: String = "ns", better: MetricDirection = .lower,
      source: MeasurementSource = .hdr, note: String = ""
    ) {
      self.metric = metric
      self.value = value
      self.unit = unit
      self.better = better
      self.source = source
      self.note = note
      status = value == nil ? .notCounted : .ok
    }
  }

  let rows: [Row]

  /// - Parameter workers: those of the scope; without latencies there are no rows.
  init(_ workers: [WorkerResult]) {
    let latencies = workers.compactMap(\.latency)
    guard let first = latencies.first else {
      rows = []
      return
    }
    func sum(_ operation: String, _ kind: LatencyHistogram.Kind) -> LatencyHistogram? {
      LatencyHistogram.sum(latencies.flatMap(\.histograms).filter { $0.operation == operation && $0.kind == kind })
    }
    let operations = first.histograms.filter { $0.kind == .service }.map(\.operation)
    var rows: [Row] = []
    for operation in operations {
      let suffix = operations.count > 1 ? ".\(operation)" : ""
      guard let service = sum(operation, .service) else { continue }
      let response = sum(operation, .response)
      rows += Self.distribution(response ?? service, MetricName.latencyPrefix, suffix)
      if let response {
        rows += Self.distribution(service, MetricName.servicePrefix, suffix)
        rows.append(Self.gap(response, service, suffix))
      }
      rows.append(
        Row(MetricName.latencyCount + suffix, Double(service.total), unit: "1", better: .none))
    }
    let histograms = latencies.flatMap(\.histograms)
    let kind: LatencyHistogram.Kind = histograms.contains { $0.kind == .response } ? .response : .service
    let longest = histograms.filter { $0.kind == kind }.compactMap(\.longest).max()
    rows.append(Self.longest(MetricName.longestWait, longest))
    rows.append(
      Row(MetricName.clockCost, latencies.map(\.clockCostNanoseconds).max(), better: .none, source: .clock))
    rows.append(
      Row(MetricName.clockStep, latencies.map(\.clockStepNanoseconds).max(), better: .none, source: .clock))
    self.rows = rows
  }

  private static func distribution(_ histogram: LatencyHistogram, _ prefix: String, _ suffix: String) -> [Row] {
    MetricName.percentiles.map { name, thousandths in
      switch histogram.percentile(thousandths: thousandths) {
      case .value(let value): Row("\(prefix)_\(name)\(suffix)", Double(value))
      case let absent: Row("\(prefix)_\(name)\(suffix)", nil, note: note(absent))
      }
    } + [longest("\(prefix)_max\(suffix)", histogram.longest)]
  }

  private static func longest(_ metric: String, _ value: UInt64?) -> Row {
    Row(metric, value.map { Double($0) }, note: value == nil ? "no operation was timed in the window" : "")
  }

  /// How much longer the 99th percentile is when waiting for the start counts.
  private static func gap(_ response: LatencyHistogram, _ service: LatencyHistogram, _ suffix: String) -> Row {
    let metric = "\(MetricName.omissionGap)\(suffix)"
    switch (response.percentile(thousandths: 990), service.percentile(thousandths: 990)) {
    case (.value(let whole), .value(let own)):
      return Row(metric, Double(whole) - Double(own), source: .derived)
    case (.value, let absent), (let absent, _):
      return Row(metric, nil, source: .derived, note: note(absent))
    }
  }

  private static func note(_ percentile: LatencyHistogram.Percentile) -> String {
    switch percentile {
    case .value: ""
    case .tooFew(_, 0): "no operation was timed in the window"
    case .tooFew(let beyond, let total):
      "only \(beyond) of \(total) timed operations lie beyond it, and \(LatencyHistogram.leastBeyond) are needed; "
        + "time more operations or use longer windows"
    case .overRange(let dropped): "it lies among the \(dropped) latencies above the histogram's range"
    }
  }
}
