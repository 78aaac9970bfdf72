/// Reads the axes of `[matrix]` and of rows that speak of cells: the same keys under the same rules.
struct SuiteMatrixReader {
  let vocabulary: SuiteVocabulary

  /// Every key of the table that is legal, with its legal values as text in the order written.
  ///
  /// - Parameter others: keys that the table may hold beside the axes.
  func axes(of table: SuiteTable, others: [String] = []) -> [String: [String]] {
    table.checkKeys(vocabulary.keys + others)
    var axes: [String: [String]] = [:]
    for key in table.keys where !others.contains(key) {
      guard let rule = vocabulary.rule(for: key) else { continue }
      // A key with a fault is set all the same, lest it be reported as missing too.
      axes[key] = []
      guard let elements = table.elements(key) else { continue }
      var values: [String] = []
      for (index, element) in elements.enumerated() {
        guard let value = value(element, at: index, of: key, rule, in: table) else { continue }
        if values.contains(value) {
          table.fault(atValue: key, element: index, "\(key) lists \"\(value)\" twice", "write every value once")
        } else {
          values.append(value)
        }
      }
      axes[key] = values
    }
    return axes
  }

  private func value(
    _ element: SuiteScalar, at index: Int, of key: String, _ rule: SuiteVocabulary.Rule, in table: SuiteTable
  ) -> String? {
    let written = element.written
    func fault(_ what: String, _ suggestion: String) {
      table.fault(atValue: key, element: index, what, suggestion)
    }
    switch (rule, element) {
    case (.words(let words), .text), (.words(let words), .number):
      if words.contains(written) { return written }
      fault(
        "there is no \(key) \"\(written)\"",
        NearestWord.suggestion(for: written, among: words).map { "did you mean \"\($0)\"?" }
          ?? "there \(words.count == 1 ? "is" : "are") \(words.joined(separator: ", "))")
    case (.positiveInteger(let limit), .number(let number)):
      if (1...limit).contains(number) { return written }
      fault(
        "\(key) is \(number)",
        number < 1 ? "write an integer of at least 1" : "write an integer of at most \(limit)")
    case (.positiveInteger, .text):
      fault("\(key) is the string \"\(written)\"", "write an integer without quotation marks")
    case (.grammar(let reasonAgainst), .text):
      guard let reason = reasonAgainst(written) else { return written }
      fault("\(key) \"\(written)\" is not legal", reason)
    case (.grammar, .number):
      fault("\(key) is the integer \(written)", "write a string in quotation marks")
    }
    return nil
  }
}
