import Counters
import Glibc
import Results
import Synchronization
import Testing
import Topology

@testable import Counters
@testable import Harness

/// Whole runs with a shell script in the child's place.
struct SuiteRunTests {
  /// A report of one window and one worker, as a child would write it.
  private static let report = """
    {"guarantee":"integrity-only","warnings":[],"windows":[{"flags":[],"startedMilliseconds":1772368496789,"memory":{"tables":4096,"peakTables":4096,"metadata":64,"mapped":0},"violations":[],"knownValues":[],\
    "window":0,"workers":[{"activeNanoseconds":1000,"counters":[],"cpu":0,"cpuNanoseconds":1000,\
    "misplacedSections":0,"operations":100,"sections":1}]}]}
    """

  private func child(_ script: String) -> TrialProcess {
    TrialProcess(executable: "/bin/sh", arguments: ["-c", script])
  }

  private func run(
    _ script: String, plan: Plan? = nil, counters: CounterPlan = .none, in base: TemporaryDirectory,
    resume: String? = nil
  ) async throws -> (SuiteRun.Outcome, warnings: [String]) {
    let warnings = EventLog()
    var run = SuiteRun(
      try plan ?? Plan(try Fixture.suite(), usableCPUs: 2),
      counters: CounterPlan.Preparation(plan: counters, diagnoses: []), topology: Fixture.topology(cpus: 2),
      process: child(script), progress: Progress(.silent)
    ) { warnings.add($0) }
    let outcome = if let resume { try await run.resume(resume) } else { try await run.start(base: base.path) }
    return (outcome, warnings.all)
  }

  @Test func `A run leaves samples, environment and journal that agree`() async throws {
    let base = try TemporaryDirectory()
    let (outcome, warnings) = try await run("cat > /dev/null; echo '\(Self.report)'", in: base)
    #expect(outcome.measuredCount == 12)
    #expect(outcome.failures.isEmpty && !outcome.wasInterrupted && warnings.isEmpty)
    let file = try outcome.directory.readSamples()
    #expect(Set(file.samples.map(\.order)) == Set(0..<12))
    #expect(file.samples.first { $0.metric == "time_per_op" }?.value == 10)
    #expect(file.samples.allSatisfy { $0.guarantee == "integrity-only" })
    let environment = try outcome.directory.readEnvironment()
    #expect(Set(file.samples.map(\.runID)) == [environment.runID])
    let journal = try Journal.read(outcome.directory.path(of: .journal))
    #expect(journal.lines.map(\.order) == Array(0..<12))
    #expect(journal.lines.allSatisfy { $0.status == .ok })
    #expect(!ResultsVerifier.verify(outcome.directory.path).hasErrors)
  }

