import Results
import Testing

@testable import Reporting

/// Whole outputs, written by hand from numbers computed with SciPy.
@Suite struct ComparisonOutputTests {
  private func twoRuns() throws -> Comparison {
    let base =
      samples(cell(threads: 16), ramp(1000)) + samples(cell(threads: 4), ramp(200, 2))
      + samples(cell(threads: 1), ramp(100))
    let head =
      samples(cell(threads: 1), ramp(100).map { $0 * 1.1 }, run: "B")
      + samples(cell(threads: 4), ramp(201, 2), run: "B")
      + samples(cell(threads: 16), ramp(1000.5), run: "B") + samples(cell(threads: 64), ramp(50, 0), run: "B")
    return try Comparison(base: base, head: head, baseName: "runs/a", headName: "runs/b")
  }

  private func strategies() throws -> Comparison {
    var rows: [Sample] = []
    for (workload, threads) in [("query", 1), ("query", 2), ("map-unmap", 1)] {
      rows += samples(cell(workload, threads: threads), ramp(100))
      rows += samples(cell(workload, strategy: "subtree", threads: threads), ramp(100).map { $0 / 2 })
      if workload == "query" {
        rows += samples(cell(workload, strategy: "rcu", threads: threads), ramp(100).map { $0 * 4 })
      }
    }
    return try Comparison(of: rows, over: "strategy", options: ComparisonOptions(rowKey: "workload"))
  }

