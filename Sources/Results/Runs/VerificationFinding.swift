/// One thing that verification found in results files.
public struct VerificationFinding: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, CaseIterable, Sendable {
    /// A file that cannot be read or is not CSV.
    case file
    /// Wrong or newer schema, or missing columns.
    case schema
    /// A row as wide as no other.
    case width
    /// A cell of the wrong type, or an enumerated value that the schema does not have.
    case value
    /// A value without a usable status, or a usable status without a value.
    case status
    /// `case_id` does not belong to the columns it is computed from, or two cases share one.
    case caseID = "case_id"
    /// Two rows for the same variant, case, invocation, window, scope and metric.
    case duplicate
    /// `env.csv` is missing, malformed, or of another run.
    case environment
    /// The last record is incomplete; everything before it is usable.
    case torn
    /// There is nothing to verify.
    case empty
    /// A run that was cut off before its first rows, or between two of its files, and can go on.
    case unfinished
  }

  public enum Severity: String, Sendable {
    /// The data cannot be used as it stands.
    case error
    /// The data is usable, but a part of it is missing.
    case warning
  }

  public let kind: Kind
  public let path: String
  public let line: Int?
  public let column: String?
  public let what: String
  public let remedy: String

  public var severity: Severity { kind == .torn || kind == .unfinished ? .warning : .error }

  public init(kind: Kind, path: String, line: Int?, column: String?, what: String, remedy: String) {
    self.kind = kind
    self.path = path
    self.line = line
    self.column = column
    self.what = what
    self.remedy = remedy
  }

  init(_ error: ResultsFileError, kind: Kind? = nil) {
    let derived: Kind =
      switch error.problem {
      case .unreadable, .empty, .tornHeader, .byteOrderMark, .unterminatedQuote, .bareQuote, .textAfterQuote,
        .bareCarriageReturn, .invalidText:
        .file
      case .duplicateColumn, .missingColumns, .foreignSchema, .newerSchema: .schema
      case .raggedRow: .width
      case .badValue, .inconsistent: .value
      }
    self.init(
      kind: kind ?? derived, path: error.path, line: error.line, column: error.column, what: error.what,
      remedy: error.remedy)
  }

  /// `error[value] path:line: column: what; remedy`.
  public var description: String {
    var place = path
    if let line { place += ":\(line)" }
    if let column { place += ": column `\(column)`" }
    return "\(severity.rawValue)[\(kind.rawValue)] \(place): \(what); \(remedy)"
  }
}

/// What was looked at, and what was found in it.
public struct VerificationReport: Hashable, Sendable {
  /// Sample files looked at.
  public internal(set) var sampleFileCount = 0
  /// Whole sample rows looked at.
  public internal(set) var rowCount = 0
  /// Whole rows of histogram files looked at.
  public internal(set) var histogramRowCount = 0
  /// In file and line order.
  public internal(set) var findings: [VerificationFinding] = []

  public var hasErrors: Bool { findings.contains { $0.severity == .error } }
}
