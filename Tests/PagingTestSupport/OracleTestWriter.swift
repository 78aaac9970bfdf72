/// Prints a list of steps as a test that fails as they do.
package enum OracleTestWriter {
  package static func test(_ steps: [OracleStep], _ difference: OracleDifference, _ configuration: String) -> String {
    var lines = [
      "@Test func shrunk() throws {", "  let table = try makeTable(\(configuration).self)",
      "  defer { keepAlive(table) }",
    ]
    var indent = "  "
    for (index, step) in steps.enumerated() {
      let isLast = index == steps.count - 1
      switch step {
      case .open, .check:
        // The end of the scope closes the cursor.
        if indent.count > 2 { lines.append("  }") }
        indent = "  "
        if case .check = step { break }
        lines.append("  do {")
        indent = "    "
        lines.append("\(indent)var cursor = try \(step.code)")
      default:
        let conditions = isLast ? difference.assertions.joined() : ""
        lines.append("\(indent)\(conditions.contains("result") ? "let result" : "_") = \(step.code)")
        // The macro cannot take a condition apart that mentions a value that cannot be copied.
        if conditions.contains("address ==") { lines.append("\(indent)let address = cursor.address") }
      }
      if isLast {
        lines += difference.assertions.map { "\(indent)#expect(\($0))" }
        if difference.assertions.isEmpty { lines.append("\(indent)// \(difference.message)") }
      }
    }
    if indent.count > 2 { lines.append("  }") }
    lines.append("}")
    return lines.joined(separator: "\n")
  }
}
