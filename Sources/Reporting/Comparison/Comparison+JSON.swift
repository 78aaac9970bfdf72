import Results
import Statistics

extension Comparison {
  /// One JSON object: what was compared, rows with full precision, geometric means, counts and notes. A number that does
  /// not exist is null.
  public func json() -> String {
    JSONText.object([
      ("schema", .string(ComparisonSchema.name.description)),
      ("subject", subjectJSON),
      ("metric", .string(options.metric)),
      ("scope", .string(options.scope.rawValue)),
      ("statistic", .string(options.statistic.rawValue)),
      ("alpha", .number(options.alpha)),
      ("tau", .number(options.minimumEffect)),
      ("rows", .array(rows.map(json))),
      ("geomeans", .array(geometricMeans.map(json))),
      ("verdicts", .object(Verdict.allCases.map { ($0.rawValue, .number(Double(count(of: $0)))) })),
      ("notes", .array(notes.map(JSONText.string))),
    ]).text()
  }

  private var subjectJSON: JSONText {
    switch subject {
    case .sets(let base, let head):
      .object([("kind", .string("sets")), ("base", .string(base)), ("head", .string(head))])
    case .values(let key, let base, let heads):
      .object([
        ("kind", .string("values")), ("key", .string(key)), ("base", .string(base)),
        ("heads", .array(heads.map(JSONText.string))),
      ])
    }
  }

  private func json(_ row: ComparisonRow) -> JSONText {
    let identity = (row.cell.identityKeys + [SampleSchema.Column.variant.rawValue])
      .map { (key: $0, value: row.identity($0)) }
      .filter { !$0.value.isEmpty }
    return .object([
      ("base", .string(row.baseName)),
      ("head", .string(row.headName)),
      ("case_id", .string(CaseID(of: row.cell).description)),
      ("identity", .object(identity.map { ($0.key, .string($0.value)) })),
      ("unit", .string(row.unit)),
      ("better", .string(row.better.rawValue)),
      ("n_a", .number(Double(row.base?.invocationCount ?? 0))),
      ("n_b", .number(Double(row.head?.invocationCount ?? 0))),
      ("median_a", .optional(row.base?.median)),
      ("median_b", .optional(row.head?.median)),
      ("min_a", .optional(row.base?.cleanMinimum)),
      ("min_b", .optional(row.head?.cleanMinimum)),
      ("ratio", .optional(row.ratio)),
      ("ratio_lo", .optional(row.interval?.lower)),
      ("ratio_hi", .optional(row.interval?.upper)),
      ("method", .optional(row.method)),
      ("p", .optional(row.pValue)),
      ("p_adj", .optional(row.pAdjusted)),
      ("tau", .number(row.minimumEffect)),
      ("mde_pct", .optional(row.detectableEffect.map { $0 * 100 })),
      ("verdict", .string(row.verdict.rawValue)),
      ("reason", .string(row.reason)),
    ])
  }

  private func json(_ mean: GeometricMeanRow) -> JSONText {
    .object([
      ("row", .optional(mean.rowValue)),
      ("head", .string(mean.headName)),
      ("ratio", .optional(mean.ratio)),
      ("used", .number(Double(mean.usedCount))),
      ("excluded", .number(Double(mean.excludedCount))),
    ])
  }
}
