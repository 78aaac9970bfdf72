import Results
import Testing

@testable import Counters

@Suite struct DerivedReadingTests {
  private func metric(_ formula: String?) throws -> CounterPlan.Metric {
    CounterPlan.Metric(name: "m", unit: "1", better: .none, formula: try formula.map { try CounterFormula($0) })
  }

  private func reading(
    _ name: String, _ value: UInt64?, _ status: MeasurementStatus = .ok, enabled: UInt64 = 100, running: UInt64 = 100
  ) -> CounterReading {
    CounterReading(
      name: name, value: value, status: status, enabledNanoseconds: enabled, runningNanoseconds: running,
      source: "perf", note: status == .ok ? nil : "why \(name)")
  }

  @Test func usesScaledCountsAndOperations() throws {
    // 30 in a quarter of the time is 120.
    let derived = try DerivedReading(
      metric("(a + b) / operations"),
      of: [reading("a", 30, .scaled, running: 25), reading("b", 80)], operations: 50)
    #expect(derived.value == 4 && derived.status == .scaled && derived.note == nil)
  }

  @Test(arguments: MeasurementStatus.allCases)
  func anOperandWithoutAValueGivesItsStatus(status: MeasurementStatus) throws {
    let lame = reading("a", status.isUsable ? 6 : nil, status)
    for readings in [[lame, reading("b", 2)], [reading("b", 2), lame]] {
      let derived = try DerivedReading(metric("a / b"), of: readings, operations: 1)
      #expect(derived.status == status)
      #expect(derived.value == (status.isUsable ? 3 : nil))
      #expect(derived.note == (status.isUsable ? nil : "a: why a"))
    }
  }

  @Test func theWorstOperandDecides() throws {
    let derived = try DerivedReading(
      metric("a / b"), of: [reading("a", nil, .notCounted), reading("b", nil, .noPermission)], operations: 1)
    #expect(derived.status == .noPermission && derived.value == nil)
    #expect(derived.note == "a: why a; b: why b")
  }

  @Test func operandsThatDoNotMatterDoNotSpoil() throws {
    let derived = try DerivedReading(metric("2 * b"), of: [reading("a", nil, .error), reading("b", 2)], operations: 0)
    #expect(derived.value == 4 && derived.status == .ok)
  }

  @Test func aDivisorOfZeroIsNoValue() throws {
    let readings = [reading("a", 5), reading("b", 0)]
    for formula in ["a / b", "a / operations"] {
      let derived = try DerivedReading(metric(formula), of: readings, operations: 0)
      #expect(derived.value == nil && derived.status == .notCounted && derived.note != nil)
    }
  }

  @Test func whatHasNoFormulaOrNoCounterSaysSo() throws {
    #expect(try DerivedReading(metric(nil), of: [], operations: 1).status == .notSupported)
    let missing = try DerivedReading(metric("a"), of: [], operations: 1)
    #expect(missing.status == .error && missing.value == nil && missing.note?.contains("a ") == true)
  }
}
