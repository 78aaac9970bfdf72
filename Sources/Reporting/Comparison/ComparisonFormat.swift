/// How a comparison is printed.
public enum ComparisonFormat: String, CaseIterable, Sendable {
  case text
  case csv
  case json
  case markdown
}

extension Comparison {
  /// The whole comparison in one format; every format is made from the same rows.
  public func formatted(_ format: ComparisonFormat) -> String {
    switch format {
    case .text: text()
    case .csv: csv()
    case .json: json()
    case .markdown: markdown()
    }
  }
}
