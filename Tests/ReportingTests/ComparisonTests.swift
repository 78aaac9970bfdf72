import Results
import Statistics
import Testing

@testable import Reporting

@Suite struct ComparisonTests {
  private func compare(
    _ base: [Sample], _ head: [Sample], _ options: ComparisonOptions = ComparisonOptions()
  ) throws -> Comparison {
    try Comparison(base: base, head: head, baseName: "a", headName: "b", options: options)
  }

  private func verdict(_ base: [Sample], _ head: [Sample], _ options: ComparisonOptions = ComparisonOptions()) throws
    -> Verdict
  {
    let comparison = try compare(base, head, options)
    #expect(comparison.rows.count == 1)
    return comparison.rows[0].verdict
  }

  @Test func aRunAgainstItselfIsNeverDifferent() throws {
    for count in [1, 2, 3, 6, 12, 60] {
      let rows = [1, 2, 4].flatMap { samples(cell(threads: $0), ramp(100 * Double($0), 1.7, count: count)) }
      let comparison = try compare(rows, rows)
      #expect(comparison.count(of: .regressed) == 0 && comparison.count(of: .improved) == 0)
      #expect(comparison.rows.allSatisfy { $0.ratio == 1 && $0.pValue == 1 })
      #expect(comparison.notes == ["base and head are the same run: any difference would be a fault of the comparison"])
    }
  }

  // Expected p, interval and detectable effect: SciPy and enumeration, as in the Statistics tests.
  @Test func aClearChangeIsSizedAndTested() throws {
    let row = try compare(samples(cell(), ramp(100)), samples(cell(), ramp(100).map { $0 * 1.1 }, run: "B")).rows[0]
    #expect(row.verdict == .regressed && row.reason.isEmpty && row.method == "mwu_exact")
    #expect(row.base?.median == 102.5 && row.base?.invocationCount == 6)
    #expect(((row.ratio ?? 0) - 1.1).magnitude < 1e-12)
    #expect(((row.pValue ?? 0) - 2.0 / 924).magnitude < 1e-12)
    #expect(((row.interval?.lower ?? 0) - 1.0685714285714294).magnitude < 1e-12)
    #expect(((row.interval?.upper ?? 0) - 1.1323529411764717).magnitude < 1e-12)
    #expect(((row.detectableEffect ?? 0) - 0.04064).magnitude < 1e-5)
  }

  @Test func directionDecidesWhatIsWorse() throws {
    let (low, high) = (ramp(100), ramp(200))
    #expect(try verdict(samples(cell(), low), samples(cell(), high)) == .regressed)
    #expect(try verdict(samples(cell(), high), samples(cell(), low)) == .improved)
    func counted(_ values: [Double], _ better: MetricDirection) -> [Sample] { samples(cell(), values, better: better) }
    #expect(try verdict(counted(low, .higher), counted(high, .higher)) == .improved)
    #expect(try verdict(counted(high, .higher), counted(low, .higher)) == .regressed)
    let neutral = try compare(counted(low, .none), counted(high, .none)).rows[0]
    #expect(neutral.verdict == .inconclusive && neutral.reason.contains("no better direction"))
  }

  @Test func aSignificantTrifleIsEquivalent() throws {
    // Fully separated, p = 0.002, but 0.6 % apart at most.
    let row = try compare(samples(cell(), ramp(1000)), samples(cell(), ramp(1006, 0.1))).rows[0]
    #expect((row.pValue ?? 1) < 0.01 && row.verdict == .equivalent)
    let strict = try compare(
      samples(cell(), ramp(1000)), samples(cell(), ramp(1006, 0.1)), ComparisonOptions(minimumEffect: 0)
    ).rows[0]
    #expect(strict.verdict == .regressed)
  }

