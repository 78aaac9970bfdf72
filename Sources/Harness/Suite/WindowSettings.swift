/// What one process does: how long it warms up, and what it measures then.
public struct WindowSettings: Hashable, Codable, Sendable {
  /// 100 ms of warm-up and five windows of 200 ms, where a suite is silent.
  static let standard = WindowSettings(warmUpMilliseconds: 100, lengthMilliseconds: 200, count: 5)

  /// Wall time before the first window, its results thrown away; 0 for none.
  public var warmUpMilliseconds: Int
  /// How long the warm-up may become while the work has not settled; at least `warmUpMilliseconds`.
  public var maxWarmUpMilliseconds: Int
  public var lengthMilliseconds: Int
  /// Windows per process.
  public var count: Int
  /// When the work counts as settled.
  public var steadiness: SteadyState
  /// Wall time after which a process counts as hung; nil for the default of ``timeLimit``.
  public var timeoutSeconds: Int?

  /// - Parameter maxWarmUpMilliseconds: nil for three times the warm-up.
  public init(
    warmUpMilliseconds: Int, maxWarmUpMilliseconds: Int? = nil, lengthMilliseconds: Int, count: Int,
    steadiness: SteadyState = .standard, timeoutSeconds: Int? = nil
  ) {
    self.warmUpMilliseconds = warmUpMilliseconds
    self.maxWarmUpMilliseconds = maxWarmUpMilliseconds ?? 3 * warmUpMilliseconds
    self.lengthMilliseconds = lengthMilliseconds
    self.count = count
    self.steadiness = steadiness
    self.timeoutSeconds = timeoutSeconds
  }

  /// Wall time of warm-up and windows together.
  public var total: Duration { .milliseconds(warmUpMilliseconds + lengthMilliseconds * count) }

  /// Wall time one invocation is expected to take before any has been measured: its windows, and starting a process,
  /// populating and checking the table.
  public var plannedInvocation: Duration { total + .milliseconds(80) }

  /// Wall time after which an invocation has hung: its windows with the longest warm-up five times over, and ten seconds
  /// for machines under load.
  public var timeLimit: Duration {
    if let timeoutSeconds { return .seconds(timeoutSeconds) }
    return .seconds(10) + (plannedInvocation + .milliseconds(maxWarmUpMilliseconds - warmUpMilliseconds)) * 5
  }
}
