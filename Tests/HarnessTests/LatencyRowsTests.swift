import Results
import Testing

@testable import Harness

struct LatencyRowsTests {
  private func histogram(
    _ operation: String, _ kind: LatencyHistogram.Kind, _ buckets: [(UInt64, UInt64)], dropped: UInt64 = 0,
    longest: UInt64? = nil
  ) -> LatencyHistogram {
    LatencyHistogram(
      operation: operation, kind: kind, buckets: buckets.map { .init(low: $0.0, high: $0.0, count: $0.1) },
      dropped: dropped, longest: longest ?? buckets.last?.0)
  }

  private func worker(_ histograms: [LatencyHistogram], clockCost: Double = 12.5, behind: UInt64 = 0) -> WorkerResult {
    var worker = Fixture.worker(operations: 1000, active: 1_000_000)
    worker.latency = WorkerLatency(
      clockCostNanoseconds: clockCost, clockStepNanoseconds: 10, histograms: histograms, behindNanoseconds: behind)
    return worker
  }

  private func row(_ rows: LatencyRows, _ metric: String) throws -> LatencyRows.Row {
    try #require(rows.rows.first { $0.metric == metric })
  }

  @Test func `Without timed operations there are no rows`() {
    #expect(LatencyRows([Fixture.worker(operations: 10, active: 100)]).rows.isEmpty)
  }

  @Test func `A closed loop has one distribution`() throws {
    // Ranks 1 to 950 of 1000 took 10 ns, the others 70 ns.
    let rows = LatencyRows([worker([histogram("query", .service, [(10, 950), (70, 50)])])])
    #expect(try row(rows, "lat_p50").value == 10)
    #expect(try row(rows, "lat_p90").value == 10)
    #expect(try row(rows, "lat_p99").value == 70)
    #expect(try row(rows, "lat_max").value == 70)
    #expect(try row(rows, "longest_wait").value == 70)
    #expect(try row(rows, "lat_count").value == 1000)
    #expect(try row(rows, "clock_cost").value == 12.5)
    #expect(try row(rows, "clock_step").value == 10)
    // One of a thousand lies beyond the 99.9th percentile.
    let absent = try row(rows, "lat_p99.9")
    #expect(absent.value == nil && absent.status == .notCounted)
    #expect(absent.note.hasPrefix("only 1 of 1000 timed operations lie beyond it, and 10 are needed"))
    #expect(!rows.rows.contains { $0.metric.hasPrefix("svc") || $0.metric.hasPrefix("der") })
  }

  @Test func `The gap is what the closed loop's percentile hides`() throws {
    // The service is 10 ns but for five operations of 1000; two hundred were late because of them.
    let service = histogram("query", .service, [(10, 995), (800, 5)])
    let response = histogram("query", .response, [(10, 800), (600, 200)], longest: 800)
    let rows = LatencyRows([worker([service, response])])
    #expect(try row(rows, "svc_p99").value == 10)
    #expect(try row(rows, "lat_p99").value == 600)
    #expect(try row(rows, "der.co_gap_p99").value == 590)
    #expect(try row(rows, "svc_max").value == 800)
  }

  @Test func `All workers together are the sum of their histograms, and parts have names`() throws {
    let workers = [
      worker([histogram("map", .service, [(10, 60)]), histogram("unmap", .service, [(5, 60)])], clockCost: 11),
      worker([histogram("map", .service, [(30, 40)]), histogram("unmap", .service, [(90, 40)])], clockCost: 13),
    ]
    let all = LatencyRows(workers)
    #expect(try row(all, "lat_p50.map").value == 10)
    #expect(try row(all, "lat_p90.map").value == 30)
    #expect(try row(all, "lat_p90.unmap").value == 90)
    #expect(try row(all, "lat_count.map").value == 100)
    #expect(try row(all, "longest_wait").value == 90)
    #expect(try row(all, "clock_cost").value == 13)
    let own = LatencyRows([workers[0]])
    #expect(try row(own, "longest_wait").value == 10)
  }

  @Test func `A window in which nothing was timed has no values`() throws {
    let rows = LatencyRows([worker([histogram("query", .service, []), histogram("query", .response, [])])])
    for metric in ["lat_p50", "lat_max", "svc_p99", "der.co_gap_p99", "longest_wait"] {
      let row = try row(rows, metric)
      #expect(row.value == nil && row.note == "no operation was timed in the window", "\(metric): \(row.note)")
    }
    #expect(try row(rows, "lat_count").value == 0)
  }

  @Test func `Only a queue that grew is saturation`() throws {
    let settings = try #require(try LatencySettings(["latency": "constant", "interval-ns": "2000"]))
    // A hundredth of the window is 10 µs, ten intervals are 20 µs.
    #expect(!worker([], behind: 20_000).isSaturated(settings))
    #expect(worker([], behind: 20_001).isSaturated(settings))
    let rare = try #require(try LatencySettings(["latency": "constant", "interval-ns": "100"]))
    #expect(!worker([], behind: 10_000).isSaturated(rare))
    #expect(worker([], behind: 10_001).isSaturated(rare))
    #expect(!worker([], behind: 1_000_000).isSaturated(try #require(try LatencySettings(["latency": "closed"]))))
  }
}
