import Glibc

/// A wall-clock instant in UTC with millisecond resolution, in the proleptic Gregorian calendar without leap seconds.
public struct UTCTimestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let millisecondsSinceEpoch: Int64

  public init(millisecondsSinceEpoch: Int64) { self.millisecondsSinceEpoch = millisecondsSinceEpoch }

  /// For times as git prints them with `%ct`.
  public init(secondsSinceEpoch: Int64) { self.init(millisecondsSinceEpoch: secondsSinceEpoch * 1000) }

  /// Reads CLOCK_REALTIME.
  public static func now() -> UTCTimestamp {
    var time = timespec()
    // SAFETY: the kernel writes one timespec into a local variable of that type.
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return UTCTimestamp(millisecondsSinceEpoch: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// `2026-03-01T12:34:56.789Z`.
  public var rfc3339: String {
    let (date, milliseconds) = split
    let (hour, minute, second) = (milliseconds / 3_600_000, milliseconds / 60_000 % 60, milliseconds / 1000 % 60)
    return "\(pad(date.year, 4))-\(pad(date.month, 2))-\(pad(date.day, 2))T\(pad(hour, 2)):\(pad(minute, 2)):"
      + "\(pad(second, 2)).\(pad(milliseconds % 1000, 3))Z"
  }

  /// `20260301T1234Z`, whose order as text is the order in time.
  public var compactMinutes: String {
    let (date, milliseconds) = split
    let (hour, minute) = (milliseconds / 3_600_000, milliseconds / 60_000 % 60)
    return "\(pad(date.year, 4))\(pad(date.month, 2))\(pad(date.day, 2))T\(pad(hour, 2))\(pad(minute, 2))Z"
  }

  public var description: String { rfc3339 }

  /// Reads `yyyy-mm-ddThh:mm:ss[.fff]Z` with one to three fraction digits; other zones and leap seconds are refused.
  public init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z") else { return nil }
    let marks: [(Int, UInt8)] = [
      (4, UInt8(ascii: "-")), (7, UInt8(ascii: "-")), (10, UInt8(ascii: "T")), (13, UInt8(ascii: ":")),
      (16, UInt8(ascii: ":")),
    ]
    guard marks.allSatisfy({ bytes[$0.0] == $0.1 }) else { return nil }
    func number(_ range: Range<Int>) -> Int64? {
      var value: Int64 = 0
      for byte in bytes[range] {
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        value = value * 10 + Int64(byte - UInt8(ascii: "0"))
      }
      return value
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
      hour < 24, minute < 60, second < 60
    else { return nil }
    var milliseconds: Int64 = 0
    if bytes.count > 20 {
      let digits = bytes.count - 21
      guard bytes[19] == UInt8(ascii: "."), (1...3).contains(digits), let part = number(20..<(20 + digits)) else {
        return nil
      }
      milliseconds = part * [100, 10, 1][digits - 1]
    }
    let days = Self.days(year: year, month: month, day: day)
    let date = Self.date(days: days)
    guard date.year == year, date.month == month, date.day == day else { return nil }
    self.init(
      millisecondsSinceEpoch: days * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1000 + milliseconds)
  }

  public static func < (left: UTCTimestamp, right: UTCTimestamp) -> Bool {
    left.millisecondsSinceEpoch < right.millisecondsSinceEpoch
  }

  private var split: (date: (year: Int64, month: Int64, day: Int64), millisecondsOfDay: Int64) {
    let days = Self.floorDivide(millisecondsSinceEpoch, 86_400_000)
    return (Self.date(days: days), millisecondsSinceEpoch - days * 86_400_000)
  }

  // Both directions count in years that start on 1 March, so the leap day is the last day of its year, and in eras of
  // 400 years = 146097 days. Day 0 of era 0 is 0000-03-01, which is 719468 days before 1970-01-01.

  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = floorDivide(shifted, 400)
    let yearOfEra = shifted - era * 400
    let monthFromMarch = (month + 9) % 12
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
  }

  private func pad(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
