/// Something wrong in a suite file: what, where, and what to write instead.
public struct SuiteError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file as the user named it.
  public let file: String
  /// Nil when the fault is something missing from the whole file.
  public let position: TextPosition?
  public let what: String
  /// What to do, as a sentence fragment such as `did you mean "ticket"?`; nil when `what` says it all.
  public let suggestion: String?

  public init(file: String, position: TextPosition?, what: String, suggestion: String? = nil) {
    self.file = file
    self.position = position
    self.what = what
    self.suggestion = suggestion
  }

  /// `file:line:column: what; suggestion`, the form editors can jump to.
  public var description: String {
    let place = position.map { "\(file):\($0)" } ?? file
    return suggestion.map { "\(place): \(what); \($0)" } ?? "\(place): \(what)"
  }
}

/// Every fault found in one suite file, so that one run of the tool shows all of them.
public struct SuiteErrors: Error, Hashable, Sendable, CustomStringConvertible {
  public let all: [SuiteError]

  public init(all: [SuiteError]) { self.all = all }

  public var description: String { all.map(\.description).joined(separator: "\n") }
}
