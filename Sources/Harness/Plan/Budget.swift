import Glibc
import Statistics

/// Fits a suite into a given time: how often each cell runs, and how long its windows are.
public struct Budget: Hashable, Sendable {
  /// Fewer invocations have no confidence interval.
  static let leastInvocations = 6
  /// More would be better spent on a second run at another time.
  static let mostInvocations = 40
  /// Shortest windows and fewest of them that still are windows.
  static let leastWindow = (milliseconds: 5, count: 3)

  public let duration: Duration
  /// Processes per cell that the time buys.
  public let invocations: Int
  /// Whether windows had to become shorter or fewer than the suite says.
  public let shortensWindows: Bool

  /// Chooses settings for all cells, the same number of invocations for each.
  ///
  /// Windows stay as they are while six invocations fit. Otherwise there are fewer of them, then shorter ones.
  ///
  /// - Throws: ``PlanError/budgetTooSmall(budget:least:)`` when not even one shortest invocation of each cell fits.
  static func fit(_ cells: [CellSettings], into duration: Duration) throws(PlanError) -> (Budget, [CellSettings]) {
    let fewer = cells.map { settings in
      var settings = settings
      settings.window.count = min(settings.window.count, leastWindow.count)
      return settings
    }
    for (candidates, shortens) in [(cells, false), (fewer, true)]
    where affordable(candidates, duration) >= leastInvocations {
      return result(candidates, duration, shortens: shortens)
    }
    // What is left for windows and warm-ups after starting the processes, relative to what they want.
    let overhead = fewer.reduce(Duration.zero) { $0 + $1.window.plannedInvocation - $1.window.total }
    let wanted = fewer.reduce(Duration.zero) { $0 + $1.window.total }
    let share = (duration / leastInvocations - overhead) / wanted
    let shorter = fewer.map { settings in
      var settings = settings
      let factor = max(0, min(1, share))
      func scaled(_ milliseconds: Int) -> Int { Int(Double(milliseconds) * factor) }
      settings.window.warmUpMilliseconds = scaled(settings.window.warmUpMilliseconds)
      settings.window.maxWarmUpMilliseconds = scaled(settings.window.maxWarmUpMilliseconds)
      settings.window.lengthMilliseconds = max(
        min(settings.window.lengthMilliseconds, leastWindow.milliseconds), scaled(settings.window.lengthMilliseconds))
      return settings
    }
    guard affordable(shorter, duration) >= 1 else {
      throw .budgetTooSmall(budget: duration, least: shorter.reduce(.zero) { $0 + $1.window.plannedInvocation })
    }
    return result(shorter, duration, shortens: true)
  }

  private static func affordable(_ cells: [CellSettings], _ duration: Duration) -> Int {
    Int(duration / cells.reduce(Duration.zero) { $0 + $1.window.plannedInvocation })
  }

  private static func result(
    _ cells: [CellSettings], _ duration: Duration, shortens: Bool
  ) -> (Budget, [CellSettings]) {
    var invocations = min(mostInvocations, affordable(cells, duration))
    // Complete ABBA pairs, where that costs no interval.
    if invocations > leastInvocations, !invocations.isMultiple(of: 2) { invocations -= 1 }
    let chosen = cells.map { CellSettings(window: $0.window, repetition: .fixed(invocations)) }
    return (Budget(duration: duration, invocations: invocations, shortensWindows: shortens), chosen)
  }

  /// The smallest change between two cells that a comparison finds four times in five, where processes of one cell
  /// spread by `spread` (both as fractions); nil for a single invocation.
  public func detectableEffect(spread: Double) -> Double? {
    DetectableEffect.independent(spread: log1p(spread), invocations, invocations).map { expm1($0) }
  }
}
