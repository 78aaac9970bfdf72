import Results
import Subprocess
import Testing

/// Serialized: every run wants the CPUs for itself.
@Suite(.serialized)
struct LatencyCommandTests {
  private func suite(_ workspace: Workspace, _ keys: String, workload: String = "map-unmap") throws -> String {
    try workspace.write(
      "latency.toml",
      """
      name = "latency"
      question = "Does the tool time operations?"
      counters = []
      [matrix]
      workload = "\(workload)"
      strategy = "coupling"
      lock = "ttas"
      threads = 2
      region = "shared"
      region-size = 512
      \(keys)

      [window]
      warmup-ms = 1
      length-ms = 10
      count = 2

      [repetition]
      invocations = 2
      """)
  }

  @Test func `Closed and open loops leave samples and histograms that agree, and a table`() async throws {
    let workspace = try Workspace()
    let suite = try suite(
      workspace,
      """
      latency = "closed"
      [[include]]
      latency = ["constant", "poisson"]
      interval-ns = 5000
      """)
    let result = try await Pagebench.run("run", suite, "--out", workspace.path + "/results")
    #expect(result.status == .exited(0), "\(result.errors)")
    #expect(result.output.contains("latency of one operation"), "\(result.output)")
    let path = try #require(workspace.files(named: "samples.csv").first)
    let verified = try await Pagebench.run("verify", path)
    #expect(verified.status == .exited(0), "\(verified.output)")
    #expect(verified.output.contains("histogram rows in 1 file, 0 findings"), "\(verified.output)")

    let samples = try SampleFile.read(path: path).samples
    #expect(Set(samples.compactMap { $0.cell.parameters["latency"] }) == ["closed", "constant", "poisson"])
    for row in samples where row.metric == "lat_count.map" && row.scope != .all {
      let operations = try #require(row.operations)
      let count = UInt64(try #require(row.value))
      // The phase is carried over from window to window.
      let every: UInt64 = row.cell.parameters["latency"] == "closed" ? 17 : 1
      #expect(count == operations / every || count == operations / every + 1, "\(count) of \(operations)")
    }
    // Responses hold the services and the waiting before them.
    let services = samples.filter { $0.metric == "svc_max.map" && $0.scope == .all }
    // Two processes of two windows for each kind of open loop; a worker without a CPU for all of a window times nothing in it.
    #expect(services.count == 8)
    for service in services where service.value != nil {
      let response = samples.first {
        $0.metric == "lat_max.map" && $0.scope == .all && $0.order == service.order && $0.window == service.window
      }
      #expect(try #require(response?.value) >= #require(service.value))
    }
    #expect(samples.filter { $0.metric == "clock_cost" }.allSatisfy { $0.value != nil && $0.unit == "ns" })
    let histograms = try HistogramFile.read(path: path.replacing("samples.csv", with: "hist.csv")).rows
    #expect(Set(histograms.map(\.operation)) == ["map", "unmap"])
    #expect(histograms.allSatisfy { $0.isOpen == ($0.expectedInterval == 5000) })
  }

  @Test func `Latency that cannot be measured is an error before anything runs`() async throws {
    let workspace = try Workspace()
    for (keys, workload, words) in [
      ("latency = \"poisson\"", "query", "write interval-ns"),
      ("interval-ns = 100", "query", "interval-ns means something only with latency"),
      ("latency = \"closed\"", "fault", "has no single operations"),
      ("latency = \"constant\"\ninterval-ns = 100", "map", "stops to restore the table"),
    ] {
      let result = try await Pagebench.run("run", try suite(workspace, keys, workload: workload))
      #expect(result.status == .exited(2) && result.errors.contains(words), "\(result.errors)")
    }
    let wrong = try await Pagebench.run("run", try suite(workspace, "latency = \"closd\""))
    #expect(wrong.errors.contains("latency.toml:11:11: there is no latency \"closd\"; did you mean \"closed\"?"))
  }
}
