import Counters
import MeasurementTestSupport
import Testing

@Suite struct FormulaTests {
  @Test(
    arguments: [
      ("a", 2), ("a + b * c", 2 + 3 * 5), ("(a + b) * c", 25), ("a - b - c", -6), ("c / a / a", 1.25),
      ("100 * a / (b + c)", 25), ("a-b", 7), ("1.5 * a", 3), (".5*a", 1), ("a*b+c", 11), ("2e1 + a", 22),
    ] as [(String, Double)])
  func followsThePrecedenceOfArithmetic(text: String, value: Double) throws {
    let values = ["a": 2.0, "b": 3, "c": 5, "a-b": 7]
    #expect(try CounterFormula(text).value { values[$0] ?? .nan } == value)
  }

  @Test(
    arguments: [
      ("", "ends too early"), ("a +", "ends too early"), ("(a", "ends too early"), ("a b", "\"b\" cannot stand"),
      ("a ** b", "\"*\" cannot stand at character 4"), ("a)", "\")\""), ("- a", "\"-\" cannot stand at character 1"),
      ("1.2.3", "no number"), ("a % b", "\"%\""),
      (String(repeating: "(", count: 40) + "a", "too deep"),
    ])
  func refusesWhatIsNoFormula(text: String, words: String) {
    let error = #expect(throws: CounterFormulaError.self) { try CounterFormula(text) }
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }

  @Test func namesItsOperandsOnce() throws {
    let formula = try CounterFormula("(load-walks + store-walks) / operations + load-walks")
    #expect(formula.operands == ["load-walks", "store-walks", "operations"])
    #expect(formula.counters == ["load-walks", "store-walks"])
  }

  @Test func divisionByZeroIsNoValue() throws {
    for text in ["a / b", "1 / (a - a)", "b / b", "1 + a / b"] {
      #expect(try CounterFormula(text).value { $0 == "a" ? 1 : 0 } == nil)
    }
    #expect(try CounterFormula("1e308 * a").value { _ in 1e308 } == nil, "beyond a Double")
  }

  /// A random tree, written with all its parentheses, must have the value and unit of the tree.
  @Test func agreesWithTheTreeItWasWrittenFrom() throws {
    var randomness = Randomness(for: "agreesWithTheTreeItWasWrittenFrom")
    for _ in 0..<300 {
      let (text, value) = tree(depth: 4, &randomness)
      let found = try CounterFormula(text).value { Double($0.dropFirst()) ?? .nan }
      let seed: Comment = "seed \(randomness.seed): \(text)"
      if let value, value.isFinite { #expect(found == value, seed) } else { #expect(found == nil, seed) }
    }
  }

  /// `x7` is worth 7.
  private func tree(depth: Int, _ randomness: inout Randomness) -> (String, Double?) {
    if depth == 0 || Int.random(in: 0..<4, using: &randomness) == 0 {
      let number = Int.random(in: 0...9, using: &randomness)
      return Bool.random(using: &randomness) ? ("x\(number)", Double(number)) : ("\(number)", Double(number))
    }
    let (left, leftValue) = tree(depth: depth - 1, &randomness)
    let (right, rightValue) = tree(depth: depth - 1, &randomness)
    let symbol = ["+", "-", "*", "/"].randomElement(using: &randomness) ?? "+"
    guard let leftValue, let rightValue else { return ("(\(left)) \(symbol) (\(right))", nil) }
    let value: Double? =
      switch symbol {
      case "+": leftValue + rightValue
      case "-": leftValue - rightValue
      case "*": leftValue * rightValue
      default: rightValue == 0 ? nil : leftValue / rightValue
      }
    return ("(\(left)) \(symbol) (\(right))", value)
  }

  @Test(
    arguments: [
      ("e / operations", "1/op"), ("t / operations", "ns/op"), ("100 * e / (e + e)", "%"), ("t / t", "1"),
      ("e / t", "1/ns"), ("t * operations / t", "op"), ("operations / t", "op/ns"),
    ])
  func unitsFollowTheArithmetic(text: String, unit: String) throws {
    let found = try CounterFormula(text).unit { $0 == "t" ? CounterUnit("ns")! : $0 == "e" ? .one : .operations }
    #expect(found == CounterUnit(unit))
  }

  @Test func unlikeUnitsDoNotAdd() {
    for text in ["e + t", "t - operations", "e / operations + e"] {
      #expect(throws: CounterFormulaError.self) {
        try CounterFormula(text).unit { $0 == "t" ? CounterUnit("ns")! : $0 == "e" ? .one : .operations }
      }
    }
  }

  @Test func readsUnitsAsResultsSpellThem() {
    for text in ["1", "ns", "By", "op", "1/op", "ns/op", "1/ns", "op/ns"] {
      #expect(CounterUnit(text)?.description == text)
    }
    for text in ["", "x", "ns/op/op", "%/op", "/op", "s"] { #expect(CounterUnit(text) == nil, "\(text)") }
    #expect(CounterUnit("%") == .one && CounterUnit("op/op") == .one)
  }
}
