/// Every format by name: for commands and tests that take a name, never on a hot path.
public enum FormatRegistry {
  /// ``AArch64Upper`` is not here: its entries are those of ``AArch64``, and no user address lies in its trees.
  public static let all: [any EntryFormat.Type] = [
    X86_64.self, X86_64LA57.self, Sv39.self, Sv48.self, Sv57.self, AArch64.self, LoongArch64.self,
  ]

  /// The format with this name, nil if there is none.
  public static func named(_ name: String) -> (any EntryFormat.Type)? { all.first { $0.name == name } }
}
