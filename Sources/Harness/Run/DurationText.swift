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
}
