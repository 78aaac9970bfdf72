/// What a number counts: a product of powers of nanoseconds, bytes and operations. Events and percentages are plain
/// numbers.
///
/// Checks formulas: a sum of nanoseconds and events is a mistake, whatever its author meant.
public struct CounterUnit: Hashable, Sendable, CustomStringConvertible {
  /// Base units, as the `unit` column of results spells them.
  public static let baseNames = ["ns", "By", "op"]

  public static let one = CounterUnit(exponents: [:])
  public static let operations = CounterUnit(exponents: ["op": 1])

  private let exponents: [String: Int]

  private init(exponents: [String: Int]) { self.exponents = exponents.filter { $0.value != 0 } }

  /// Reads `1`, `%`, a base unit, or two of these with `/` between them, such as `1/op` or `ns/op`; nil for other text.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2 else { return nil }
    var exponents: [String: Int] = [:]
    for (part, sign) in zip(parts, [1, -1]) {
      if part == "1" || (part == "%" && parts.count == 1) { continue }
      guard Self.baseNames.contains(String(part)) else { return nil }
      exponents[String(part), default: 0] += sign
    }
    self.init(exponents: exponents)
  }

  static func * (left: CounterUnit, right: CounterUnit) -> CounterUnit {
    CounterUnit(exponents: left.exponents.merging(right.exponents, uniquingKeysWith: +))
  }

  static func / (left: CounterUnit, right: CounterUnit) -> CounterUnit {
    CounterUnit(exponents: left.exponents.merging(right.exponents.mapValues { -$0 }, uniquingKeysWith: +))
  }

  public var description: String {
    func product(_ sign: Int) -> String {
      let factors = exponents.sorted { $0.key < $1.key }.flatMap { name, power in
        Array(repeating: name, count: max(0, sign * power))
      }
      return factors.isEmpty ? "1" : factors.joined(separator: "·")
    }
    return product(-1) == "1" ? product(1) : "\(product(1))/\(product(-1))"
  }
}
