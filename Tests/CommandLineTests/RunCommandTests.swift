import Results
import Subprocess
import SystemPackage
import Testing

/// Serialized: every run wants the CPUs for itself.
@Suite(.serialized)
struct RunCommandTests {
  @Test func `A run prints a table, names its directory and leaves files that verify`() async throws {
    let workspace = try Workspace()
    let result = try await Pagebench.run("run", try workspace.suite(), "--out", workspace.path + "/results")
    #expect(result.status == .exited(0), "\(result.errors)")
    #expect(result.output.contains("global") && result.output.contains("coupling"), "\(result.output)")
    let samples = try #require(workspace.files(named: "samples.csv").first)
    #expect(result.errors.contains(samples.replacing("/samples.csv", with: "")))
    let file = try SampleFile.read(path: samples)
    #expect(Set(file.samples.map(\.order)) == [0, 1, 2, 3])
    #expect(file.samples.contains { $0.metric == "time_per_op" && $0.usableValue != nil })
    let verified = try await Pagebench.run("verify", workspace.path + "/results")
    #expect(verified.status == .exited(0), "\(verified.output)")
  }

  @Test func `A suite that asks for the minimum gets its table`() async throws {
    let workspace = try Workspace()
    let result = try await Pagebench.run(
      "run", try workspace.suite(statistic: "minimum"), "--out", workspace.path + "/results")
    #expect(result.status == .exited(0), "\(result.errors)")
    #expect(result.output.contains("least time per op (ns)"))
    #expect(!result.output.contains("median"))
  }

  @Test func `In a pipe there are no control characters`() async throws {
    let workspace = try Workspace()
    let result = try await Pagebench.run("run", try workspace.suite(), "--out", workspace.path + "/results")
    for text in [result.output, result.errors] {
      #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && $0.value != 0x7F) })
    }
    #expect(result.errors.contains("round 1/2"))
  }

