import Results
import Subprocess
import SystemPackage
import Testing

struct CommandTests {
  @Test(arguments: [[], ["run"], ["list"], ["compare"], ["doctor"], ["verify"], ["decode"], ["trial"]])
  func `Every command's help has an example`(command: [String]) async throws {
    let result = try await Pagebench.run(command + ["--help"])
    #expect(result.status == .exited(0))
    #expect(result.errors.isEmpty)
    #expect(result.output.contains("Example:"), "\(result.output)")
    #expect(result.output.contains("pagebench \(command.first ?? "run")"))
  }

  @Test(arguments: [
    ["nonsense"], ["run"], ["run", "x.toml", "--no-such-option"], ["list", "nothing"], ["compare", "x"],
    ["run", "x.toml", "--out", ""],
    ["decode", "0x"], ["decode", "+5"], ["decode", "0x+10"], ["decode", "0x10000000000000000"],
  ])
  func `Wrong usage exits 2 and says so on standard error`(arguments: [String]) async throws {
    let result = try await Pagebench.run(arguments)
    #expect(result.status == .exited(2))
    #expect(result.output.isEmpty)
    #expect(!result.errors.isEmpty)
  }

  @Test func `The hidden command is not in the overview`() async throws {
    let result = try await Pagebench.run("--help")
    #expect(!result.output.contains("trial"))
  }

  @Test func `A trial without a specification says whose command it is`() async throws {
    let result = try await Pagebench.run("trial")
    #expect(result.status == .exited(1))
    #expect(result.errors.contains("pagebench run"))
  }

  @Test(arguments: [
    "workloads", "strategies", "locks", "formats", "parameters", "placements", "mempolicies", "counters",
  ])
  func `Lists are the same in text and JSON`(kind: String) async throws {
    let text = try await Pagebench.run("list", kind)
    let json = try await Pagebench.run("list", kind, "--format", "json")
    #expect(text.status == .exited(0) && json.status == .exited(0))
    let names = json.output.split(separator: "\n").compactMap { line -> Substring? in
      guard line.contains("\"name\" : ") else { return nil }
      return line.split(separator: "\"").dropFirst(3).first
    }
    #expect(!names.isEmpty)
    for name in names { #expect(text.output.contains(name)) }
  }

  @Test func `A samples file with a torn last line is read without it, with a warning`() async throws {
    let workspace = try Workspace()
    let text = String(decoding: SampleFile.encode(FixedSamples.all), as: UTF8.self)
    let path = try workspace.write("samples.csv", String(text.dropLast(40)))
    let compared = try await Pagebench.run("compare", path, "--col", "strategy", "--format", "csv")
    #expect(compared.status == .exited(0), "\(compared.errors)")
    #expect(compared.errors.contains("torn"))
    let verified = try await Pagebench.run("verify", path)
    #expect(verified.output.contains("torn"))
  }

  @Test func `A result that cannot be written is an error`() async throws {
    let result = try await Subprocess.run(
      .path("/bin/sh"), arguments: ["-c", "exec \"$0\" list locks > /dev/full", Pagebench.executable.string],
      output: .discarded, error: .string(limit: 1 << 16))
    #expect(result.terminationStatus == .exited(1))
    #expect(result.standardError.contains("No space left on device"))
  }

  @Test func `Verifying nothing is an error`() async throws {
    let workspace = try Workspace()
    let result = try await Pagebench.run("verify", workspace.path)
    #expect(result.status == .exited(1))
  }

  @Test func `The doctor shows every counter with a status`() async throws {
    let result = try await Pagebench.run("doctor", "--counters")
    for name in ["task-clock", "page-faults", "context-switches", "cpu-migrations", "cycles", "instructions"] {
      #expect(result.output.contains(name))
    }
    for heading in ["encoding", "self-test", "status", "remedy"] { #expect(result.output.contains(heading)) }
    for preset in ["min", "tlb", "lock", "numa", "top"] {
      #expect(result.output.split(separator: "\n").contains { $0.hasPrefix("\(preset) ") && $0.contains("preset: ") })
    }
  }

  @Test func `Counters are listed with their groups, presets and formulas`() async throws {
    let result = try await Pagebench.run("list", "counters")
    for name in ["software/task-clock", "tlb/dtlb-walks", "tlb/der.walks", "kernel/tlb-flush-events"] {
      #expect(result.output.contains(name))
    }
    #expect(result.output.contains("includes min, core"))
  }

  @Test func `Without counter groups the error says where they were looked for`() async throws {
    let workspace = try Workspace()
    let result = try await Subprocess.run(
      .path("/bin/sh"),
      arguments: ["-c", "PAGEBENCH_COUNTERS=\"$1\" exec \"$0\" doctor", Pagebench.executable.string, workspace.path],
      output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
    #expect(result.terminationStatus == .exited(2))
    #expect(result.standardError.contains("\(workspace.path): no counter group files"))
  }

  @Test func `A fault in a group file is told with its place`() async throws {
    let workspace = try Workspace()
    _ = try workspace.write("x.toml", "name = \"x\"\nsummary = \"s\"\ninclude = \"y\"\n")
    let result = try await Subprocess.run(
      .path("/bin/sh"),
      arguments: [
        "-c", "PAGEBENCH_COUNTERS=\"$1\" exec \"$0\" list counters", Pagebench.executable.string, workspace.path,
      ],
      output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
    #expect(result.terminationStatus == .exited(2))
    #expect(result.standardError.contains("x.toml:3:11: there is no group \"y\""), "\(result.standardError)")
  }
}
