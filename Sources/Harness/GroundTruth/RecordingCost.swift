import Results

/// What it costs to write results down: rows, `samples.csv`, journal and both of their flushes, between two processes, when
/// nothing is measured.
struct RecordingCost {
  private var recorded = Duration.zero
  private var measured = Duration.zero
  private var invocations = 0

  /// - Parameter windows: wall time of the invocation's windows.
  mutating func add(_ duration: Duration, windows: Duration) {
    recorded += duration
    measured += windows
    invocations += 1
  }

  /// Wall time of recording as a fraction of the windows' own; nil when nothing was measured.
  var share: Double? { measured > .zero ? recorded / measured : nil }

  func add(to record: inout EnvironmentRecord) {
    guard invocations > 0, let share else { return }
    record.set(
      HarnessOverhead.section, "recording_per_invocation", String((recorded / invocations).wholeNanoseconds), unit: "ns"
    )
    record.set(HarnessOverhead.section, "recording_share", String(share), unit: "1")
  }
}
