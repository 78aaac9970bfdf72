extension CounterReading {
  /// The `value` cell of this reading: nil unless the status is usable. Counts above 2⁵³ are rounded to the nearest
  /// representable value, a relative error below 2⁻⁵³.
  public var recordedValue: Double? { status.isUsable ? value.map { Double($0) } : nil }

  /// The `status` cell of this reading: `error` when a usable status came without a count.
  public var recordedStatus: MeasurementStatus { status.isUsable && value == nil ? .error : status }
}
