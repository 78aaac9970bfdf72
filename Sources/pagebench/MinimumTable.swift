import Reporting
import Results

/// The table of a suite whose statistic is the minimum: for each case the smallest window that nothing disturbed.
enum MinimumTable {
  static func text(_ samples: [Sample]) -> String {
    let cases = RunSummary(samples).cases
    let keys = (cases.first?.cell.identityKeys ?? []).filter { key in
      Set(cases.map { $0.cell.identity(key) ?? "" }).count > 1
    }
    var table = TextTable(
      keys.map { TextTable.Column($0) } + [.init("least time per op (ns)", .right), .init("invocations", .right)])
    for item in cases {
      table.append(
        keys.map { item.cell.identity($0) ?? "" } + [
          item.measurements.cleanMinimum.map { NumberText.significant($0) } ?? "no clean window",
          String(item.measurements.invocationCount),
        ])
    }
    return "\(MetricName.timePerOperation), scope all: smallest clean window of all invocations\n\n" + table.text()
  }
}
