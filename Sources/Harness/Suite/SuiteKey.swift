/// Words of a suite file, each spelled once.
enum SuiteKey {
  static let name = "name"
  static let question = "question"
  static let counters = "counters"
  static let countersAtOnce = "counters-at-once"
  static let statistic = "statistic"
  static let matrix = "matrix"
  static let exclude = "exclude"
  static let window = "window"
  static let repetition = "repetition"
  static let quick = "quick"

  static let root = [name, question, counters, countersAtOnce, statistic, matrix, exclude, window, repetition, quick]

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
  static let length = "length-ms"
  static let count = "count"
  static let windowKeys = [warmUp, length, count]

  static let invocations = "invocations"
  static let repetitionKeys = [invocations]

  static let quickKeys = [matrix, window, repetition, counters]
}
