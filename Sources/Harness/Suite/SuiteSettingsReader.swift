/// Reads `[window]` and `[repetition]`, of a suite, of an `[[override]]` row or below `[quick]`.
enum SuiteSettingsReader {
  static func settings(of table: SuiteTable) -> PartialSettings {
    var settings = PartialSettings()
    if let window = table.subtable(SuiteKey.window) { read(window, into: &settings) }
    if let repetition = table.subtable(SuiteKey.repetition) { readRepetition(repetition, into: &settings) }
    return settings
  }

  private static func read(_ window: SuiteTable, into settings: inout PartialSettings) {
    window.checkKeys(SuiteKey.windowKeys)
    settings.warmUp = window.integer(SuiteKey.warmUp, atLeast: 0)
    settings.maxWarmUp = window.integer(SuiteKey.maxWarmUp, atLeast: 0)
    settings.length = window.integer(SuiteKey.length, atLeast: 1)
    settings.count = window.integer(SuiteKey.count, atLeast: 1)
    settings.maxDrift = window.fraction(SuiteKey.maxDrift)
    settings.maxVariation = window.fraction(SuiteKey.maxVariation)
    settings.timeout = window.integer(SuiteKey.timeout, atLeast: 1)
    if let warmUp = settings.warmUp, let limit = settings.maxWarmUp, limit < warmUp {
      window.fault(
        atValue: SuiteKey.maxWarmUp, "\(SuiteKey.maxWarmUp) is \(limit), less than the \(SuiteKey.warmUp) of \(warmUp)",
        "write at least \(warmUp)")
    }
  }

  private static func readRepetition(_ repetition: SuiteTable, into settings: inout PartialSettings) {
    repetition.checkKeys(SuiteKey.repetitionKeys)
    settings.invocations = repetition.integer(SuiteKey.invocations, atLeast: 1)
    settings.precision = repetition.fraction(SuiteKey.precision)
    settings.maxInvocations = repetition.integer(SuiteKey.maxInvocations, atLeast: PrecisionSchedule.firstLook)
    guard repetition.has(SuiteKey.invocations) else { return }
    for key in [SuiteKey.precision, SuiteKey.maxInvocations] where repetition.has(key) {
      repetition.fault(
        atKey: key, "\(repetition.title) sets both \(SuiteKey.invocations) and \(key)",
        "write \(SuiteKey.invocations) for a fixed number of processes, or \(SuiteKey.precision) and "
          + "\(SuiteKey.maxInvocations) for as many as a precision takes")
      return
    }
  }
}
