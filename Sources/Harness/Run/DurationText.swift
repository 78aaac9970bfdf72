/// Times for people.
public enum DurationText {
  /// Whole seconds up to two minutes, then minutes, then hours and minutes; rounded up, for nobody minds being early.
  public static func words(_ duration: Duration) -> String {
    let seconds = Int(duration.inSeconds.rounded(.up))
    if seconds < 120 { return "\(max(0, seconds)) s" }
    let minutes = (seconds + 59) / 60
    if minutes < 120 { return "\(minutes) min" }
    return "\(minutes / 60) h \(minutes % 60) min"
  }

  /// Reads `90s`, `5m`, `1h` or `1h30m`: whole numbers, each unit at most once, larger ones first.
  ///
  /// - Returns: nil for anything else, for nothing, and for more than a thousand hours.
  public static func parse(_ text: String) -> Duration? {
    var rest = text[...]
    var seconds = 0
    for (unit, factor) in [("h", 3600), ("m", 60), ("s", 1)] {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard rest.dropFirst(digits.count).hasPrefix(unit) else { continue }
      guard digits.count <= 7, let number = Int(digits) else { return nil }
      seconds += number * factor
      rest = rest.dropFirst(digits.count + 1)
    }
    return rest.isEmpty && (1...3_600_000).contains(seconds) ? .seconds(seconds) : nil
  }
}