  @Test(arguments: [
    ("cat > /dev/null; echo last words >&2; exit 3", "exited with code 3: last words"),
    ("kill -SEGV $$", "killed by SIGSEGV"),
    ("cat > /dev/null; echo '{}'", "report cannot be read"),
  ])
  func `A child that fails costs its own rows only`(script: String, words: String) async throws {
    let base = try TemporaryDirectory()
    // The strategy under test comes in on standard input; only one of the two fails.
    let (outcome, warnings) = try await run(
      "if grep -q coupling; then \(script); else echo '\(Self.report)'; fi", in: base)
    #expect(outcome.measuredCount == 12)
    #expect(outcome.failures.count == 6)
    #expect(
      outcome.failures.allSatisfy { $0.contains(words) && $0.contains("strategy=coupling") }, "\(outcome.failures)")
    #expect(warnings.count == 2, "one warning per cell, not per invocation")
    let samples = try outcome.directory.readSamples().samples
    let errors = samples.filter { $0.status == .error }
    #expect(errors.count == 6)
    #expect(errors.allSatisfy { $0.value == nil && $0.note.contains(words) && $0.cell.strategy == "coupling" })
    #expect(samples.contains { $0.cell.strategy == "global" && $0.usableValue != nil })
  }

  @Test func `A child that hangs is ended`() async throws {
    let outcome = try await child("sleep 600").measure(
      TrialSpecification(
        cell: Fixture.cell(), window: WindowSettings(warmUpMilliseconds: 0, lengthMilliseconds: 1, count: 1),
        counters: []),
      timeout: .seconds(2))
    guard case .failed(let failure) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    // The shell waits for its child.
    #expect(failure.reason.contains("did not finish within 2 s and was ended: 1 thread S"), "\(failure.reason)")
    #expect(failure.details.contains("state S"), "\(failure.details)")
  }

  @Test func `A child that is stopped is ended`() async throws {
    let outcome = try await child("kill -STOP $$").measure(
      TrialSpecification(
        cell: Fixture.cell(), window: WindowSettings(warmUpMilliseconds: 0, lengthMilliseconds: 1, count: 1),
        counters: []),
      timeout: .seconds(2))
    guard case .failed(let failure) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(failure.reason.contains("1 thread T"), "\(failure.reason)")
  }

  @Test func `What a child wrote before it crashed is kept in a file of its own`() async throws {
    let base = try TemporaryDirectory()
    let words =
      "Fatal error: no frame left\n*** Signal 4: Backtracing from 0x5678 ***\nThread 0 crashed:\n0 in f() at f.swift:3"
    let script = "cat > /dev/null; printf '\(words.replacing("\n", with: "\\n"))\\n' >&2; exit 9"
    let plan = try Plan(try Fixture.suite(), filters: ["strategy=global", "threads=1"], usableCPUs: 2)
    let (outcome, _) = try await run(script, plan: plan, in: base)
    #expect(outcome.failures.allSatisfy { $0.hasSuffix("the process exited with code 9: Fatal error: no frame left") })
    let text = try TextFile.read(outcome.directory.path + "/failure-0.txt")
    #expect(text.hasPrefix("workload=map strategy=global"))
    #expect(text.contains(words))
    #expect(TextFile.names(inDirectory: outcome.directory.path).filter { $0.hasPrefix("failure-") }.count == 3)
  }

  @Test func `A cancelled run leaves what finished and says so`() async throws {
    let base = try TemporaryDirectory()
    // The fourth child cancels the run and then hangs.
    let mark = base.path + "/count"
    let script = """
      cat > /dev/null; echo x >> \(mark)
      if [ $(wc -l < \(mark)) -eq 4 ]; then sleep 600; fi
      echo '\(Self.report)'
      """
    let plan = try Plan(try Fixture.suite(), usableCPUs: 2)
    let process = child(script)
    let task = Task {
      var run = SuiteRun(
        plan, topology: Fixture.topology(cpus: 2), process: process, progress: Progress(.silent)
      ) { _ in }
      return try await run.start(base: base.path)
    }
    while (try? TextFile.read(mark))?.split(separator: "\n").count != 4 { try await Task.sleep(for: .milliseconds(5)) }
    task.cancel()
    let outcome = try await task.value
    #expect(outcome.wasInterrupted)
    #expect(outcome.measuredCount == 3)
    #expect(Set(try outcome.directory.readSamples().samples.map(\.order)) == [0, 1, 2])
    #expect(!ResultsVerifier.verify(outcome.directory.path).hasErrors)

    // And goes on from there, without measuring anything twice.
    let (resumed, _) = try await run(
      "cat > /dev/null; echo '\(Self.report)'", in: base, resume: outcome.directory.path)
    #expect(resumed.measuredCount == 9)
    let samples = try resumed.directory.readSamples().samples
    #expect(Set(samples.map(\.order)) == Set(0..<12))
    #expect(samples.count { $0.metric == "throughput" } == 12)
  }

  @Test func `Rows that the journal does not promise are measured again`() async throws {
    let base = try TemporaryDirectory()
    let good = "cat > /dev/null; echo '\(Self.report)'"
    let (outcome, _) = try await run(good, in: base)
    let path = outcome.directory.path(of: .journal)
    // As if the process had died between the rows of invocation 11 and its journal line, in the middle of a word.
    let text = try TextFile.read(path)
    let lines = text.split(separator: "\n")
    try base.write(path, lines.dropLast(2).joined(separator: "\n") + "\n" + lines[11].prefix(20))
    #expect(try Journal.read(path).lines.count == 10)
    let (resumed, _) = try await run(good, in: base, resume: outcome.directory.path)
    #expect(resumed.measuredCount == 2)
    let samples = try resumed.directory.readSamples().samples
    #expect(samples.count { $0.metric == "throughput" } == 12)
    #expect(try Journal.read(path).lines.map(\.order).sorted() == Array(0..<12))
  }

  @Test func `A run of another plan is not resumed`() async throws {
    let base = try TemporaryDirectory()
    let good = "cat > /dev/null; echo '\(Self.report)'"
    let (outcome, _) = try await run(good, in: base)
    let other = try Plan(try Fixture.suite(), filters: ["threads=1"], usableCPUs: 2)
    await #expect(throws: JournalError.self) {
      try await run(good, plan: other, in: base, resume: outcome.directory.path)
    }
    #expect(try outcome.directory.readSamples().samples.count { $0.metric == "throughput" } == 12)
  }

  /// Two events of which one process measures one.
  private static func counters(_ names: [String] = ["alpha", "beta"]) -> CounterPlan {
    CounterPlan(
      counters: names.map {
        .init(specification: CounterSpecification(name: $0, event: "perf::X"), unit: "1", better: .lower)
      }, metrics: [], sets: names.indices.map { [$0] })
  }

  @Test func `Invocations of a cell take turns with the sets of counters, also when the run is resumed`() async throws {
    let base = try TemporaryDirectory()
    let seen = base.path + "/seen"
    // The child writes down which counter it was told to open, for which strategy and number of threads.
    let script = """
      input=$(cat); counter=alpha; strategy=global; threads=1
      case $input in *beta*) counter=beta;; esac
      case $input in *coupling*) strategy=coupling;; esac
      case $input in *'"threads":2'*) threads=2;; esac
      echo $strategy $threads $counter >> \(seen)
      """
    let good = "\(script); echo '\(Self.report)'"
    // The seventh child ends the first run.
    let plan = try Plan(try Fixture.suite(), usableCPUs: 2)
    let process = child("\(script); if [ $(wc -l < \(seen)) -eq 7 ]; then sleep 600; fi; echo '\(Self.report)'")
    let task = Task {
      var run = SuiteRun(
        plan, counters: CounterPlan.Preparation(plan: Self.counters(), diagnoses: []),
        topology: Fixture.topology(cpus: 2), process: process, progress: Progress(.silent)
      ) { _ in }
      return try await run.start(base: base.path)
    }
    while (try? TextFile.read(seen))?.split(separator: "\n").count != 7 { try await Task.sleep(for: .milliseconds(5)) }
    task.cancel()
    let outcome = try await task.value
    #expect(outcome.wasInterrupted && outcome.measuredCount == 6)
    let told = try TextFile.read(seen).split(separator: "\n").prefix(6).joined(separator: "\n") + "\n"
    try base.write(seen, told)

    await #expect(throws: JournalError.self, "other counters would mix with those it began with") {
      try await run(good, counters: Self.counters(["alpha"]), in: base, resume: outcome.directory.path)
    }
    let (resumed, _) = try await run(good, counters: Self.counters(), in: base, resume: outcome.directory.path)
    #expect(resumed.measuredCount == 6)
    let order = ["global 1", "coupling 1", "global 2", "coupling 2"]
    let lines =
      order.map { "\($0) alpha" } + order.reversed().map { "\($0) beta" } + order.map { "\($0) alpha" }
    #expect(try TextFile.read(seen).split(separator: "\n").map(String.init) == lines)
    let samples = try resumed.directory.readSamples().samples
    for sample in samples where sample.metric.hasPrefix("ctr.") {
      #expect(sample.metric == (sample.invocation == 1 ? "ctr.alpha" : "ctr.beta"))
      #expect(sample.value == nil && sample.status == .notCounted && sample.window == -1)
    }
    #expect(samples.count { $0.metric.hasPrefix("ctr.") } == 12)
    #expect(!ResultsVerifier.verify(resumed.directory.path).hasErrors)
  }

  @Test func `A run that another process is writing is left alone`() async throws {
    let base = try TemporaryDirectory()
    let good = "cat > /dev/null; echo '\(Self.report)'"
    let (outcome, _) = try await run(good, in: base)
    let paths = [RunFile.journal, .samples].map(outcome.directory.path(of:))
    // As if the other process were between rows and journal line, in the middle of a word: a resumed run would mend both.
    let torn = try TextFile.read(paths[0]).split(separator: "\n").dropLast(2).joined(separator: "\n") + "\n{\"ca"
    try base.write(paths[0], torn)
    let before = try paths.map(TextFile.bytes)
    let other = try Journal(resuming: paths[0])
    await #expect(throws: JournalError.busy(path: paths[0])) {
      try await run(good, in: base, resume: outcome.directory.path)
    }
    #expect(try paths.map(TextFile.bytes) == before)
    withExtendedLifetime(other) {}
  }

  @Test func `A resumed run measures again what crashed, and only that`() async throws {
    let base = try TemporaryDirectory()
    let good = "cat > /dev/null; echo '\(Self.report)'"
    let (outcome, _) = try await run("if grep -q coupling; then exit 3; else echo '\(Self.report)'; fi", in: base)
    #expect(outcome.failures.count == 6)
    let before = try outcome.directory.readSamples().samples.filter { $0.cell.strategy == "global" }
    // It crashes once more, then it does not.
    let (again, _) = try await run("cat > /dev/null; exit 4", in: base, resume: outcome.directory.path)
    #expect(again.measuredCount == 6)
    #expect(again.failures.count == 6 && again.failures.allSatisfy { $0.contains("code 4") }, "\(again.failures)")
    #expect(try again.directory.readSamples().samples.count { $0.status == .error } == 6)
    let (mended, _) = try await run(good, in: base, resume: outcome.directory.path)
    #expect(mended.measuredCount == 6)
    #expect(mended.failures.isEmpty)
    let samples = try mended.directory.readSamples().samples
    #expect(samples.filter { $0.cell.strategy == "global" } == before)
    #expect(!samples.contains { $0.status == .error })
    #expect(samples.count { $0.metric == "throughput" } == 12)
    #expect(!ResultsVerifier.verify(mended.directory.path).hasErrors)
    let (finished, _) = try await run("exit 1", in: base, resume: outcome.directory.path)
    #expect(finished.measuredCount == 0)
  }

  @Test func `A resumed run names the windows whose check failed before, and does not measure them again`() async throws
  {
    let base = try TemporaryDirectory()
    let wrong = Self.report.replacing("\"violations\":[]", with: "\"violations\":[\"page 7 is not mapped\"]")
    let (outcome, _) = try await run("cat > /dev/null; echo '\(wrong)'", in: base)
    #expect(outcome.failures.count == 12)
    let (resumed, _) = try await run("exit 1", in: base, resume: outcome.directory.path)
    #expect(resumed.measuredCount == 0)
    #expect(resumed.failures == outcome.failures)
  }

  @Test func `A run cut off before its first row is valid and goes on`() async throws {
    let base = try TemporaryDirectory()
    let plan = try Plan(try Fixture.suite(), usableCPUs: 2)
    let runID = RunID.generate()
    let directory = try RunDirectory.create(
      base: base.path, suite: "demo", host: HostID(hostname: "h", stableFacts: []), revision: .unversioned,
      runID: runID)
    var record = EnvironmentRecord(runID: runID.description)
    record.set("tool", "name", "pagebench")
    try directory.writeEnvironment(record)
    try directory.createSamples()
    _ = try Journal(
      creating: directory.path(of: .journal), header: ResumeCheck.header(of: plan, counters: .none, runID: runID))
    try base.write(directory.path + "/env.csv.tmp.17", "half")
    let report = ResultsVerifier.verify(directory.path)
    #expect(report.findings.map(\.kind) == [.unfinished])
    #expect(!report.hasErrors)
    let (resumed, _) = try await run("cat > /dev/null; echo '\(Self.report)'", in: base, resume: directory.path)
    #expect(resumed.measuredCount == 12)
    #expect(!TextFile.names(inDirectory: directory.path).contains { $0.contains(".tmp") })
  }

  @Test func `A cancelled run that has not begun leaves nothing`() async throws {
    let base = try TemporaryDirectory()
    let plan = try Plan(try Fixture.suite(), usableCPUs: 2)
    let process = child("exit 1")
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      var run = SuiteRun(plan, topology: Fixture.topology(cpus: 2), process: process, progress: Progress(.silent)) {
        _ in
      }
      return try await run.start(base: base.path + "/results")
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(!TextFile.exists(base.path + "/results") && TextFile.names(inDirectory: base.path + "/results").isEmpty)
  }

  @Test func `Results that cannot be written are refused before anything is measured`() async throws {
    let base = try TemporaryDirectory()
    let file = base.path + "/file"
    try base.write(file, "")
    let mark = base.path + "/measured"
    var run = SuiteRun(
      try Plan(try Fixture.suite(), usableCPUs: 2), topology: Fixture.topology(cpus: 2),
      process: child("touch \(mark)"), progress: Progress(.silent)
    ) { _ in }
    await #expect(throws: RunDirectoryError.self) { try await run.start(base: file + "/results") }
    #expect(!TextFile.exists(mark))
  }
}
