/// How one cell is measured: what happens in a process, and how many processes there are.
public struct CellSettings: Hashable, Sendable {
  public var window: WindowSettings
  public var repetition: Repetition

  public init(window: WindowSettings, repetition: Repetition) {
    self.window = window
    self.repetition = repetition
  }
}

/// How many process invocations a cell gets: the statistical unit.
public enum Repetition: Hashable, Sendable {
  case fixed(Int)
  /// Until the relative half-width of the median's confidence interval is at most `target`, looked at on a fixed
  /// schedule and at most `limit` times; see ``PrecisionSchedule``.
  case precision(target: Double, limit: Int)

  /// The fewest invocations that a cell gets.
  public var least: Int {
    switch self {
    case .fixed(let count): count
    case .precision(_, let limit): PrecisionSchedule(limit: limit).looks.first ?? limit
    }
  }

  /// The most invocations that a cell can get.
  public var limit: Int {
    switch self {
    case .fixed(let count): count
    case .precision(_, let limit): limit
    }
  }
}

/// `[window]` and `[repetition]` as far as one place of a file sets them.
struct PartialSettings: Hashable, Sendable {
  var warmUp: Int?
  var maxWarmUp: Int?
  var length: Int?
  var count: Int?
  var maxDrift: Double?
  var maxVariation: Double?
  var timeout: Int?
  var invocations: Int?
  var precision: Double?
  var maxInvocations: Int?

  /// Key by key; a fixed number of invocations replaces a precision target and the other way round.
  func overridden(by other: PartialSettings) -> PartialSettings {
    var result = self
    result.warmUp = other.warmUp ?? warmUp
    result.maxWarmUp = other.maxWarmUp ?? maxWarmUp
    result.length = other.length ?? length
    result.count = other.count ?? count
    result.maxDrift = other.maxDrift ?? maxDrift
    result.maxVariation = other.maxVariation ?? maxVariation
    result.timeout = other.timeout ?? timeout
    result.precision = other.precision ?? (other.invocations == nil ? precision : nil)
    result.maxInvocations = other.maxInvocations ?? (other.invocations == nil ? maxInvocations : nil)
    result.invocations = other.invocations ?? (other.precision == nil ? invocations : nil)
    return result
  }

  /// With the defaults where nothing is set.
  var resolved: CellSettings {
    let warmUp = warmUp ?? WindowSettings.standard.warmUpMilliseconds
    let window = WindowSettings(
      warmUpMilliseconds: warmUp,
      // A cap below the warm-up itself, as when an override lengthens only the latter, means no extension.
      // Without a warm-up there is nothing to extend.
      maxWarmUpMilliseconds: warmUp == 0 ? 0 : max(warmUp, maxWarmUp ?? 3 * warmUp),
      lengthMilliseconds: length ?? WindowSettings.standard.lengthMilliseconds,
      count: count ?? WindowSettings.standard.count,
      steadiness: SteadyState(
        maxDrift: maxDrift ?? SteadyState.standard.maxDrift,
        maxVariation: maxVariation ?? SteadyState.standard.maxVariation),
      timeoutSeconds: timeout)
    let repetition: Repetition =
      if let precision {
        .precision(target: precision, limit: maxInvocations ?? PrecisionSchedule.standardLimit)
      } else {
        .fixed(invocations ?? 5)
      }
    return CellSettings(window: window, repetition: repetition)
  }
}
