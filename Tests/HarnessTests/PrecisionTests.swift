import Glibc
import MeasurementTestSupport
import Results
import Statistics
import Testing

@testable import Harness

struct PrecisionScheduleTests {
  @Test(arguments: [
    (8, [8]), (9, [8, 9]), (30, [8, 12, 18, 26, 30]), (40, [8, 12, 18, 26, 40]),
    // Seven looks would need a level of 0.9929, and the range of eight values has 0.9922.
    (61, [12, 18, 26, 40, 60, 61]),
  ])
  func `Looks are fixed by the limit alone`(limit: Int, looks: [Int]) {
    #expect(PrecisionSchedule(limit: limit).looks == looks)
  }

  @Test func `Every look can stop a cell, whatever the limit`() {
    for limit in 8...1200 {
      let schedule = PrecisionSchedule(limit: limit)
      #expect(schedule.looks.last == limit)
      for look in schedule.looks where schedule.relativeHalfWidth(Array(repeating: 5, count: look)) != 0 {
        Issue.record("limit \(limit), look \(look)")
      }
    }
  }

  @Test func `Half the interval over the median`() {
    // Two looks: level 0.975. Of nine values the interval is the second to the eighth: 1 − 2·(1 + 9)/2⁹ = 0.961 is too
    // little, so it is the range.
    #expect(PrecisionSchedule(limit: 9).relativeHalfWidth([90, 100, 101, 99, 100, 100, 98, 102, 110]) == 0.1)
    #expect(PrecisionSchedule(limit: 9).relativeHalfWidth([1, 2, 3]) == nil)
  }

  /// Stops as a run would; returns the interval at which it stopped.
  private func stop(
    target: Double, schedule: PrecisionSchedule, next: () -> Double
  ) throws -> ConfidenceInterval {
    var values: [Double] = []
    for look in schedule.looks {
      while values.count < look { values.append(next()) }
      if look == schedule.looks.last || schedule.relativeHalfWidth(values) ?? .infinity <= target { break }
    }
    return try #require(OrderStatistics.medianInterval(values, level: schedule.level))
  }

  @Test(arguments: [0.005, 0.02, 0.05])
  func `Whatever made a cell stop, its interval holds the median in 95 of 100 experiments`(target: Double) throws {
    var generator = Randomness(for: "precision coverage")
    let schedule = PrecisionSchedule(limit: 40)
    let experiments = 3000
    var covered = 0
    for _ in 0..<experiments {
      let interval = try stop(target: target, schedule: schedule) {
        // Skewed, with an outlier in ten; the median of the uniform variable's image is the image of 1/2, which is 100.
        let uniform = Double.random(in: 0..<1, using: &generator)
        return 100 * exp(0.05 * (uniform - 0.5) + (uniform > 0.9 ? 0.5 : 0))
      }
      if interval.contains(100) { covered += 1 }
    }
    // Three standard errors of a proportion of 0.95 among 3000 are 0.012.
    #expect(Double(covered) / Double(experiments) > 0.95 - 0.012)
  }
}

struct PrecisionRunTests {
  private static func report(_ operations: String) -> String {
    """
    {"guarantee":"","warnings":[],"windows":[{"flags":[],"startedMilliseconds":1772368496789,"memory":{"mapped":0,"metadata":0,"peakTables":4096,"tables":4096},"violations":[],"knownValues":[],\
    "window":0,"workers":[{"activeNanoseconds":100000,"counters":[],"cpu":0,"cpuNanoseconds":100000,\
    "misplacedSections":0,"operations":\(operations),"sections":1}]}]}
    """
  }

  private func plan() throws -> Plan {
    let suite = try Fixture.parse(
      Fixture.header + "\n" + Fixture.matrix.replacing("[1, 2]", with: "1")
        + "\n[repetition]\nprecision = 0.01\nmax-invocations = 12")
    return try Plan(suite, usableCPUs: 2)
  }

  private func run(
    _ script: String, in base: TemporaryDirectory, resume: String? = nil
  ) async throws -> SuiteRun.Outcome {
    var run = SuiteRun(
      try plan(), topology: Fixture.topology(cpus: 2),
      process: TrialProcess(executable: "/bin/sh", arguments: ["-c", script]), progress: Progress(.silent)
    ) { _ in }
    return if let resume { try await run.resume(resume) } else { try await run.start(base: base.path) }
  }

  /// The global strategy always takes the same time; coupling takes half as much again in every second process.
  private func script(_ base: TemporaryDirectory) -> String {
    """
    if grep -q coupling; then
      echo x >> \(base.path)/count
      if [ $(($(wc -l < \(base.path)/count) % 2)) -eq 0 ]; then n=1500; else n=1000; fi
    else n=1000; fi
    echo '\(Self.report("'$n'"))'
    """
  }

  @Test func `A cell that is precise enough stops at a look, another goes on to the limit`() async throws {
    let base = try TemporaryDirectory()
    let outcome = try await run(script(base), in: base)
    #expect(outcome.measuredCount == 8 + 12)
    let precision = try #require(outcome.precision)
    #expect(precision.reachedCount == 1)
    #expect(precision.cells.map(\.cell.strategy) == ["coupling", "global"])
    #expect(precision.cells.map(\.invocations) == [12, 8])
    #expect(precision.cells[1].halfWidth == 0)
    // 100 and 66.7 ns: a median of 83.3 and an interval from one to the other.
    #expect(abs((precision.cells[0].halfWidth ?? 0) - 0.2) < 1e-9)
    let samples = try outcome.directory.readSamples().samples
    #expect(Set(samples.filter { $0.cell.strategy == "global" }.map(\.invocation)) == Set(0..<8))
    #expect(Set(samples.filter { $0.cell.strategy == "coupling" }.map(\.invocation)) == Set(0..<12))
    let journal = try Journal.read(outcome.directory.path(of: .journal))
    let id = try #require(samples.first { $0.cell.strategy == "global" }).caseID.description
    #expect(journal.looks == [Journal.Look(look: 8, done: [id])])
    #expect(journal.lines.count == 20)

    let finished = try await run("exit 1", in: base, resume: outcome.directory.path)
    #expect(finished.measuredCount == 0)
    #expect(finished.precision == outcome.precision)
  }

  @Test func `A run cut off goes on to the same decisions`() async throws {
    let base = try TemporaryDirectory()
    let outcome = try await run(script(base), in: base)
    let path = outcome.directory.path(of: .journal)
    let lines = try TextFile.read(path).split(separator: "\n")
    // Cut off before the look after eight rounds of two cells, and after it.
    for kept in [17, 18] {
      try base.write(path, lines.prefix(kept).joined(separator: "\n") + "\n")
      try base.write(base.path + "/count", String(repeating: "x\n", count: 8))
      let resumed = try await run(script(base), in: base, resume: outcome.directory.path)
      #expect(resumed.measuredCount == 4)
      #expect(resumed.precision == outcome.precision)
      #expect(try Journal.read(path).looks.count == 1)
    }
  }

  @Test func `A decision that was written down stands`() throws {
    let plan = try plan()
    let id = CaseID(of: plan.cells[0]).description
    let watch = PrecisionWatch(plan, looks: [Journal.Look(look: 8, done: [id])])
    #expect(watch.isDone(plan.cells[0]) && !watch.isDone(plan.cells[1]))
  }
}
