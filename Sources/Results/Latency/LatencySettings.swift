/// When the operations of a latency measurement start.
public enum LatencyMode: String, CaseIterable, Codable, Sendable {
  /// No operation is timed.
  case off
  /// Each worker starts an operation as soon as its last one has ended.
  case closed
  /// Each worker is to start an operation at fixed intervals, whether or not the last one has ended.
  case constant
  /// The same with exponentially distributed intervals: a Poisson process per worker.
  case poisson

  /// Whether there are intended starts.
  public var isOpen: Bool { self == .constant || self == .poisson }
}

/// What the parameters of a cell say about timing single operations.
public struct LatencySettings: Hashable, Sendable {
  public static let modeKey = "latency"
  public static let everyKey = "time-every"
  public static let intervalKey = "interval-ns"
  static let seedKey = "seed"

  /// Every so many-th operation of a closed loop is timed where the cell does not say: often enough for percentiles, and
  /// seldom enough to leave the contention nearly as it is. Prime, lest the same slots be timed in every pass.
  public static let closedLoopEvery = 17
  /// Longest mean interval between intended starts: a second.
  public static let longestInterval: UInt64 = 1_000_000_000

  public let mode: LatencyMode
  /// Every so many-th operation of a worker is timed.
  public let every: Int
  /// Mean time between intended starts of one worker; nil in a closed loop.
  public let intervalNanoseconds: UInt64?
  /// Seed of the intervals, before the worker's number is added.
  public let seed: UInt64

  /// Nil for a cell without latency.
  ///
  /// - Throws: ``LatencySettingsError`` for a key that is missing, does not belong to the mode, or has a bad value.
  public init?(_ parameters: [String: String]) throws(LatencySettingsError) {
    let text = parameters[Self.modeKey] ?? LatencyMode.off.rawValue
    guard let mode = LatencyMode(rawValue: text) else {
      let words = LatencyMode.allCases.map(\.rawValue).joined(separator: ", ")
      throw .badValue(key: Self.modeKey, value: text, wanted: "one of \(words)")
    }
    if mode == .off {
      for key in [Self.everyKey, Self.intervalKey] where parameters[key] != nil {
        throw .foreignKey(key: key, wanted: key == Self.everyKey ? "latency other than \"off\"" : Self.openModes)
      }
      return nil
    }
    self.mode = mode
    every =
      try Self.number(Self.everyKey, in: parameters, limit: UInt64(UInt32.max)).map { Int($0) }
      ?? (mode == .closed ? Self.closedLoopEvery : 1)
    seed = try Self.number(Self.seedKey, in: parameters, limit: .max) ?? 1
    intervalNanoseconds = try Self.number(Self.intervalKey, in: parameters, limit: Self.longestInterval)
    if mode.isOpen, intervalNanoseconds == nil { throw .missingInterval(mode: mode) }
    if !mode.isOpen, intervalNanoseconds != nil { throw .foreignKey(key: Self.intervalKey, wanted: Self.openModes) }
  }

  private static let openModes = "latency = \"constant\" or \"poisson\""

  private static func number(
    _ key: String, in parameters: [String: String], limit: UInt64
  ) throws(LatencySettingsError) -> UInt64? {
    guard let text = parameters[key] else { return nil }
    guard let value = UInt64(text), (1...limit).contains(value) else {
      throw .badValue(key: key, value: text, wanted: "an integer from 1 to \(limit)")
    }
    return value
  }
}

extension Cell {
  /// Whether single operations are to be timed.
  public var timesOperations: Bool {
    (parameters[LatencySettings.modeKey] ?? LatencyMode.off.rawValue) != LatencyMode.off.rawValue
  }
}

/// What is wrong with a cell's latency parameters.
public enum LatencySettingsError: Error, Hashable, Sendable, CustomStringConvertible {
  case badValue(key: String, value: String, wanted: String)
  /// An open loop without its rate.
  case missingInterval(mode: LatencyMode)
  /// A key that only means something with another mode.
  case foreignKey(key: String, wanted: String)

  public var description: String {
    switch self {
    case .badValue(let key, let value, let wanted): "parameter \(key) is '\(value)'; wanted \(wanted)"
    case .missingInterval(let mode):
      "latency = \"\(mode.rawValue)\" is an open loop: write \(LatencySettings.intervalKey), the mean time between "
        + "intended starts of one thread"
    case .foreignKey(let key, let wanted): "\(key) means something only with \(wanted)"
    }
  }
}