  @Test func theFamilyWeakensEachTest() throws {
    // Sizes 6 and 6 give p ≥ 0.00216: enough among 10 rows, not among 30.
    func rows(_ count: Int, _ changed: Double) -> [Sample] {
      (1...count).flatMap { samples(cell(threads: $0), ramp(100).map { $0 * changed }) }
    }
    #expect(try compare(rows(10, 1), rows(10, 2)).count(of: .regressed) == 10)
    let many = try compare(rows(30, 1), rows(30, 2))
    #expect(many.count(of: .inconclusive) == 30)
    #expect(
      many.rows[0].reason == "7 invocations per side are needed for any significance over 30 cases, there are 6 and 6")
  }

  @Test func tooFewInvocationsSayHowManyAreNeeded() throws {
    let row = try compare(samples(cell(), ramp(100, 1, count: 3)), samples(cell(), ramp(200, 1, count: 3))).rows[0]
    #expect(row.verdict == .inconclusive && row.interval == nil)
    #expect(row.reason == "4 invocations per side are needed for any significance over one case, there are 3 and 3")
    #expect(row.detectableEffect == nil, "no effect, however large, would be found")
  }

  @Test func noiseSaysHowManyInvocationsWouldDo() throws {
    let row = try compare(samples(cell(), ramp(200, 2)), samples(cell(), ramp(201, 2))).rows[0]
    #expect(row.verdict == .inconclusive)
    #expect(
      row.reason == "finds 4.1 % or more; for 2 % about 21 invocations per side are needed, there are 6 and 6")
  }

  @Test func unmatchedAndUnusableCasesAreNamed() throws {
    let base = samples(cell(threads: 1), ramp(1)) + samples(cell(threads: 2), ramp(1))
    let head =
      samples(cell(threads: 3), ramp(1)) + [sample(cell(threads: 2), nil, invocation: 0, status: .noSlot)]
    let comparison = try compare(base, head)
    #expect(comparison.rows.map(\.verdict) == [.onlyBase, .noData, .onlyHead])
    #expect(comparison.rows[1].reason == "head: no_slot in 1 window")
    #expect(comparison.comparedCount == 0)
    #expect(
      comparison.geometricMeans == [
        GeometricMeanRow(rowValue: nil, headName: "b", ratio: nil, usedCount: 0, excludedCount: 3)
      ])
  }

  @Test func otherWorkloadVersionsAreIncomparable() throws {
    let row = try compare(samples(cell(), ramp(1)), samples(cell(), ramp(1), benchVersion: 2)).rows[0]
    #expect(row.verdict == .incomparable && row.reason == "bench_version is 1 in base and 2 in head")
  }

  @Test func userModeCountsMeetOnlyTheirKind() throws {
    let kernel = samples(cell(), ramp(100))
    let user = (0..<6).map { sample(cell(), Double(100 + $0), invocation: $0, status: .userOnly) }
    #expect(try verdict(user, user) == .inconclusive)
    let mixed = try compare(kernel, user).rows[0]
    #expect(mixed.verdict == .noData && mixed.reason == "counted in user mode only in head, with the kernel elsewhere")
  }

  @Test func zerosHaveNoRatioButMayBeEqual() throws {
    let zeros = samples(cell(), ramp(0, 0))
    let equal = try compare(zeros, zeros).rows[0]
    #expect(equal.verdict == .equivalent && equal.ratio == nil && equal.reason == "every value is 0")
    let changed = try compare(zeros, samples(cell(), ramp(5))).rows[0]
    #expect(changed.verdict == .inconclusive && changed.reason == "values of zero or below have no ratio")
  }

  @Test func minimaGiveARatioWithoutATest() throws {
    let base = samples(cell(), [10, 12, 14]) + [sample(cell(), 1, invocation: 3, flags: [.preempted])]
    let options = ComparisonOptions(statistic: .minimum)
    let row = try compare(base, samples(cell(), [5, 30, 30]), options).rows[0]
    #expect(row.ratio == 0.5 && row.pValue == nil && row.interval == nil && row.method == "minimum")
    #expect(row.verdict == .inconclusive)
    let spoiled = try compare(base, [sample(cell(), 1, invocation: 0, flags: [.preempted])], options).rows[0]
    #expect(spoiled.verdict == .noData)
  }

  @Test func failedWindowsAreReported() throws {
    let head = samples(cell(), ramp(1)) + [sample(cell(), 900, invocation: 0, window: 1, flags: [.failed])]
    let comparison = try compare(samples(cell(), ramp(1)), head)
    #expect(comparison.rows[0].ratio == 1)
    #expect(
      comparison.notes.last == "1 window failed the check after it and is left out: its number describes broken work")
  }

  @Test func valuesOfAKeyPairCellsThatDifferOnlyThere() throws {
    let rows =
      samples(cell(strategy: "subtree", threads: 1), ramp(100))
      + samples(cell(strategy: "global-lock", threads: 1), ramp(200))
      + samples(cell(strategy: "global-lock", threads: 2), ramp(200))
      + samples(cell(strategy: "rcu", threads: 1), ramp(50))
    let comparison = try Comparison(of: rows, over: "strategy")
    #expect(comparison.subject == .values(key: "strategy", base: "subtree", heads: ["global-lock", "rcu"]))
    #expect(comparison.rows.map(\.headName) == ["global-lock", "rcu", "global-lock"])
    #expect(comparison.rows.map(\.verdict) == [.regressed, .improved, .onlyHead])
    let other = try Comparison(of: rows, over: "strategy", base: "rcu")
    #expect(other.rows.filter { $0.cell.threads == 1 }.allSatisfy { $0.verdict == .regressed })
  }

  @Test func armsAndParametersAreKeysToo() throws {
    let arms = samples(cell(), ramp(100), variant: "base") + samples(cell(), ramp(50), variant: "head")
    #expect(try Comparison(of: arms, over: "variant").rows.map(\.verdict) == [.improved])
    let sizes = ["16", "64"].flatMap { samples(cell(parameters: ["pages-per-op": $0]), ramp($0 == "16" ? 100 : 300)) }
    #expect(try Comparison(of: sizes, over: "pages-per-op").rows.map(\.verdict) == [.regressed])
    let workloads = samples(cell("map"), ramp(10)) + samples(cell("query"), ramp(20))
    #expect(try Comparison(of: workloads, over: "case").rows.map(\.verdict) == [.regressed])
  }

  @Test func whatCannotBeComparedIsAnErrorThatNamesTheChoices() {
    let rows = samples(cell(), ramp(1)) + samples(cell(strategy: "subtree"), ramp(1))
    #expect(throws: ComparisonError.oneValueOnly(key: "threads", value: "1")) {
      try Comparison(of: rows, over: "threads")
    }
    #expect(throws: ComparisonError.unknownBase(key: "strategy", value: "x", available: ["global-lock", "subtree"])) {
      try Comparison(of: rows, over: "strategy", base: "x")
    }
    let keys = ["suite", "workload", "strategy", "lock", "format", "threads", "placement", "mempolicy", "pages-per-op"]
    #expect(throws: ComparisonError.unknownKey("colour", available: keys)) { try Comparison(of: rows, over: "colour") }
    #expect(throws: ComparisonError.unknownKey("colour", available: keys)) {
      try Comparison(of: rows, over: "strategy", options: ComparisonOptions(rowKey: "colour"))
    }
    #expect(throws: ComparisonError.sameKey("strategy")) {
      try Comparison(of: rows, over: "strategy", options: ComparisonOptions(rowKey: "strategy"))
    }
    #expect(throws: ComparisonError.noSamples(metric: "x", scope: .all, available: ["time_per_op"])) {
      try compare(rows, rows, ComparisonOptions(metric: "x"))
    }
    #expect(throws: ComparisonError.self) { try compare([], []) }
  }
}
