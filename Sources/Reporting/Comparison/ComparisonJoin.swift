import Results

/// Pairs up samples that describe the same case on two sides. A case on one side only is a pair with an empty side.
enum ComparisonJoin {
  struct Pair {
    let headName: String
    let base: [Sample]
    let head: [Sample]
  }

  private struct Key: Hashable {
    /// Everything that must agree, as text in a fixed order.
    let identity: [String]
    /// Values in different units are different quantities.
    let unit: String
  }

  static func sets(base: [Sample], head: [Sample]) -> [Pair] {
    func key(_ sample: Sample) -> Key {
      Key(identity: [sample.caseID.description, sample.variant], unit: sample.unit)
    }
    return pairs(base, head, headName: "", by: key)
  }

  static func values(of key: String, base: String, heads: [String], in samples: [Sample]) -> [Pair] {
    func value(_ sample: Sample) -> String { sample.identity(key) ?? "" }
    func rest(_ sample: Sample) -> Key {
      let keys = sample.cell.identityKeys + [SampleSchema.Column.variant.rawValue]
      let identity = keys.filter { $0 != key && !isColumnName($0, of: key) }
        .map { "\($0)=\(sample.identity($0) ?? "")" }
      return Key(identity: identity, unit: sample.unit)
    }
    let byValue = Dictionary(grouping: samples, by: value)
    return heads.flatMap { pairs(byValue[base] ?? [], byValue[$0] ?? [], headName: $0, by: rest) }
  }

  /// `case` is the column's name for the key `workload`.
  private static func isColumnName(_ identityKey: String, of key: String) -> Bool {
    identityKey == "workload" && key == SampleSchema.Column.workload.rawValue
  }

  private static func pairs(
    _ base: [Sample], _ head: [Sample], headName: String, by key: (Sample) -> Key
  ) -> [Pair] {
    let (left, right) = (Dictionary(grouping: base, by: key), Dictionary(grouping: head, by: key))
    return Set(left.keys).union(right.keys)
      .map { Pair(headName: headName, base: left[$0] ?? [], head: right[$0] ?? []) }
  }
}