  @Test func `An unknown key is an error with line, column and suggestion`() async throws {
    let workspace = try Workspace()
    let result = try await Pagebench.run("run", try workspace.suite(extra: "regoin = \"shared\""))
    #expect(result.status == .exited(2))
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("demo.toml:10:1: [matrix] has no key \"regoin\"; did you mean \"region\"?"))
  }

  @Test func `An unknown strategy is an error with line, column and suggestion`() async throws {
    let workspace = try Workspace()
    let result = try await Pagebench.run("run", try workspace.suite(strategies: "\"globall\""))
    #expect(result.status == .exited(2))
    #expect(result.errors.contains("demo.toml:6:12: there is no strategy \"globall\"; did you mean \"global\"?"))
  }

  @Test func `Zero threads is an error`() async throws {
    let workspace = try Workspace()
    let result = try await Pagebench.run("run", try workspace.suite(threads: "0"))
    #expect(result.status == .exited(2))
    #expect(result.errors.contains("demo.toml:8:11: threads is 0; write an integer of at least 1"))
  }

  @Test func `More threads than CPUs run, with a warning and a flag`() async throws {
    let workspace = try Workspace()
    let threads = 2 * cpuCount + 1
    let result = try await Pagebench.run(
      "run", try workspace.suite(strategies: "\"global\"", threads: "\(threads)", invocations: 1), "--out",
      workspace.path + "/results")
    #expect(result.status == .exited(0), "\(result.errors)")
    #expect(result.errors.contains("oversubscribed"))
    let file = try SampleFile.read(path: try #require(workspace.files(named: "samples.csv").first))
    #expect(!file.samples.isEmpty)
    #expect(file.samples.allSatisfy { $0.flags.contains("oversubscribed") })
  }

  @Test func `A directory that cannot be written is an error before anything is measured`() async throws {
    let workspace = try Workspace()
    // Below a regular file: not even root can make a directory there.
    let file = try workspace.write("file", "")
    let result = try await Pagebench.run("run", try workspace.suite(length: 60_000), "--out", file + "/results")
    #expect(result.status == .exited(1))
    #expect(result.errors.contains(file))
    #expect(result.errors.contains("--out"))
    #expect(!result.errors.contains("round 1"))
  }

  @Test func `A disk that fills up costs nothing that was measured, and the message says how to go on`() async throws {
    let workspace = try Workspace()
    let suite = try workspace.suite(invocations: 40)
    // No file may grow beyond 64 blocks of 512 or 1024 bytes; without the trap the kernel would end the process.
    let script = "trap '' XFSZ; ulimit -f 64; exec \"$0\" run \"$1\" --out \"$2\""
    let full = try await Subprocess.run(
      .path("/bin/sh"),
      arguments: ["-c", script, Pagebench.executable.string, suite, workspace.path + "/my results"],
      output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
    let errors = full.standardError
    #expect(full.terminationStatus == .exited(1))
    let run = try #require(workspace.files(named: "samples.csv").first).replacing("/samples.csv", with: "")
    #expect(errors.contains("cannot append to \(run)/samples.csv"), "\(errors)")
    #expect(errors.contains("go on with: pagebench run \(suite) --resume '\(run)'"), "\(errors)")
    let finished = try workspace.read(run + "/journal.jsonl").split(separator: "\n").count - 1
    #expect(finished > 0 && errors.contains("the \(finished) invocation"), "\(errors)")
    #expect(Set(try SampleFile.read(path: run + "/samples.csv").samples.map(\.order)).count == finished)

    let resumed = try await Pagebench.run("run", suite, "--resume", run)
    #expect(resumed.status == .exited(0), "\(resumed.errors)")
    #expect(Set(try SampleFile.read(path: run + "/samples.csv").samples.map(\.order)) == Set(0..<80))
  }

  @Test func `A filter that chooses nothing is an error with a suggestion`() async throws {
    let workspace = try Workspace()
    let result = try await Pagebench.run("run", try workspace.suite(), "--filter", "strategy=copling")
    #expect(result.status == .exited(2))
    #expect(result.errors.contains("did you mean \"coupling\"?"))
  }

  @Test func `A suite file that is not there is an error that names it`() async throws {
    let result = try await Pagebench.run("run", "no-such-suite.toml")
    #expect(result.status == .exited(2))
    #expect(result.errors.contains("no-such-suite.toml"))
  }

  @Test(arguments: [Signal.interrupt, .terminate])
  func `An interrupted run leaves valid files, exits 130 and can be resumed`(signal: Signal) async throws {
    let workspace = try Workspace()
    let results = workspace.path + "/results"
    // Long enough that it never ends by itself while the signal is under way.
    let suite = try workspace.suite(length: 20, invocations: 100)
    let status = try await Pagebench.interrupt(["run", suite, "--out", results], with: signal) {
      // Two finished invocations: the header line and two more.
      guard let journal = workspace.files(named: "journal.jsonl").first else { return false }
      return ((try? workspace.read(journal)) ?? "").split(separator: "\n").count >= 3
    }
    #expect(status == .exited(130))
    let run = try #require(workspace.files(named: "samples.csv").first).replacing("/samples.csv", with: "")
    let verified = try await Pagebench.run("verify", run)
    #expect(verified.status == .exited(0), "\(verified.output)")
    let samples = try SampleFile.read(path: run + "/samples.csv")
    #expect(samples.tornTail == nil)
    #expect(Set(samples.samples.map(\.order)).count >= 2)

    let other = try await Pagebench.run("run", suite, "--resume", run, "--filter", "strategy=global")
    #expect(other.status == .exited(1))
    #expect(other.errors.contains("cannot resume"))
  }

  private var cpuCount: Int {
    // Lists of CPUs in the kernel's form would need a parser; the mask's width is enough for "more than there are".
    ((try? Workspace().read("/proc/cpuinfo")) ?? "").split(separator: "\n").count { $0.hasPrefix("processor") }
  }
}
