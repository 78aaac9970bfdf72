import Testing

@testable import Harness

struct BudgetTests {
  /// Four cells of 20 + 4·100 ms and 80 ms beside: 2 s per round.
  private func plan(_ seconds: Double) throws -> Plan {
    let suite = try Fixture.parse(
      Fixture.header + "\n" + Fixture.matrix + "\n[window]\nwarmup-ms = 20\nlength-ms = 100\ncount = 4")
    return try Plan(suite, budget: .milliseconds(Int64(seconds * 1000)), usableCPUs: 2)
  }

  @Test(arguments: [(60.0, 30), (3600, 40), (15, 6), (12, 6), (18, 8)])
  func `Windows stay as they are while six processes fit`(seconds: Double, invocations: Int) throws {
    let plan = try plan(seconds)
    let budget = try #require(plan.budget)
    #expect(budget.invocations == invocations && !budget.shortensWindows)
    #expect(plan.cells.allSatisfy { plan.settings(of: $0).repetition == .fixed(invocations) })
    #expect(plan.cells.allSatisfy { plan.settings(of: $0).window == plan.suite.settings.window })
    #expect(plan.plannedDuration.most <= .seconds(seconds))
  }

  @Test func `Then there are fewer windows`() throws {
    // 6 rounds of 2 s do not fit; of 4·(20 + 3·100 + 80) ms they do.
    let plan = try plan(11)
    let window = plan.settings(of: plan.cells[0]).window
    #expect(plan.budget?.invocations == 6 && plan.budget?.shortensWindows == true)
    #expect(window.count == 3 && window.lengthMilliseconds == 100 && window.warmUpMilliseconds == 20)
    #expect(plan.plannedDuration.most <= .seconds(11))
  }

  @Test func `Then windows and warm-up are shorter, in proportion`() throws {
    // 8 s for 6 rounds: 1.333 s each, of which 0.32 s start processes; 1.013 s of the 1.28 s wanted are 79.2 %.
    let plan = try plan(8)
    let window = plan.settings(of: plan.cells[0]).window
    #expect(plan.budget?.invocations == 6)
    #expect(window.count == 3 && window.lengthMilliseconds == 79 && window.warmUpMilliseconds == 15)
    #expect(plan.plannedDuration.most <= .seconds(8))
  }

  @Test func `A very short time buys fewer than six of the shortest, and less than that is refused`() throws {
    // 4·(3·5 + 80) ms are 0.38 s.
    let plan = try plan(0.8)
    #expect(plan.budget?.invocations == 2)
    #expect(plan.settings(of: plan.cells[0]).window.lengthMilliseconds == 5)
    let error = try #require(throws: PlanError.self) { try self.plan(0.3) }
    #expect(error == .budgetTooSmall(budget: .milliseconds(300), least: .milliseconds(380)))
  }

  @Test func `The detectable effect falls with time and rises with the spread`() throws {
    let (short, long) = (try #require(try plan(12).budget), try #require(try plan(60).budget))
    let effects = try [short, long].map { budget in
      try [0.01, 0.02].map { try #require(budget.detectableEffect(spread: $0)) }
    }
    #expect(effects[1][0] < effects[0][0] && effects[0][0] < effects[0][1])
    // At a spread of 2 %, ten per side find about 2.7 %, thirty about 1.5 %.
    #expect(abs(effects[1][1] - 0.015) < 0.001)
  }

  @Test func `No round begins that would not end in time`() async throws {
    let base = try TemporaryDirectory()
    // Five rounds of processes of 90 ms are planned; they take half a second each.
    let suite = try Fixture.parse(
      Fixture.header + "\n" + Fixture.matrix + "\n[window]\nwarmup-ms = 0\nlength-ms = 5\ncount = 2")
    let plan = try Plan(suite, budget: .seconds(2), usableCPUs: 2)
    #expect(plan.rounds == 5)
    var run = SuiteRun(
      plan, topology: Fixture.topology(cpus: 2),
      process: TrialProcess(executable: "/bin/sh", arguments: ["-c", "cat > /dev/null; sleep 0.5; exit 1"]),
      progress: Progress(.silent)
    ) { _ in }
    let outcome = try await run.start(base: base.path)
    #expect(outcome.roundsInBudget == 1)
    #expect(outcome.measuredCount == 4)
  }

  @Test(arguments: [
    ("90s", Duration.seconds(90)), ("5m", .seconds(300)), ("1h", .seconds(3600)), ("1h30m", .seconds(5400)),
    ("2m5s", .seconds(125)),
  ])
  func `Times are read as people write them`(text: String, duration: Duration) {
    #expect(DurationText.parse(text) == duration)
  }

  @Test(arguments: ["", "5", "m", "5 m", "-5m", "5m1h", "0s", "1.5h", "99999999h", "5min", "5mm"])
  func `Anything else is no time`(text: String) {
    #expect(DurationText.parse(text) == nil)
  }
}
