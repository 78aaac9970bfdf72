extension Sample {
  /// Cells in the order of ``SampleSchema/columnNames``.
  public var csvCells: [String] { csvCells(parameterText: cell.parameterText) }

  /// The same, for rows of one cell after the other.
  ///
  /// - Parameter parameterText: the cell's ``Cell/parameterText``, which takes a sort and some escaping to make.
  func csvCells(parameterText: String) -> [String] {
    SampleSchema.Column.allCases.map { cellText($0, parameterText) }
  }

  private func cellText(_ column: SampleSchema.Column, _ parameterText: String) -> String {
    switch column {
    case .schema: SampleSchema.name.description
    case .runID: runID
    case .variant: variant
    case .suite: cell.suite
    case .workload: cell.workload
    case .strategy: cell.strategy
    case .threads: String(cell.threads)
    case .placement: cell.placement
    case .memoryPolicy: cell.memoryPolicy
    case .parameters: parameterText
    case .caseID: caseID.description
    case .benchVersion: String(benchVersion)
    case .block: String(block)
    case .order: String(order)
    case .invocation: String(invocation)
    case .window: String(window)
    case .startedUTC: startedUTC?.rfc3339 ?? ""
    case .windowNanoseconds: windowNanoseconds.map { String($0) } ?? ""
    case .operations: operations.map { String($0) } ?? ""
    case .scope: scope.rawValue
    case .metric: metric
    case .value: value.flatMap(DecimalText.format) ?? ""
    case .unit: unit
    case .better: better.rawValue
    case .status: status.rawValue
    case .enabledNanoseconds: enabledNanoseconds.map { String($0) } ?? ""
    case .runningNanoseconds: runningNanoseconds.map { String($0) } ?? ""
    case .source: source.rawValue
    case .event: event ?? ""
    case .cpus: cpus
    case .flags: flags.map(\.rawValue).joined(separator: ";")
    case .note: note
    case .guarantee: guarantee
    }
  }

  /// Decodes one row.
  ///
  /// A status this build does not know becomes `error` with the original word in the note: newer files may have more
  /// statuses, and an unknown one is not usable.
  ///
  /// - Throws: ``ResultsFileError`` naming file, line and column of the first cell that cannot be what its column says.
  public init(_ row: CSVRow, columns: SampleColumns) throws(ResultsFileError) {
    let cells = SampleCells(row: row, columns: columns)
    try SampleSchema.name.checkReads(cells.text(.schema), path: columns.path, line: row.line)
    guard let parameters = ParameterText.decode(cells.text(.parameters)) else {
      throw cells.error(.parameters, "`key=value` pairs separated by `;`")
    }
    guard let caseID = CaseID(cells.text(.caseID)) else { throw cells.error(.caseID, "16 lower-case hex digits") }
    guard let better = MetricDirection(rawValue: cells.text(.better)) else {
      throw cells.error(.better, "`lower`, `higher` or `none`")
    }
    self.runID = try cells.nonEmpty(.runID, "a run identifier")
    self.variant = cells.text(.variant)
    self.cell = Cell(
      suite: cells.text(.suite), workload: try cells.nonEmpty(.workload, "a workload name"),
      strategy: cells.text(.strategy), threads: try cells.integer(.threads, atLeast: 1),
      placement: cells.text(.placement), memoryPolicy: cells.text(.memoryPolicy), allParameters: parameters)
    self.caseID = caseID
    self.benchVersion = try cells.integer(.benchVersion, atLeast: 0)
    self.block = try cells.integer(.block, atLeast: 0)
    self.order = try cells.integer(.order, atLeast: 0)
    self.invocation = try cells.integer(.invocation, atLeast: 0)
    self.window = try cells.integer(.window, atLeast: -1)
    self.startedUTC = try cells.timestamp(.startedUTC)
    self.windowNanoseconds = try cells.unsigned(.windowNanoseconds)
    self.operations = try cells.unsigned(.operations)
    self.scope = SampleScope(rawValue: try cells.nonEmpty(.scope, "a scope such as `all`"))
    self.metric = try cells.nonEmpty(.metric, "a metric name")
    self.value = try cells.decimal(.value)
    self.unit = cells.text(.unit)
    self.better = better
    let statusText = try cells.nonEmpty(.status, "a status such as `ok`")
    let knownStatus = MeasurementStatus(rawValue: statusText)
    self.status = knownStatus ?? .error
    self.enabledNanoseconds = try cells.unsigned(.enabledNanoseconds)
    self.runningNanoseconds = try cells.unsigned(.runningNanoseconds)
    self.source = MeasurementSource(rawValue: cells.text(.source))
    self.event = cells.text(.event).isEmpty ? nil : cells.text(.event)
    self.cpus = cells.text(.cpus)
    self.flags = cells.text(.flags).split(separator: ";").map { SampleFlag(rawValue: String($0)) }
    guarantee = cells.text(.guarantee)
    let note = cells.text(.note)
    if knownStatus != nil {
      self.note = note
    } else {
      self.note = note.isEmpty ? "unknown status `\(statusText)`" : "unknown status `\(statusText)`; \(note)"
    }
  }
}
