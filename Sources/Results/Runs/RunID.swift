/// Name of one harness run: a ULID, that is 48 bits of Unix milliseconds and 80 random bits as 26 characters of
/// Crockford's base 32. Their order as text is the order in time, to the millisecond.
public struct RunID: Hashable, Comparable, Sendable, CustomStringConvertible {
  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

  public let description: String

  /// A new identifier for the current time.
  public static func generate() -> RunID {
    var generator = SystemRandomNumberGenerator()
    return RunID(at: .now(), using: &generator)
  }

  /// - Parameter time: between 1970 and the year 10889, where 48 bits end; outside, only the low 48 bits count.
  public init(at time: UTCTimestamp, using generator: inout some RandomNumberGenerator) {
    let milliseconds = UInt64(bitPattern: time.millisecondsSinceEpoch) & 0xFFFF_FFFF_FFFF
    var characters: [UInt8] = []
    for shift in stride(from: 45, through: 0, by: -5) {
      characters.append(Self.alphabet[Int(milliseconds >> UInt64(shift) & 31)])
    }
    for _ in 0..<16 { characters.append(Self.alphabet[Int.random(in: 0..<32, using: &generator)]) }
    description = String(decoding: characters, as: UTF8.self)
  }

  /// Reads the canonical upper-case form.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    // 26 characters hold 130 bits, so the first may only carry 3.
    guard bytes.count == 26, bytes[0] <= UInt8(ascii: "7"), bytes.allSatisfy(Self.alphabet.contains) else { return nil }
    description = text
  }

  /// When the run was named.
  public var time: UTCTimestamp {
    var milliseconds: Int64 = 0
    for byte in description.utf8.prefix(10) {
      milliseconds = milliseconds << 5 | Int64(Self.alphabet.firstIndex(of: byte) ?? 0)
    }
    return UTCTimestamp(millisecondsSinceEpoch: milliseconds)
  }

  public static func < (left: RunID, right: RunID) -> Bool { left.description < right.description }
}