  @Test func twoRunsAsText() throws {
    #expect(
      try twoRuns().text() == """
        time_per_op (ns/op), scope all, median over invocations
        base runs/a, head runs/b
        same in every row: suite=quick workload=map-unmap strategy=global-lock lock=ticket format=x86-64 \
        placement=compact mempolicy=local pages-per-op=16

        threads    n  base     head  ratio         95 % CI   p adj  MDE %  verdict
        -------  ---  ----  -------  -----  --------------  ------  -----  ----------------
              1  6+6   103      113  1.100  1.069 .. 1.132  0.0065    4.1  regressed
              4  6+6   205      206  1.005  0.976 .. 1.034  1.0000    4.1  inconclusive [1]
             16  6+6  1003     1003  1.000  0.998 .. 1.003  1.0000    0.4  equivalent
             64  0+6           50.0                                        only_head
                            geomean  1.034                                 3 of 4 rows

        4 rows: 1 regressed, 1 equivalent, 1 inconclusive, 1 only_head
        [1] the spread hides a change of 2 %, only one of MDE or more would be found; about 21 invocations per side \
        would do
        base and head were measured one after the other: a drift of the machine between them looks like a change

        """)
  }

  @Test func valuesOfAKeyAsTextGroupedByRow() throws {
    #expect(
      try strategies().text() == """
        time_per_op (ns/op), scope all, median over invocations
        base strategy=global-lock
        same in every row: suite=quick lock=ticket format=x86-64 placement=compact mempolicy=local pages-per-op=16

        workload   threads  strategy    n  base     head  ratio         95 % CI   p adj  MDE %  verdict
        ---------  -------  --------  ---  ----  -------  -----  --------------  ------  -----  -----------
        map-unmap        1  rcu       6+0   103                                                 only_base
        map-unmap        1  subtree   6+6   103     51.3  0.500  0.486 .. 0.515  0.0108    4.1  faster

        query            1  rcu       6+6   103      410  4.000  3.886 .. 4.118  0.0108    4.1  slower
        query            1  subtree   6+6   103     51.3  0.500  0.486 .. 0.515  0.0108    4.1  faster
        query            2  rcu       6+6   103      410  4.000  3.886 .. 4.118  0.0108    4.1  slower
        query            2  subtree   6+6   103     51.3  0.500  0.486 .. 0.515  0.0108    4.1  faster
        query               rcu                  geomean  4.000                                 2 of 2 rows
        query               subtree              geomean  0.500                                 2 of 2 rows

        6 rows: 2 slower, 3 faster, 1 only_base

        """)
  }

  @Test func oneHeadAsMarkdown() throws {
    let rows = samples(cell(), ramp(100)) + samples(cell(strategy: "a|b"), ramp(100).map { $0 / 2 })
    #expect(
      try Comparison(of: rows, over: "strategy").markdown() == """
        time_per_op (ns/op), scope all, median over invocations, n = 6+6

        base strategy=global-lock, head strategy=a|b

        same in every row: suite=quick workload=map-unmap lock=ticket format=x86-64 threads=1 placement=compact \
        mempolicy=local pages-per-op=16

        | base | head | ratio | 95 % CI | p adj | MDE % | verdict |
        | ---: | ---: | ---: | ---: | ---: | ---: | --- |
        | 103 | 51.3 | 0.500 | 0.486 .. 0.515 | 0.0022 | 4.1 | faster |

        - 1 row: 1 faster

        """)
  }

  @Test func minimaAsText() throws {
    let comparison = try Comparison(
      base: samples(cell(), [4, 6]), head: samples(cell(), [1, 2], run: "B"), baseName: "a", headName: "b",
      options: ComparisonOptions(statistic: .minimum))
    #expect(
      comparison.text() == """
        time_per_op (ns/op), scope all, minimum over clean windows, n = 2+2
        base a, head b
        same in every row: suite=quick workload=map-unmap strategy=global-lock lock=ticket format=x86-64 threads=1 \
        placement=compact mempolicy=local pages-per-op=16

        base  head  ratio  verdict
        ----  ----  -----  ----------------
        4.00  1.00  0.250  inconclusive [1]

        1 row: 1 inconclusive
        [1] a minimum has no test: look at the ratio only
        base and head were measured one after the other: a drift of the machine between them looks like a change

        """)
  }

  @Test func rowsThatOnlyNoiseKeepsUndecidedShareAFootnote() throws {
    // Spreads of 2 and 4 per step on 200 are seen through by so many invocations, one of 100 on 100 by none.
    let cells = [1, 2, 4].map { cell(threads: $0) }
    let steps = [2.0, 4.0, 100.0]
    let base = zip(cells, steps).flatMap { samples($0, ramp(200, $1)) }
    let head = zip(cells, steps).flatMap { samples($0, ramp(201, $1), run: "B") }
    let comparison = try Comparison(base: base, head: head, baseName: "a", headName: "b")
    let needed = comparison.rows.compactMap { row in
      if case .curable(let count) = row.noise { count } else { nil as Int? }
    }
    #expect(needed.count == 2 && needed[0] < needed[1])
    let text = comparison.text()
    #expect(text.contains("about \(needed[0]) to \(needed[1]) invocations per side would do"), "\(text)")
    #expect(text.contains("[2] the spread hides") && !text.contains("[3]"), "\(text)")
    // Files keep each row's own numbers.
    #expect(comparison.csv().contains("about \(needed[0]) invocations per side are needed, there are 6 and 6"))
  }

  @Test func filesHoldTheSameVerdictsWhateverIsCompared() throws {
    let comparison = try strategies()
    #expect(comparison.csv().contains(",improved,") && comparison.csv().contains(",regressed,"))
    #expect(comparison.json().contains("\"verdict\": \"regressed\""))
    for text in [comparison.text(), comparison.markdown()] {
      #expect(!text.contains("regressed") && !text.contains("improved"))
    }
  }

  @Test func metricsThatAreNotAboutTimeGetBetterOrWorse() throws {
    let rows =
      samples(cell(), ramp(100), metric: "fairness", unit: "1", better: .higher)
      + samples(cell(strategy: "rcu"), ramp(100).map { $0 / 2 }, metric: "fairness", unit: "1", better: .higher)
    let comparison = try Comparison(of: rows, over: "strategy", options: ComparisonOptions(metric: "fairness"))
    #expect(comparison.text().contains("1 row: 1 worse"))
  }

  // The case identifier comes from an independent computation of FNV-1a in Python.
  @Test func csvHoldsFullPrecisionAndEmptyCellsForAbsence() throws {
    let comparison = try Comparison(
      base: samples(cell(), [1, 1, 1, 1]), head: samples(cell(), [2, 2, 2, 2], run: "B"), baseName: "a, old",
      headName: "b")
    let identity =
      ",,quick,map-unmap,global-lock,1,compact,local,format=x86-64;lock=ticket;pages-per-op=16,1df93e48d9b711e5,"
    #expect(
      comparison.csv()
        == "schema,base,head,variant,suite,case,strategy,threads,placement,mempolicy,params,case_id,scope,metric,unit,"
        + "better,n_a,n_b,median_a,median_b,min_a,min_b,ratio,ratio_lo,ratio_hi,method,p,p_adj,alpha,tau,mde_pct,verdict,"
        + "reason\n"
        + "pagebench.compare/1,\"a, old\",b" + identity
        + "all,time_per_op,ns/op,lower,4,4,1,2,1,2,2,2,2,mwu_exact_tied,0.02857142857142857,0.02857142857142857,0.05,0.02,"
        + "0,regressed,\n")
    let absent = try Comparison(base: samples(cell(), [4]), head: [], baseName: "a", headName: "b")
    #expect(
      absent.csv().split(separator: "\n")[1]
        == "pagebench.compare/1,a,b\(identity)all,time_per_op,ns/op,lower,1,0,4,,4,,,,,,,,0.05,0.02,,only_base,")
  }

  @Test func jsonHoldsTheSameRows() throws {
    let comparison = try Comparison(
      base: samples(cell(), [1, 1, 1, 1]), head: samples(cell(), [2, 2, 2, 2], run: "B"), baseName: "a", headName: "b")
    #expect(
      comparison.json() == """
        {
          "schema": "pagebench.compare/1",
          "subject": {
            "kind": "sets",
            "base": "a",
            "head": "b"
          },
          "metric": "time_per_op",
          "scope": "all",
          "statistic": "median",
          "alpha": 0.05,
          "tau": 0.02,
          "rows": [
            {
              "base": "a",
              "head": "b",
              "case_id": "1df93e48d9b711e5",
              "identity": {
                "suite": "quick",
                "workload": "map-unmap",
                "strategy": "global-lock",
                "lock": "ticket",
                "format": "x86-64",
                "threads": "1",
                "placement": "compact",
                "mempolicy": "local",
                "pages-per-op": "16"
              },
              "unit": "ns/op",
              "better": "lower",
              "n_a": 4,
              "n_b": 4,
              "median_a": 1,
              "median_b": 2,
              "min_a": 1,
              "min_b": 2,
              "ratio": 2,
              "ratio_lo": 2,
              "ratio_hi": 2,
              "method": "mwu_exact_tied",
              "p": 0.02857142857142857,
              "p_adj": 0.02857142857142857,
              "tau": 0.02,
              "mde_pct": 0,
              "verdict": "regressed",
              "reason": ""
            }
          ],
          "geomeans": [
            {
              "row": null,
              "head": "b",
              "ratio": 2,
              "used": 1,
              "excluded": 0
            }
          ],
          "verdicts": {
            "regressed": 1,
            "improved": 0,
            "equivalent": 0,
            "inconclusive": 0,
            "no_data": 0,
            "incomparable": 0,
            "only_base": 0,
            "only_head": 0
          },
          "notes": [
            "base and head were measured one after the other: a drift of the machine between them looks like a change"
          ]
        }

        """)
  }

  @Test(arguments: ComparisonFormat.allCases)
  func everyFormatIsReachable(format: ComparisonFormat) throws {
    #expect(try twoRuns().formatted(format).contains("only_head"))
  }
}
