import Results
import Subprocess
import SystemPackage
import Testing

struct GoldenTests {
  /// A suite with everything a suite can hold.
  private static let full = """
    name = "full"
    question = "What does a plan look like?"
    counters = []

    [matrix]
    workload = ["map", "protect"]
    strategy = ["global", "coupling"]
    lock = "ttas"
    format = "x86-64"
    threads = 1
    region-size = 64

    [[include]]
    workload = "query"
    region-size = 512

    [[exclude]]
    workload = "map"
    strategy = "coupling"

    [[override]]
    workload = "query"
    window = { warmup-ms = 0, length-ms = 500 }
    repetition = { invocations = 6 }

    [window]
    warmup-ms = 20
    max-warmup-ms = 50
    length-ms = 100
    count = 3

    [repetition]
    precision = 0.02
    max-invocations = 20
    """

  @Test(arguments: ["text", "json"])
  func `Suites are listed with their question or what is wrong with them`(format: String) async throws {
    let workspace = try Workspace()
    _ = try workspace.write("full.toml", Self.full)
    _ = try workspace.write("wrong.toml", "name = \"wrong\"\nquestion = \"x\"\n[matrix]\nworkloda = \"map\"\n")
    let result = try await Pagebench.run("list", "suites", "--suites", workspace.path, "--format", format)
    #expect(result.status == .exited(0))
    // The folder's name is as long in every run, so columns keep their width.
    try Golden.expect(result.output, "list-suites-\(format)", replacing: [workspace.path: "/tmp/suites-of-this-test1"])
  }

  @Test(arguments: [
    ("list", ["--list"]), ("dry-run", ["--dry-run"]),
    ("dry-run-filtered", ["--dry-run", "--filter", "workload=query,map", "--exclude", "strategy=coupling"]),
    ("dry-run-budget", ["--dry-run", "--budget", "30s"]), ("dry-run-short-budget", ["--dry-run", "--budget", "5s"]),
  ])
  func `A plan is shown before it is run`(name: String, options: [String]) async throws {
    let workspace = try Workspace()
    let suite = try workspace.write("full.toml", Self.full)
    // CPUs and nodes of a machine that is the same everywhere.
    let machine = options.contains("--dry-run") ? ["--sysfs-root", MachineCommandTests.path("two-sockets")] : []
    let result = try await Pagebench.run(["run", suite, "--out", workspace.path + "/results"] + options + machine)
    #expect(result.status == .exited(0), "\(result.errors)")
    try Golden.expect(result.output, "run-\(name)")
    #expect(result.errors.isEmpty, "\(result.errors)")
    #expect(workspace.files(named: "samples.csv").isEmpty && workspace.files(named: "env.csv").isEmpty)
  }

  @Test func `Errors in a suite are shown all at once`() async throws {
    let workspace = try Workspace()
    let suite = try workspace.write(
      "full.toml",
      Self.full.replacing("\"coupling\"]", with: "\"coulping\"]").replacing("lock = ", with: "lokc = ")
        .replacing("0.02", with: "2").replacing("count = 3", with: "count = 3.5"))
    let result = try await Pagebench.run("run", suite, "--dry-run")
    #expect(result.status == .exited(2) && result.output.isEmpty)
    try Golden.expect(result.errors, "run-errors", replacing: [workspace.path: "DIR"])
  }

  @Test(arguments: ["text", "csv", "json", "markdown"])
  func `A comparison is printed in every format`(format: String) async throws {
    let workspace = try Workspace()
    let path = try workspace.write(
      "samples.csv", String(decoding: SampleFile.encode(FixedSamples.all), as: UTF8.self))
    let result = try await Pagebench.run("compare", path, "--col", "strategy", "--base", "global", "--format", format)
    #expect(result.status == .exited(0), "\(result.errors)")
    try Golden.expect(result.output, "compare-\(format)", replacing: [workspace.path: "DIR"])
  }

  @Test(arguments: ["two-sockets", "offline-cpuset"])
  func `The doctor describes a recorded machine`(machine: String) async throws {
    let result = try await Pagebench.run("doctor", "--sysfs-root", MachineCommandTests.path(machine))
    #expect(result.status == .exited(0), "\(result.errors)")
    try Golden.expect(result.output, "doctor-\(machine)")
  }

  @Test func `The verifier says what is wrong in which line, and counts the rest`() async throws {
    let workspace = try Workspace()
    let text = String(decoding: SampleFile.encode(FixedSamples.all), as: UTF8.self)
    var results = ""
    let damaged = text.replacing("ns/op", with: "s/op", maxReplacements: 1).replacing(",lower,", with: ",down,")
    for content in [text, damaged, text + "pagebench.samples/1,torn"] {
      let path = try workspace.write("samples-of-a-test.csv", content)
      let result = try await Pagebench.run("verify", path)
      results += "\(result.status)\n\(result.output)\(result.errors)"
    }
    try Golden.expect(results, "verify", replacing: [workspace.path: "DIR"])
  }

  @Test func `A run ends with its table`() async throws {
    let workspace = try Workspace()
    let result = try await Pagebench.run(
      "run", try workspace.suite(invocations: 6), "--out", workspace.path + "/results")
    #expect(result.status == .exited(0), "\(result.errors)")
    try Golden.expect(Golden.withoutMeasurements(result.output), "run-table")
  }

  @Test(arguments: [
    ["list"], ["compare", "SAMPLES", "--col", "strategy"], ["doctor"], ["run"], ["--help"], ["run", "x", "--no"],
  ])
  func `Nobody gets colours, whatever the environment says`(arguments: [String]) async throws {
    let workspace = try Workspace()
    let path = try workspace.write(
      "samples.csv", String(decoding: SampleFile.encode(FixedSamples.all), as: UTF8.self))
    let arguments = arguments.map { $0 == "SAMPLES" ? path : $0 }
    for variables in ["NO_COLOR=1", "CLICOLOR_FORCE=1 FORCE_COLOR=1 TERM=xterm-256color"] {
      let result = try await Subprocess.run(
        .path("/bin/sh"),
        arguments: Arguments(["-c", "\(variables) exec \"$0\" \"$@\" 2>&1", Pagebench.executable.string] + arguments),
        output: .string(limit: 1 << 20), error: .discarded)
      #expect(
        result.standardOutput.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && $0.value != 0x7F) })
      #expect(!result.standardOutput.isEmpty)
    }
  }

  @Test func `A strict run on a machine that disturbs it is refused before it starts`() async throws {
    let workspace = try Workspace()
    // Another run of this program disturbs whatever else the machine does.
    let suite = try workspace.suite(length: 300, invocations: 100)
    let (errors, status) = try await Pagebench.whileRunning(["run", suite, "--out", workspace.path + "/first"]) {
      let result = try await Pagebench.run("run", suite, "--strict", "--out", workspace.path + "/second")
      return (result.errors, result.status)
    }
    #expect(status == .exited(2))
    #expect(errors.contains("--strict: this machine is not fit to measure now:"), "\(errors)")
    #expect(errors.contains("other_pagebench: another pagebench is measuring"), "\(errors)")
    #expect(!workspace.files(named: "samples.csv").contains { $0.contains("/second/") })
  }
}
