/// Numbers as results files spell them: POSIX decimal, shortest form that reads back to the same value.
public enum DecimalText {
  /// Integral values up to 2⁵³ have no fraction (`1456`, not `1456.0`), everything else is Swift's `description`.
  ///
  /// - Returns: nil for infinities and NaN, which a results file never holds.
  public static func format(_ value: Double) -> String? {
    guard value.isFinite else { return nil }
    if value.magnitude <= 9_007_199_254_740_992, let whole = Int64(exactly: value) { return String(whole) }
    return value.description
  }

  /// Reads a plain or exponent decimal. Refuses what Swift's own parser also takes: `nan`, `inf`, hexadecimal.
  public static func parse(_ text: String) -> Double? {
    let isDecimal = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): true
      case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): true
      default: false
      }
    }
    guard isDecimal, let value = Double(text), value.isFinite else { return nil }
    return value
  }
}
