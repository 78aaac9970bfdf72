/// The `params` column: `k=v;k=v`, keys sorted by their bytes, `%`, `;`, `=` and control bytes written as `%XX`.
///
/// One set of parameters has exactly one text, so the text can be hashed and compared.
public enum ParameterText {
  public static func encode(_ parameters: [String: String]) -> String {
    parameters.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map { "\(escape($0.key))=\(escape($0.value))" }
      .joined(separator: ";")
  }

  /// Reads the text back; the order of the keys does not matter.
  ///
  /// - Returns: nil when a pair has no `=`, a key is empty or repeated, or an escape is malformed.
  public static func decode(_ text: String) -> [String: String]? {
    if text.isEmpty { return [:] }
    var parameters: [String: String] = [:]
    for pair in text.split(separator: ";", omittingEmptySubsequences: false) {
      let parts = pair.split(separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 2, let key = unescape(parts[0]), let value = unescape(parts[1]), !key.isEmpty else {
        return nil
      }
      guard parameters.updateValue(value, forKey: key) == nil else { return nil }
    }
    return parameters
  }

  private static func escape(_ text: String) -> String {
    var result: [UInt8] = []
    for byte in text.utf8 {
      let isSpecial = byte == UInt8(ascii: "%") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "=")
      if isSpecial || byte < 0x20 || byte == 0x7F {
        result += "%\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))".utf8
      } else {
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func unescape(_ text: Substring) -> String? {
    var result: [UInt8] = []
    var bytes = text.utf8.makeIterator()
    while let byte = bytes.next() {
      if byte != UInt8(ascii: "%") {
        result.append(byte)
        continue
      }
      guard let high = bytes.next().flatMap(hexDigit), let low = bytes.next().flatMap(hexDigit) else { return nil }
      result.append(high << 4 | low)
    }
    return String(validating: result, as: UTF8.self)
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
