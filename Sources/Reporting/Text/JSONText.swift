import Results

/// A JSON value that keeps the order of its keys, so that output can be compared as text.
public indirect enum JSONText: Sendable {
  case null
  case bool(Bool)
  /// Infinities and NaN, which JSON cannot hold, are written as null.
  case number(Double)
  case string(String)
  case array([JSONText])
  case object([(key: String, value: JSONText)])

  static func optional(_ value: Double?) -> JSONText { value.map(JSONText.number) ?? .null }
  static func optional(_ value: String?) -> JSONText { value.map(JSONText.string) ?? .null }

  /// RFC 8259 text, two blanks per level, ended by a newline.
  public func text() -> String {
    var result = ""
    write(to: &result, indent: "")
    return result + "\n"
  }

  private func write(to result: inout String, indent: String) {
    let inner = indent + "  "
    switch self {
    case .null: result += "null"
    case .bool(let value): result += value ? "true" : "false"
    case .number(let value): result += DecimalText.format(value) ?? "null"
    case .string(let value): Self.write(value, to: &result)
    case .array(let values):
      if values.isEmpty {
        result += "[]"
        return
      }
      for (index, value) in values.enumerated() {
        result += index == 0 ? "[\n" : ",\n"
        result += inner
        value.write(to: &result, indent: inner)
      }
      result += "\n\(indent)]"
    case .object(let members):
      if members.isEmpty {
        result += "{}"
        return
      }
      for (index, member) in members.enumerated() {
        result += index == 0 ? "{\n" : ",\n"
        result += inner
        Self.write(member.key, to: &result)
        result += ": "
        member.value.write(to: &result, indent: inner)
      }
      result += "\n\(indent)}"
    }
  }

  private static func write(_ string: String, to result: inout String) {
    result += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if scalar.value < 0x20 {
          let digits = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    result += "\""
  }
}
