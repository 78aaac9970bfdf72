/// Reads the axes of `[matrix]`, `[quick.matrix]` and `[[exclude]]`: the same keys under the same rules.
struct SuiteMatrixReader {
  let vocabulary: SuiteVocabulary

  /// Every key of the table that is legal, with its legal values as text in the order written.
  func axes(of table: SuiteTable) -> [String: [String]] {
    table.checkKeys(vocabulary.keys)
    var axes: [String: [String]] = [:]
    for key in table.keys {
      guard let rule = vocabulary.rule(for: key) else { continue }
      // A key with a fault is set all the same, lest it be reported as missing too.
      axes[key] = []
      guard let elements = table.elements(key) else { continue }
      var values: [String] = []
      for element in elements {
        guard let value = value(element, of: key, rule, in: table) else { continue }
        if values.contains(value) {
          table.faults.add(
            table.line(of: value, in: key), "\(key) lists \"\(value)\" twice", "write every value once")
        } else {
          values.append(value)
        }
      }
      axes[key] = values
    }
    return axes
  }

  private func value(
    _ element: SuiteScalar, of key: String, _ rule: SuiteVocabulary.Rule, in table: SuiteTable
  ) -> String? {
    let written = element.written
    let line = table.line(of: written, in: key)
    switch (rule, element) {
    case (.words(let words), .text), (.words(let words), .number):
      if words.contains(written) { return written }
      table.faults.add(
        line, "there is no \(key) \"\(written)\"",
        NearestWord.suggestion(for: written, among: words).map { "did you mean \"\($0)\"?" }
          ?? "there \(words.count == 1 ? "is" : "are") \(words.joined(separator: ", "))")
    case (.positiveInteger(let limit), .number(let number)):
      if (1...limit).contains(number) { return written }
      table.faults.add(
        line, "\(key) is \(number)",
        number < 1 ? "write an integer of at least 1" : "write an integer of at most \(limit)")
    case (.positiveInteger, .text):
      table.faults.add(line, "\(key) is the string \"\(written)\"", "write an integer without quotation marks")
    case (.grammar(let fault), .text):
      guard let reason = fault(written) else { return written }
      table.faults.add(line, "\(key) \"\(written)\" is not legal", reason)
    case (.grammar, .number):
      table.faults.add(line, "\(key) is the integer \(written)", "write a string in quotation marks")
    }
    return nil
  }
}
