public import Results
import Statistics

/// The columns of `compare.csv`, in file order. Names shared with samples are taken from ``SampleSchema``.
public enum ComparisonSchema {
  public static let name = SchemaName(name: "pagebench.compare", major: 1)

  /// Identity columns, as in samples.
  static let identity: [SampleSchema.Column] = [
    .variant, .suite, .workload, .strategy, .threads, .placement, .memoryPolicy, .parameters, .caseID, .scope, .metric,
    .unit, .better,
  ]

  public static let columnNames: [String] =
    [SampleSchema.Column.schema.rawValue, "base", "head"] + identity.map(\.rawValue) + [
      "n_a", "n_b", "median_a", "median_b", "min_a", "min_b", "ratio", "ratio_lo", "ratio_hi", "method", "p", "p_adj",
      "alpha", "tau", "mde_pct", "verdict", "reason",
    ]
}

extension Comparison {
  /// One record per row with full precision, schema `pagebench.compare/1`; identity columns are the head's where both
  /// sides have the case. An empty cell means that the number does not exist.
  public func csv() -> String {
    let records = rows.map { row in
      [ComparisonSchema.name.description, row.baseName, row.headName] + identityCells(of: row) + resultCells(of: row)
    }
    return String(decoding: CSVWriter.encode(columns: ComparisonSchema.columnNames, rows: records), as: UTF8.self)
  }

  private func identityCells(of row: ComparisonRow) -> [String] {
    [row.variant] + row.cell.identityColumns + [
      CaseID(of: row.cell).description, row.scope.rawValue, row.metric, row.unit, row.better.rawValue,
    ]
  }

  private func resultCells(of row: ComparisonRow) -> [String] {
    func number(_ value: Double?) -> String { value.flatMap(DecimalText.format) ?? "" }
    return [
      String(row.base?.invocationCount ?? 0), String(row.head?.invocationCount ?? 0),
      number(row.base?.median), number(row.head?.median),
      number(row.base?.cleanMinimum), number(row.head?.cleanMinimum),
      number(row.ratio), number(row.interval?.lower), number(row.interval?.upper),
      row.method ?? "", number(row.pValue), number(row.pAdjusted),
      number(options.alpha), number(row.minimumEffect), number(row.detectableEffect.map { $0 * 100 }),
      row.verdict.rawValue, row.reason,
    ]
  }
}
