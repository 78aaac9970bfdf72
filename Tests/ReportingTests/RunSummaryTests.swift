import Results
import Testing

@testable import Reporting

@Suite struct RunSummaryTests {
  @Test func anInvocationCountsOnceHoweverManyWindowsItHas() {
    let rows = [
      sample(cell(), 1, invocation: 0, window: 0), sample(cell(), 2, invocation: 0, window: 1),
      sample(cell(), 9, invocation: 0, window: 2), sample(cell(), 5, invocation: 1, window: 0),
    ]
    let measurements = CaseMeasurements(rows)
    #expect(measurements.invocationMedians == [2, 5])
    #expect(measurements.median == 3.5)
    #expect(measurements.cleanMinimum == 1)
  }

  @Test func failedWindowsAreLeftOutAndCounted() {
    let rows = [
      sample(cell(), 1, invocation: 0, window: 0, flags: [.failed]), sample(cell(), 7, invocation: 0, window: 1),
      sample(cell(), 3, invocation: 0, window: 2, flags: [.preempted]),
      sample(cell(), nil, invocation: 1, status: .error),
    ]
    let measurements = CaseMeasurements(rows)
    #expect(measurements.invocationMedians == [5])
    #expect(measurements.cleanMinimum == 7)
    #expect(measurements.failedWindowCount == 1)
    #expect(measurements.unusable == [.error: 1])
    #expect(measurements.flagText == "failed 1, preempted 1")
  }

