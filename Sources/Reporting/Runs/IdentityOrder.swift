import Results

/// Which identity keys a table shows, and in which order its rows stand.
struct IdentityOrder {
  /// Keys whose value differs between rows, in table order.
  let varying: [String]
  /// Keys with one value in every row, and that value.
  let constant: [(key: String, value: String)]

  /// - Parameter excluding: keys that the table shows in another way.
  init(_ rows: [(cell: Cell, variant: String)], excluding: Set<String> = []) {
    var varying: [String] = []
    var constant: [(key: String, value: String)] = []
    for key in Self.keys(of: rows) where !excluding.contains(key) {
      let values = Set(rows.map { Self.value(of: key, in: $0) })
      if values.count > 1 {
        varying.append(key)
      } else if let value = values.first, !value.isEmpty {
        constant.append((key, value))
      }
    }
    self.varying = varying
    self.constant = constant
  }

  /// `same in every row: strategy=x threads=4`, or nil when there is nothing to say.
  var caption: String? {
    constant.isEmpty ? nil : "same in every row: " + constant.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }

  /// Fixed keys in their own order, then parameters by name, then `variant`.
  static func keys(of rows: [(cell: Cell, variant: String)]) -> [String] {
    let parameters = Set(rows.flatMap(\.cell.parameters.keys)).subtracting(Cell.fixedIdentityKeys)
    return Cell.fixedIdentityKeys + parameters.sorted() + [SampleSchema.Column.variant.rawValue]
  }

  static func value(of key: String, in row: (cell: Cell, variant: String)) -> String {
    key == SampleSchema.Column.variant.rawValue ? row.variant : (row.cell.identity(key) ?? "")
  }

  /// Whether one row stands before another: by each key in turn, numbers by size, the rest as text.
  static func precedes(
    _ left: (cell: Cell, variant: String), _ right: (cell: Cell, variant: String), by keys: [String]
  ) -> Bool {
    for key in keys {
      let (a, b) = (value(of: key, in: left), value(of: key, in: right))
      if a != b { return precedes(a, b) }
    }
    return false
  }

  static func precedes(_ left: String, _ right: String) -> Bool {
    switch (DecimalText.parse(left), DecimalText.parse(right)) {
    case (let a?, let b?) where a != b: a < b
    case (.some, nil): true
    case (nil, .some): false
    default: left < right
    }
  }
}
