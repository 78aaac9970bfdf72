public import Results

/// The cells that a row such as `[[exclude]]` speaks of: those that have, for every key of the row, one of its values.
public struct SuiteRow: Hashable, Sendable {
  /// Values by identity key (`workload`, `threads`, `region`, …), as text.
  public let conditions: [String: Set<String>]
  /// Where the row stands in the file.
  public let line: Int

  public func matches(_ cell: Cell) -> Bool {
    conditions.allSatisfy { key, values in cell.identity(key).map(values.contains) ?? false }
  }
}

/// One `[[include]]` row: the matrix with the row's keys in place of its own.
public struct SuiteInclude: Hashable, Sendable {
  /// Values by matrix key, as text and in the order written.
  public let axes: [String: [String]]
  /// Where the row stands in the file.
  public let line: Int
}

/// One `[[override]]` row: the cells it matches are measured with other settings.
public struct SuiteOverride: Hashable, Sendable {
  public let row: SuiteRow
  let settings: PartialSettings
}