  @Test func absenceSaysWhy() {
    let denied = (0..<3).map { sample(cell(), nil, invocation: 0, window: $0, status: .noPermission) }
    #expect(CaseMeasurements(denied).absence == "no_permission in 3 windows")
    #expect(
      CaseMeasurements([sample(cell(), 1, invocation: 0, flags: [.failed])]).absence
        == "the check failed after 1 window")
    #expect(CaseMeasurements([sample(cell(), 1, invocation: 0)]).absence == nil)
    #expect(CaseMeasurements([]).median == nil)
  }

  @Test func foldedRowsServeOnlyWhereThereAreNoWindows() {
    let rows = [
      sample(cell(), 1, invocation: 0, window: -1), sample(cell(), 2, invocation: 0, window: 0),
      sample(cell(), 3, invocation: 1, window: -1),
    ]
    #expect(CaseMeasurements(rows).invocationMedians == [2, 3])
  }

  @Test func invocationsOfTwoRunsAreNotConfused() {
    #expect(
      CaseMeasurements(samples(cell(), [1], run: "A") + samples(cell(), [3], run: "B")).invocationMedians == [1, 3])
  }

  @Test func threadsAreOrderedByNumber() {
    let rows = [16, 2, 1].flatMap { samples(cell(threads: $0), [1]) }
    #expect(RunSummary(rows).cases.map(\.cell.threads) == [1, 2, 16])
  }

  @Test func tableShowsOnlyWhatDiffers() {
    var rows = samples(cell(), ramp(10)) + samples(cell(strategy: "subtree", threads: 4), ramp(1000, 0))
    rows += samples(cell(), ramp(80e6, 0), metric: "throughput", unit: "op/s", better: .higher)
    rows += samples(
      cell(strategy: "subtree", threads: 4), ramp(4e6, 0), metric: "throughput", unit: "op/s", better: .higher)
    rows.append(sample(cell(strategy: "subtree", threads: 4), 1000, invocation: 5, window: 1, flags: [.preempted]))
    rows += (0..<2).map { sample(cell("query"), nil, invocation: 0, window: $0, status: .error) }
    #expect(
      RunTable(rows).text() == """
        time_per_op, scope all: median over invocations
        same in every row: suite=quick lock=ticket format=x86-64 placement=compact mempolicy=local pages-per-op=16

        workload   strategy     threads  n  time per op (ns)       95 % CI  throughput  flags (windows)
        ---------  -----------  -------  -  ----------------  ------------  ----------  ------------------
        map-unmap  global-lock        1  6              12.5  10.0 .. 15.0  80.0 Mop/s
        map-unmap  subtree            4  6              1000  1000 .. 1000  4.00 Mop/s  preempted 1

        query      global-lock        1  0                                              error in 2 windows

        """)
  }

  @Test func theMinimumIsTheSmallestCleanWindowAndHasNoInterval() {
    var rows = samples(cell(), ramp(10)) + samples(cell(threads: 4), ramp(20))
    rows.append(sample(cell(), 2, invocation: 5, window: 1, flags: [.preempted]))
    rows += samples(cell(), ramp(80e6, 0), metric: "throughput", unit: "op/s", better: .higher)
    rows += (0..<6).map { sample(cell(threads: 8), 5, invocation: $0, flags: [.preempted]) }
    #expect(
      RunTable(rows, statistic: .minimum).text() == """
        time_per_op, scope all: smallest clean window of all invocations, 6 per case
        same in every row: suite=quick workload=map-unmap strategy=global-lock lock=ticket format=x86-64 \
        placement=compact mempolicy=local pages-per-op=16

        threads  least time per op (ns)  flags (windows)
        -------  ----------------------  ----------------------------
              1                    10.0  preempted 1
              4                    20.0
              8                          no clean window; preempted 6

        """)
  }

  @Test func rowsFoldedOverWindowsAreCountedAsInvocations() {
    let rows = (0..<3).map { sample(cell(), nil, invocation: $0, window: -1, status: .notSupported) }
    #expect(CaseMeasurements(rows).absence == "not_supported in 3 invocations")
  }

  @Test func fewInvocationsShowTheirRange() {
    let rows = samples(cell(threads: 1), [3, 1, 2]) + samples(cell(threads: 2), [5, 4, 6])
    #expect(
      RunTable(rows).markdown() == """
        time_per_op, scope all: median over invocations, 3 per case

        same in every row: suite=quick workload=map-unmap strategy=global-lock lock=ticket format=x86-64 \
        placement=compact mempolicy=local pages-per-op=16

        | threads | time per op (ns) | 95 % CI |
        | ---: | ---: | ---: |
        | 1 | 2.00 | (1.00 .. 3.00) |
        | 2 | 5.00 | (4.00 .. 6.00) |

        - in brackets: range over invocations; a 95 % interval needs 6 or more

        """)
  }

  @Test func oneCaseHasNothingThatDiffers() {
    #expect(
      RunTable(samples(cell(), ramp(10))).text() == """
        time_per_op, scope all: median over invocations, 6 per case
        same in every row: suite=quick workload=map-unmap strategy=global-lock lock=ticket format=x86-64 threads=1 \
        placement=compact mempolicy=local pages-per-op=16

        time per op (ns)       95 % CI
        ----------------  ------------
                    12.5  10.0 .. 15.0

        """)
    #expect(RunTable([]).text() == "no samples of metric time_per_op in scope all\n")
  }

  @Test func aRunSaysWhatItsTablesTakePerMappedGiB() {
    let perGiB = MetricName.memoryPerGiB
    let measured =
      samples(cell("query"), ramp(5)) + samples(cell("protect"), ramp(5)) + samples(cell("map"), ramp(5))
      + samples(cell("query"), [2_097_152, 2_097_152], metric: perGiB, unit: "By/GiB")
      + samples(cell("query", threads: 2), [3_145_728], metric: perGiB, unit: "By/GiB")
      + samples(cell("protect"), [4_194_304], metric: perGiB, unit: "By/GiB")
    let text = RunTable(measured).text()
    #expect(text.contains("tables and their metadata take 2.00 MiB to 3.00 MiB per mapped GiB (query)\n"))
    #expect(text.contains("tables and their metadata take 4.00 MiB per mapped GiB (protect)\n"))
    #expect(!text.contains("(map"), "nothing was mapped when its windows ended")
  }
}
