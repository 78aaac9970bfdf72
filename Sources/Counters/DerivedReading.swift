public import Results

/// One derived metric over one window.
public struct DerivedReading: Hashable, Sendable {
  public let metric: CounterPlan.Metric
  /// nil unless the status is usable.
  public let value: Double?
  /// The worst among the counters it is made of.
  public let status: MeasurementStatus
  /// Why there is no value, or less of one.
  public let note: String?

  /// Evaluates a metric. Counts that were on the hardware for a part of the time are scaled up first.
  ///
  /// - Parameters:
  ///   - readings: of the counters, over all threads.
  ///   - operations: completed in the window.
  public init(_ metric: CounterPlan.Metric, of readings: [CounterReading], operations: UInt64) {
    self.metric = metric
    guard let formula = metric.formula else {
      (value, status, note) = (nil, .notSupported, "its group has no formula for this processor")
      return
    }
    var values: [String: Double] = [CounterFormula.operations: Double(operations)]
    var status = MeasurementStatus.ok
    var notes: [String] = []
    for name in formula.counters {
      guard let reading = readings.first(where: { $0.name == name }) else {
        (self.value, self.status, self.note) = (nil, .error, "\(name) was not measured")
        return
      }
      values[name] = reading.scaledValue
      if reading.recordedStatus.severity > status.severity { status = reading.recordedStatus }
      if !reading.status.isUsable || reading.scaledValue == nil {
        notes.append("\(name): \(reading.note ?? reading.recordedStatus.rawValue)")
      }
    }
    guard status.isUsable, formula.operands.allSatisfy({ values[$0] != nil }) else {
      // Every operand without a value has a status that says so; `not_counted` stands for one that never ran.
      (self.value, self.status, self.note) = (
        nil, status.isUsable ? .notCounted : status, notes.joined(separator: "; ")
      )
      return
    }
    guard let value = formula.value({ values[$0] ?? 0 }) else {
      (self.value, self.status, self.note) = (nil, .notCounted, "a divisor is 0 in this window")
      return
    }
    (self.value, self.status, self.note) = (value, status, nil)
  }
}

extension CounterReading {
  /// The count scaled up to the whole window; nil when there is none or when it was never on the hardware.
  public var scaledValue: Double? {
    guard let value = recordedValue else { return nil }
    guard let enabled = enabledNanoseconds, let running = runningNanoseconds, enabled != running else { return value }
    return running > 0 ? value * Double(enabled) / Double(running) : nil
  }
}
