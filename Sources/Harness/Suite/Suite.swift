public import Results

/// What one suite file asks for: a question, the cells that answer it, and how to measure each cell.
public struct Suite: Hashable, Sendable {
  /// File stem; the `suite` column.
  public let name: String
  /// The question the suite answers, in the author's words.
  public let question: String
  public let matrix: SuiteMatrix
  /// `[[include]]`: cells beside the matrix.
  public let includes: [SuiteInclude]
  /// `[[exclude]]`: cells that are left out, wherever they come from.
  public let excludes: [SuiteRow]
  /// `[[override]]`: other settings for some cells; a later row wins key by key.
  public let overrides: [SuiteOverride]
  /// `[window]` and `[repetition]`.
  let base: PartialSettings
  /// What `[quick]` replaces, in every cell; nothing unless the suite was read with `--quick`.
  let quick: PartialSettings
  /// Names of the counter groups read around every section; empty for none.
  public let counters: [String]
  /// Hardware events that one process counts together; nil for as many as the processor has counters. Further ones are
  /// left to other invocations.
  public let countersAtOnce: Int?
  public let statistic: SuiteStatistic
  /// 16 hexadecimal digits over the file's bytes and whether `--quick` applied; resuming requires the same.
  public let contentHash: String

  /// What a suite that says nothing counts: events that every machine has.
  static let defaultCounterGroup = "software"

  /// How cells without an override are measured.
  public var settings: CellSettings { base.overridden(by: quick).resolved }

  /// How a cell is measured: the suite's settings, then every matching override in file order, then `[quick]`, which
  /// has the last word because a quick run must be quick.
  public func settings(of cell: Cell) -> CellSettings {
    overrides.filter { $0.row.matches(cell) }
      .reduce(base) { $0.overridden(by: $1.settings) }
      .overridden(by: quick).resolved
  }

  /// The cells in the order in which a round runs them: the matrix, then what each `[[include]]` row adds, without the
  /// excluded ones. No cell stands there twice.
  ///
  /// - Parameter warn: told of every row that changes nothing.
  public func cells(warn: (String) -> Void = { _ in }) -> [Cell] {
    var all = matrix.cells(suite: name)
    var known = Set(all)
    for include in includes {
      let added = matrix.replacing(include.axes).cells(suite: name).filter { known.insert($0).inserted }
      if added.isEmpty { warn("\(place(include.line)): every cell of this [[include]] row is there already") }
      all += added
    }
    for exclude in excludes where !all.contains(where: exclude.matches) {
      warn("\(place(exclude.line)): this [[exclude]] row matches no cell")
    }
    let cells = all.filter { cell in !excludes.contains { $0.matches(cell) } }
    for override in overrides where !cells.contains(where: override.row.matches) {
      warn("\(place(override.row.line)): this [[override]] row matches no cell")
    }
    return cells
  }

  private func place(_ line: Int) -> String { "suite \(name), line \(line)" }
}

/// The one number that stands for a cell in the printed table. Files always hold the raw samples.
public enum SuiteStatistic: String, CaseIterable, Codable, Sendable {
  case median
  /// For noisy machines: noise only ever adds time.
  case minimum
}
