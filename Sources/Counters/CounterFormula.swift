/// An expression over counters: numbers, names, `+`, `-`, `*`, `/` and parentheses, with the usual precedence.
///
/// A name may hold dashes, so a minus sign between names has blanks around it: `a - b` subtracts, `a-b` is one name.
public struct CounterFormula: Hashable, Sendable, CustomStringConvertible {
  /// The operand that is no counter: operations completed in the window.
  public static let operations = "operations"

  indirect enum Expression: Hashable, Sendable {
    case number(Double)
    case name(String)
    case sum(Expression, Expression)
    case difference(Expression, Expression)
    case product(Expression, Expression)
    case quotient(Expression, Expression)
  }

  /// As it was written.
  public let description: String
  let expression: Expression
  /// Every operand once, in the order of first appearance.
  public let operands: [String]

  /// - Throws: ``CounterFormulaError`` for text that is no formula.
  public init(_ text: String) throws(CounterFormulaError) {
    var parser = CounterFormulaParser(text)
    description = text
    expression = try parser.parse()
    operands = Self.operands(of: expression)
  }

  /// The counters among the operands.
  public var counters: [String] { operands.filter { $0 != Self.operations } }

  /// - Parameter operand: the value of each operand.
  /// - Returns: nil when a divisor is 0, or when the result is beyond what a Double holds.
  public func value(_ operand: (String) -> Double) -> Double? {
    Self.value(expression, operand).flatMap { $0.isFinite ? $0 : nil }
  }

  /// The unit of the result.
  ///
  /// - Parameter operand: the unit of each operand.
  /// - Throws: ``CounterFormulaError/mixedUnits(_:_:)``.
  public func unit(_ operand: (String) -> CounterUnit) throws(CounterFormulaError) -> CounterUnit {
    try Self.unit(expression, operand)
  }

  private static func operands(of expression: Expression) -> [String] {
    switch expression {
    case .number: return []
    case .name(let name): return [name]
    case .sum(let left, let right), .difference(let left, let right), .product(let left, let right),
      .quotient(let left, let right):
      let first = operands(of: left)
      return first + operands(of: right).filter { !first.contains($0) }
    }
  }

  private static func value(_ expression: Expression, _ operand: (String) -> Double) -> Double? {
    func both(_ left: Expression, _ right: Expression, _ combine: (Double, Double) -> Double?) -> Double? {
      guard let left = value(left, operand), let right = value(right, operand) else { return nil }
      return combine(left, right)
    }
    return switch expression {
    case .number(let number): number
    case .name(let name): operand(name)
    case .sum(let left, let right): both(left, right, +)
    case .difference(let left, let right): both(left, right, -)
    case .product(let left, let right): both(left, right, *)
    case .quotient(let left, let right): both(left, right) { $1 == 0 ? nil : $0 / $1 }
    }
  }

  private static func unit(
    _ expression: Expression, _ operand: (String) -> CounterUnit
  ) throws(CounterFormulaError) -> CounterUnit {
    switch expression {
    case .number: return .one
    case .name(let name): return operand(name)
    case .product(let left, let right): return try unit(left, operand) * unit(right, operand)
    case .quotient(let left, let right): return try unit(left, operand) / unit(right, operand)
    case .sum(let left, let right), .difference(let left, let right):
      let (first, second) = (try unit(left, operand), try unit(right, operand))
      guard first == second else { throw .mixedUnits(first, second) }
      return first
    }
  }
}

extension CounterFormula: Codable {
  public init(from decoder: any Decoder) throws {
    try self.init(decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// Why a text is no formula.
public enum CounterFormulaError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Something that cannot stand there; nil for the end of the text.
  case unexpected(String?, position: Int)
  case badNumber(String)
  case mixedUnits(CounterUnit, CounterUnit)
  case tooDeep

  public var description: String {
    switch self {
    case .unexpected(let text?, let position): "\"\(text)\" cannot stand at character \(position)"
    case .unexpected(nil, _): "it ends too early"
    case .badNumber(let text): "\"\(text)\" is no number"
    case .mixedUnits(let left, let right): "it adds or subtracts \(left) and \(right)"
    case .tooDeep: "its parentheses are nested too deep"
    }
  }
}
