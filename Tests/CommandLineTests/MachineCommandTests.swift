import Subprocess
import Testing

/// Commands that plan for recorded machines.
@Suite struct MachineCommandTests {
  private static let machines = ["desktop", "two-sockets", "eight-nodes", "odd-nodes", "offline-cpuset"]

  static func path(_ machine: String) -> String {
    let tests = #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" }
    return "\(tests)/TopologyTests/Machines/\(machine).machine"
  }

  @Test(arguments: machines)
  func `The doctor describes a recorded machine and nothing of this one`(machine: String) async throws {
    let result = try await Pagebench.run("doctor", "--sysfs-root", Self.path(machine))
    #expect(result.status == .exited(0), "\(result.errors)")
    #expect(result.output.contains("cpus_online") && result.output.contains("smt-pairs"))
    #expect(!result.output.contains("task-clock") && !result.output.contains("loadavg"))
  }

  @Test func `The doctor shows caches, limits and the CPUs of each placement`() async throws {
    let eight = try await Pagebench.run("doctor", "--sysfs-root", Self.path("eight-nodes"))
    // 16 L3 caches of 8 MiB, each of two cores with two threads.
    #expect(eight.output.contains("8192K x 16, 4 CPUs each"))
    #expect(eight.output.contains("0,16,4,20,8,24,12,28,1,17"))
    let offline = try await Pagebench.run("doctor", "--sysfs-root", Self.path("offline-cpuset"))
    #expect(offline.output.contains("1,6-7"))
    #expect(offline.output.contains("no core has two usable hardware threads"))
  }

  @Test func `A dry run shows CPUs and nodes and writes nothing`() async throws {
    let workspace = try Workspace()
    let suite = try workspace.suite(
      threads: "4",
      extra: """
        placement = ["compact", "per-node:1"]
        mempolicy = ["remote", "local,tables=bind:0"]
        """)
    let result = try await Pagebench.run(
      "run", suite, "--dry-run", "--sysfs-root", Self.path("two-sockets"), "--out", workspace.path + "/results")
    #expect(result.status == .exited(0), "\(result.errors)")
    let rows = result.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    // cells, threads, placement, mempolicy, CPUs, their nodes, data, tables, metadata. Socket 0 holds the even CPUs.
    #expect(rows.contains(["2", "4", "compact", "remote", "0,2,4,6", "0", "1", "1", "1"]), "\(result.output)")
    #expect(rows.contains(["2", "4", "compact", "local,tables=bind:0", "0,2,4,6", "0", "0", "0", "0"]))
    #expect(
      rows.contains(
        ["2", "4", "per-node:1", "remote", "0-3", "0-1", "1", "0", "1", "0", "1", "0", "1", "0", "1", "0", "1", "0"]))
    #expect(result.output.contains("nothing was measured"))
    #expect(workspace.files(named: "samples.csv").isEmpty)
  }

  @Test func `A machine without what a suite asks for is an error that names it`() async throws {
    let workspace = try Workspace()
    let cases = [
      ("desktop", "mempolicy = \"remote\"", "needs memory on two nodes"),
      ("odd-nodes", "placement = \"smt-pairs\"", "no core has two usable hardware threads"),
      ("odd-nodes", "mempolicy = \"local,tables=bind:1\"", "node 1, which has no memory"),
      ("offline-cpuset", "placement = \"list:6\"", "CPU 6, which is offline"),
    ]
    for (machine, line, reason) in cases {
      let result = try await Pagebench.run(
        "run", try workspace.suite(extra: line), "--dry-run", "--sysfs-root", Self.path(machine))
      #expect(result.status == .exited(2))
      #expect(result.errors.contains(reason), "\(result.errors)")
      #expect(result.output.isEmpty)
    }
  }

  @Test func `Overrides that repeat or swap are errors with the line to write`() async throws {
    let workspace = try Workspace()
    let result = try await Pagebench.run(
      "run", try workspace.suite(extra: "mempolicy = \"local,metadata=remote,tables=bind:0\""), "--dry-run")
    #expect(result.status == .exited(2))
    #expect(result.errors.contains("is written 'local,tables=bind:0,metadata=remote'"), "\(result.errors)")
  }

  @Test(arguments: [
    ["doctor", "--sysfs-root", "/nonexistent"], ["doctor", "--sysfs-root", "/nonexistent", "--counters"],
    ["doctor", "--placement", "--counters"], ["run", "benchmarks/quick.toml", "--sysfs-root", "/"],
  ])
  func `Machines that are not there or cannot be measured are usage errors`(arguments: [String]) async throws {
    let result = try await Pagebench.run(arguments)
    #expect(result.status == .exited(2))
    #expect(result.output.isEmpty && !result.errors.isEmpty)
  }

  @Test func `Threads and memory of this machine go where policies send them`() async throws {
    let result = try await Pagebench.run("doctor", "--placement")
    #expect(result.status == .exited(0), "\(result.output)\(result.errors)")
    #expect(result.output.contains("interleave:all") && result.output.contains("holds"))
  }

  @Test func `Every placement and memory policy that is listed can be written`() async throws {
    let workspace = try Workspace()
    for (kind, key) in [("placements", "placement"), ("mempolicies", "mempolicy")] {
      let listed = try await Pagebench.run("list", kind, "--format", "json")
      let forms = listed.output.split(separator: "\n").compactMap { line -> String? in
        guard line.contains("\"name\" : ") else { return nil }
        return line.split(separator: "\"").dropFirst(3).first.map(String.init)
      }
      #expect(forms.count >= 5)
      for form in forms {
        var text = form.replacing("POLICY,tables=POLICY,metadata=POLICY", with: "local,tables=remote,metadata=bind:1")
        for (word, value) in [(":NODES", ":0-1"), (":NODE", ":1"), (":CPUS", ":3,1"), (":N", ":2")] {
          text = text.replacing(word, with: value)
        }
        let result = try await Pagebench.run(
          "run", try workspace.suite(extra: "\(key) = \"\(text)\""), "--dry-run", "--sysfs-root",
          Self.path("two-sockets"))
        #expect(result.status == .exited(0), "\(text): \(result.errors)")
        #expect(result.output.contains(text))
      }
    }
  }
}
