/// Words of a suite file, each spelled once.
enum SuiteKey {
  static let name = "name"
  static let question = "question"
  static let counters = "counters"
  static let countersAtOnce = "counters-at-once"
  static let statistic = "statistic"
  static let matrix = "matrix"
  static let include = "include"
  static let exclude = "exclude"
  static let override = "override"
  static let window = "window"
  static let repetition = "repetition"
  static let quick = "quick"

  static let root = [
    name, question, counters, countersAtOnce, statistic, matrix, include, exclude, override, window, repetition, quick,
  ]

  static let workload = "workload"
  static let strategy = "strategy"
  static let lock = "lock"
  static let format = "format"
  static let threads = "threads"
  static let placement = "placement"
  static let memoryPolicy = "mempolicy"

  /// Matrix keys that are not workload parameters.
  static let axes = [workload, strategy, lock, format, threads, placement, memoryPolicy]

  static let warmUp = "warmup-ms"
  static let maxWarmUp = "max-warmup-ms"
  static let length = "length-ms"
  static let count = "count"
  static let maxDrift = "max-drift"
  static let maxVariation = "max-cv"
  static let timeout = "timeout-s"
  static let windowKeys = [warmUp, maxWarmUp, length, count, maxDrift, maxVariation, timeout]

  static let invocations = "invocations"
  static let precision = "precision"
  static let maxInvocations = "max-invocations"
  static let repetitionKeys = [invocations, precision, maxInvocations]

  /// What an override may change, beside the keys that choose its cells.
  static let overrideTables = [window, repetition]

  static let quickKeys = [matrix, window, repetition, counters]
}
