public import Results

extension MemoryPolicies {
  private static let overridePrefixes: [(kind: MemoryKind, prefix: String)] = [
    (.tables, ",tables="), (.metadata, ",metadata="),
  ]

  /// Reads what the suite key `mempolicy` holds: one policy for everything, then perhaps `,tables=POLICY`, then perhaps
  /// `,metadata=POLICY`, such as `local,tables=remote,metadata=interleave:0-1`.
  ///
  /// One set of policies has one text, because the text names a case in results: another order, or an override that repeats
  /// the policy for everything, is an error that says how to write it.
  public init(parsing text: some StringProtocol) throws(MemoryPolicyError) {
    var rest = String(text)
    var overrides: [MemoryKind: MemoryPolicy] = [:]
    // From the end, since a list of nodes holds commas itself.
    while let (kind, range) = Self.lastOverride(in: rest) {
      guard overrides[kind] == nil else { throw .repeatedKind(kind.rawValue, policy: String(text)) }
      overrides[kind] = try MemoryPolicy(parsing: rest[range.upperBound...])
      rest = String(rest[..<range.lowerBound])
    }
    self.init(try MemoryPolicy(parsing: rest), tables: overrides[.tables], metadata: overrides[.metadata])
    // Lists may be written in several ways, as long as nothing else differs.
    let parts = [MemoryKind.tables, .metadata].compactMap { kind in
      overrides[kind].map { "\(kind.rawValue)=\($0)" }
    }
    guard ([data.description] + parts).joined(separator: ",") == description, Self.isOrdered(String(text)) else {
      throw .notCanonical(policy: String(text), canonical: description)
    }
  }

  private static func lastOverride(in text: String) -> (MemoryKind, Range<String.Index>)? {
    overridePrefixes.compactMap { kind, prefix in text.ranges(of: prefix).last.map { (kind, $0) } }
      .max { $0.1.lowerBound < $1.1.lowerBound }
  }

  private static func isOrdered(_ text: String) -> Bool {
    let places = overridePrefixes.compactMap { text.firstRange(of: $0.prefix)?.lowerBound }
    return places == places.sorted()
  }
}

extension MemoryPolicies: CustomStringConvertible {
  /// As a suite writes it.
  public var description: String {
    ([data.description]
      + [MemoryKind.tables, .metadata].filter { self[$0] != data }.map { "\($0.rawValue)=\(self[$0])" })
      .joined(separator: ",")
  }
}
