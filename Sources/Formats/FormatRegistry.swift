/// Every format by name: for commands and tests that take a name, never on a hot path.
public enum FormatRegistry {
  public static let all: [any EntryFormat.Type] = [X86_64.self]

  /// The format with this name, nil if there is none.
  public static func named(_ name: String) -> (any EntryFormat.Type)? { all.first { $0.name == name } }
}
