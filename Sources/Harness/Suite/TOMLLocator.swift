/// Finds the line of a key in TOML source text.
///
/// The TOML library gives positions for syntax errors only, not for values, and an error without a line is a search for
/// the reader. This scan knows just enough of the syntax: table headers, keys at the start of a line, comments, strings
/// and brackets that run over several lines.
struct TOMLLocator {
  /// A table header, or the root, and the keys below it.
  private struct Section {
    /// `matrix`, `quick.window`; empty for the root.
    let path: String
    /// 0-based position among headers of the same path: tells `[[exclude]]` rows apart.
    let index: Int
    let line: Int
    var keys: [(name: String, line: Int, lastLine: Int)] = []
  }

  private var sections: [Section] = [Section(path: "", index: 0, line: 1)]
  private let lines: [String]

  init(source: String) {
    lines = source.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var depth = 0
    for (offset, text) in lines.enumerated() {
      let number = offset + 1
      let code = Self.withoutStringsAndComment(text)
      defer { depth += code.reduce(0) { $0 + ("[{".contains($1) ? 1 : "]}".contains($1) ? -1 : 0) } }
      guard depth == 0 else {
        // Inside a value that began on an earlier line.
        if let last = sections[sections.count - 1].keys.indices.last {
          sections[sections.count - 1].keys[last].lastLine = number
        }
        continue
      }
      let trimmed = Self.trimmed(text)
      if trimmed.hasPrefix("[") {
        let name = trimmed.drop { $0 == "[" }.prefix { $0 != "]" }
        let path = Self.trimmed(String(name))
        sections.append(
          Section(path: path, index: sections.count { $0.path == path }, line: number))
      } else if let equals = trimmed.firstIndex(of: "="), !trimmed.hasPrefix("#") {
        let key = Self.trimmed(String(trimmed[..<equals])).filter { $0 != "\"" && $0 != "'" }
        sections[sections.count - 1].keys.append((key, number, number))
      }
    }
  }

  /// The line of `key` in the `index`-th table with that path; the table's own line when the key is not there; nil when
  /// the table is not there either. A table written without a header (`window.count = 3`, `window = { count = 3 }`) is
  /// found by its key.
  func line(ofKey key: String, inTable path: String, index: Int = 0) -> Int? {
    if let section = section(path, index) {
      return section.keys.first { $0.name == key }?.line ?? section.line
    }
    let entries = sections.flatMap { section in
      section.keys.map { (path: section.path.isEmpty ? $0.name : "\(section.path).\($0.name)", line: $0.line) }
    }
    return (entries.first { $0.path == "\(path).\(key)" } ?? entries.first { $0.path == path })?.line
  }

  /// The line on which `value` is written in the value of `key`, for arrays over several lines; else the key's line.
  func line(ofValue value: String, ofKey key: String, inTable path: String, index: Int = 0) -> Int? {
    guard let entry = section(path, index)?.keys.first(where: { $0.name == key }) else {
      return line(ofKey: key, inTable: path, index: index)
    }
    for number in entry.line...entry.lastLine where Self.contains(lines[number - 1], word: value) {
      return number
    }
    return entry.line
  }

  /// The line of a table header, nil when there is none.
  func line(ofTable path: String, index: Int = 0) -> Int? { section(path, index)?.line }

  private func section(_ path: String, _ index: Int) -> Section? {
    sections.first { $0.path == path && $0.index == index }
  }

  /// Whether `word` stands in `line` with no letter, digit, dash or dot on either side.
  private static func contains(_ line: String, word: String) -> Bool {
    line.split { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == "." || $0 == ":") }
      .contains { $0 == word }
  }

  private static func withoutStringsAndComment(_ line: String) -> String {
    var result = ""
    var quote: Character?
    var isEscaped = false
    for character in line {
      if let open = quote {
        if isEscaped {
          isEscaped = false
        } else if character == "\\", open == "\"" {
          isEscaped = true
        } else if character == open {
          quote = nil
        }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == "#" {
        break
      } else {
        result.append(character)
      }
    }
    return result
  }

  private static func trimmed(_ text: String) -> String {
    let start = text.drop { $0.isWhitespace }
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }
}
