import Results
import Testing

@testable import Reporting

@Suite struct LatencyTableTests {
  private func rows(_ cell: Cell, _ values: [String: Double], flags: [SampleFlag] = []) -> [Sample] {
    [sample(cell, 50, invocation: 0, flags: flags)]
      + values.sorted { $0.key < $1.key }.map {
        sample(cell, $0.value, invocation: 0, metric: $0.key, unit: "ns", flags: flags)
      }
  }

  @Test func aRunWithoutLatencyHasNoSecondTable() {
    #expect(!RunTable(rows(cell(), [:])).text().contains("latency of one operation"))
  }

  @Test func aClosedLoopShowsItsPercentiles() {
    let table = RunTable(
      rows(
        cell("query", parameters: ["latency": "closed"]),
        ["lat_p50": 20, "lat_p99": 150, "lat_p99.9": 1500, "lat_max": 2_000_000])
    ).text()
    #expect(
      table.hasSuffix(
        """
        latency of one operation, scope all: medians over invocations
        same in every row: suite=quick workload=query strategy=global-lock lock=ticket format=x86-64 threads=1 placement=compact mempolicy=local latency=closed

            p50     p99    p99.9      max
        -------  ------  -------  -------
        20.0 ns  150 ns  1.50 µs  2.00 ms

        """), "\(table)")
  }

  @Test func operationsOfACaseStandTogetherAndOpenLoopsShowTheGap() {
    let first = rows(
      cell(parameters: ["latency": "poisson", "interval-ns": "500"]),
      [
        "lat_p50.map": 10, "lat_max.map": 900, "svc_p99.map": 15, "lat_p99.map": 800, "der.co_gap_p99.map": 785,
        "lat_p50.unmap": 11, "lat_max.unmap": 901,
      ], flags: [.saturated])
    let second = rows(cell(parameters: ["latency": "closed"]), ["lat_max.map": 70, "lat_max.unmap": 80])
    let text = RunTable(first + second).text()
    let lines = text.split(separator: "\n").drop { !$0.hasPrefix("latency of one operation") }.map(String.init)
    let operations = lines.filter { $0.contains(" map ") || $0.contains(" unmap ") }
    #expect(operations.count == 4, "\(text)")
    #expect(operations.map { $0.contains("unmap") } == [false, true, false, true])
    #expect(operations.contains { $0.contains("785 ns") && $0.contains("15.0 ns") && $0.contains("800 ns") })
    #expect(text.contains("windows of 1 case could not keep the rate"))
    #expect(text.contains("left empty"))
    let markdown = RunTable(first + second).markdown()
    #expect(markdown.contains("service p99 | gap p99 |"))
  }
}
