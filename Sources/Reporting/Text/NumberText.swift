import Glibc
import Results

/// Numbers for people: few digits, fixed notation, POSIX decimal point. Files get ``DecimalText`` of Results instead.
public enum NumberText {
  /// Fixed notation with `digits` significant digits; integer digits are never dropped (`12346`, not `12300`).
  public static func significant(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return value.description }
    if value == 0 { return "0" }
    var decimals = max(0, digits - 1 - Int(log10(value.magnitude).rounded(.down)))
    // Rounding can carry into one more integer digit: 9.996 is 10.0, not 10.00.
    if decimals > 0, (value.magnitude * pow(10, Double(decimals))).rounded() >= pow(10, Double(digits)) {
      decimals -= 1
    }
    return fixed(value, decimals: decimals)
  }

  /// Fixed notation with exactly `decimals` fraction digits, ties rounded away from zero.
  public static func fixed(_ value: Double, decimals: Int) -> String {
    let scaled = (value.magnitude * pow(10, Double(decimals))).rounded()
    // Beyond this a UInt64 cannot hold the digits, and nobody reads them.
    guard scaled < 1e18 else { return value.description }
    var digits = String(UInt64(scaled))
    if decimals > 0 {
      digits = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -decimals))
    }
    return value < 0 && scaled > 0 ? "-\(digits)" : digits
  }

  /// A quantity with three significant digits and a prefix that keeps it below 1000: `81.2 Mop/s`, `1.23 µs`,
  /// `4.00 MiB`. Units without a customary prefix are printed as they are.
  public static func quantity(_ value: Double, unit: String) -> String {
    switch unit {
    case "op/s": scaled(value, step: 1000, units: ["op/s", "kop/s", "Mop/s", "Gop/s", "Top/s"])
    case "ns": scaled(value, step: 1000, units: ["ns", "µs", "ms", "s"])
    case "ns/op": scaled(value, step: 1000, units: ["ns/op", "µs/op", "ms/op", "s/op"])
    case "By": scaled(value, step: 1024, units: ["B", "KiB", "MiB", "GiB", "TiB"])
    case "1", "": significant(value)
    default: "\(significant(value)) \(unit)"
    }
  }

  /// A probability with four decimals, or a bound when that would show as zero.
  public static func probability(_ value: Double) -> String {
    value < 0.0001 ? "<0.0001" : fixed(value, decimals: 4)
  }

  /// A round fraction as a percentage without needless zeros: `2 %`, `99.9 %`.
  public static func percent(_ fraction: Double) -> String {
    let rounded = (fraction * 100_000).rounded() / 1000
    return "\(DecimalText.format(rounded) ?? rounded.description) %"
  }

  private static func scaled(_ value: Double, step: Double, units: [String]) -> String {
    var (rest, index) = (value, 0)
    // 999.6 would print as 1000: it belongs to the next unit already.
    while rest.magnitude >= step - 0.5, index + 1 < units.count {
      rest /= step
      index += 1
    }
    return "\(significant(rest)) \(units[index])"
  }
}
