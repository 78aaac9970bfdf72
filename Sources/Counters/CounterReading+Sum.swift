public import Results

extension CounterReading {
  /// Adds the readings of all threads, counter by counter, in the order of the first thread.
  ///
  /// The sum of a counter has the worst status among the threads, and no value if any thread has none: a sum over the
  /// other threads would pass for the whole. Times are sums too, so for counters that were not on the hardware all the
  /// time, value times enabled over running is the usual estimate as long as threads have similar shares.
  public static func sum(of threads: [[CounterReading]]) -> [CounterReading] {
    var names: [String] = []
    for reading in threads.joined() where !names.contains(reading.name) { names.append(reading.name) }
    return names.map { name in sum(of: threads.map { $0.first { $0.name == name } }, name: name) }
  }

  /// One counter over all threads; nil for a thread that has no such counter.
  private static func sum(of readings: [CounterReading?], name: String) -> CounterReading {
    let present = readings.compactMap(\.self)
    let missing = readings.count - present.count
    let status = missing > 0 ? .error : present.map(\.status).max { $0.severity < $1.severity } ?? .error
    let value = status.isUsable ? total(present.map(\.value)) : nil
    // A note per cause, not one per thread.
    var notes = distinct(present.compactMap(\.note))
    if missing > 0 { notes.append("\(missing) of \(readings.count) threads have no such counter") }
    let sources = distinct(present.map(\.source))
    if sources.count > 1 { notes.append("threads differ in source: \(sources.joined(separator: ", "))") }
    if status.isUsable && value == nil { notes.append("a thread has no value, or the sum exceeds 64 bits") }
    let events = Set(present.map(\.event))
    return CounterReading(
      name: name, value: value, status: status.isUsable && value == nil ? .error : status,
      enabledNanoseconds: total(present.map(\.enabledNanoseconds)),
      runningNanoseconds: total(present.map(\.runningNanoseconds)), source: sources[0],
      event: events.count == 1 ? present[0].event : nil, note: notes.isEmpty ? nil : notes.joined(separator: "; "))
  }

  /// nil when a term is missing or the sum does not fit.
  private static func total(_ terms: [UInt64?]) -> UInt64? {
    var sum: UInt64 = 0
    for term in terms {
      guard let term, case (let raised, false) = sum.addingReportingOverflow(term) else { return nil }
      sum = raised
    }
    return sum
  }

  private static func distinct(_ texts: [String]) -> [String] {
    var seen: [String] = []
    for text in texts where !seen.contains(text) { seen.append(text) }
    return seen
  }
}

extension MeasurementStatus {
  /// How far a value with this status is from the best. A count without kernel mode is worse than an estimate: it is of
  /// something else.
  var severity: Int {
    switch self {
    case .ok: 0
    case .scaled: 1
    case .userOnly: 2
    case .notCounted: 3
    case .truncated: 4
    case .implausible: 5
    case .noSlot: 6
    case .noPermission: 7
    case .notSupported: 8
    case .unknownEvent: 9
    case .error: 10
    }
  }
}
