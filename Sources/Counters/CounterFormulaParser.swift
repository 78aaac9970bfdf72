/// Recursive descent over the grammar
///
///     sum     = product { ("+" | "-") product }
///     product = factor { ("*" | "/") factor }
///     factor  = number | name | "(" sum ")"
struct CounterFormulaParser {
  private enum Token: Equatable {
    case number(String)
    case name(String)
    case symbol(Character)

    var text: String {
      switch self {
      case .number(let text), .name(let text): text
      case .symbol(let symbol): String(symbol)
      }
    }
  }

  /// Deeper formulas are mistakes, and would cost the stack.
  private static let deepest = 32

  private var tokens: [(token: Token, position: Int)] = []
  private var next = 0
  private var depth = 0
  private let length: Int

  init(_ text: String) {
    let characters = Array(text)
    length = characters.count
    var index = 0
    while index < characters.count {
      let start = index
      let first = characters[start]
      index += 1
      if first.isWhitespace { continue }
      guard Self.isWord(first), first != "-" else {
        tokens.append((.symbol(first), start + 1))
        continue
      }
      while index < characters.count, Self.isWord(characters[index]) { index += 1 }
      let word = String(characters[start..<index])
      tokens.append((first.isASCIIDigit || first == "." ? .number(word) : .name(word), start + 1))
    }
  }

  mutating func parse() throws(CounterFormulaError) -> CounterFormula.Expression {
    let expression = try sum()
    guard next == tokens.count else { throw unexpected() }
    return expression
  }

  private mutating func sum() throws(CounterFormulaError) -> CounterFormula.Expression {
    var left = try product()
    while let symbol = take("+", "-") {
      let right = try product()
      left = symbol == "+" ? .sum(left, right) : .difference(left, right)
    }
    return left
  }

  private mutating func product() throws(CounterFormulaError) -> CounterFormula.Expression {
    var left = try factor()
    while let symbol = take("*", "/") {
      let right = try factor()
      left = symbol == "*" ? .product(left, right) : .quotient(left, right)
    }
    return left
  }

  private mutating func factor() throws(CounterFormulaError) -> CounterFormula.Expression {
    guard next < tokens.count else { throw unexpected() }
    switch tokens[next].token {
    case .number(let text):
      guard let number = Double(text), number.isFinite else { throw .badNumber(text) }
      next += 1
      return .number(number)
    case .name(let name):
      next += 1
      return .name(name)
    case .symbol("("):
      next += 1
      depth += 1
      defer { depth -= 1 }
      guard depth <= Self.deepest else { throw .tooDeep }
      let inner = try sum()
      guard take(")") != nil else { throw unexpected() }
      return inner
    case .symbol: throw unexpected()
    }
  }

  private mutating func take(_ symbols: Character...) -> Character? {
    guard next < tokens.count, case .symbol(let symbol) = tokens[next].token, symbols.contains(symbol) else {
      return nil
    }
    next += 1
    return symbol
  }

  private func unexpected() -> CounterFormulaError {
    guard next < tokens.count else { return .unexpected(nil, position: length + 1) }
    return .unexpected(tokens[next].token.text, position: tokens[next].position)
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isASCIIDigit || (character.isASCII && character.isLetter) || "-_.".contains(character)
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
