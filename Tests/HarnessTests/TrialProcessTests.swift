import Results
import Testing

@testable import Harness

struct TrialProcessTests {
  @Test func `A child that ends without reading a long task is a failure, not the end of this process`() async throws {
    let entry = try #require(try Plan(try Fixture.suite(), usableCPUs: 2).entries.first)
    var cell = entry.cell
    // Longer than a pipe holds.
    cell.parameters["seed"] = String(repeating: "7", count: 1 << 20)
    let specification = TrialSpecification(cell: cell, window: entry.window, counters: [])
    let outcome = try await TrialProcess(executable: "/bin/sh", arguments: ["-c", "echo done >&2; exit 7"])
      .measure(specification, timeout: .seconds(60))
    guard case .failed(let failure) = outcome else {
      Issue.record("measured: \(outcome)")
      return
    }
    #expect(failure.reason == "the process exited with code 7: done")
  }

  @Test func `A child reads its whole task`() async throws {
    let entry = try #require(try Plan(try Fixture.suite(), usableCPUs: 2).entries.first)
    let specification = TrialSpecification(cell: entry.cell, window: entry.window, counters: [])
    let length = try TrialJSON.encode(specification).count
    let outcome = try await TrialProcess(executable: "/bin/sh", arguments: ["-c", "wc -c >&2; exit 1"])
      .measure(specification, timeout: .seconds(60))
    guard case .failed(let failure) = outcome else {
      Issue.record("measured: \(outcome)")
      return
    }
    #expect(failure.reason == "the process exited with code 1: \(length)")
  }
}
