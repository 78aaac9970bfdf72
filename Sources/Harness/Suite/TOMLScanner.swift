/// Reads TOML for one purpose: where keys and values stand.
///
/// Knows headers, dotted and quoted keys, the four kinds of strings, arrays and inline tables; the rest it passes over.
/// It never fails: the TOML library judges the text.
struct TOMLScanner {
  /// First writing of each key, and the header of each table.
  private(set) var keys: [TOMLPath: TextPosition] = [:]
  /// First character of each value.
  private(set) var values: [TOMLPath: TextPosition] = [:]

  private let text: [Unicode.Scalar]
  private var index = 0
  private var line = 1
  private var lineStart = 0
  private var rowCounts: [TOMLPath: Int] = [:]

  init(_ source: String) { text = Array(source.unicodeScalars) }

  mutating func scan() {
    var table = TOMLPath.root
    while skipBlanks(andLines: true) {
      if current == "[" {
        table = header()
      } else {
        assignment(in: table)
      }
    }
  }

  private var current: Unicode.Scalar? { index < text.count ? text[index] : nil }
  private var position: TextPosition { TextPosition(line: line, column: index - lineStart + 1) }

  private mutating func advance() {
    if text[index] == "\n" {
      line += 1
      lineStart = index + 1
    }
    index += 1
  }

  private mutating func advance(_ count: Int) { for _ in 0..<count where index < text.count { advance() } }

  private func isNext(_ word: String) -> Bool {
    let scalars = Array(word.unicodeScalars)
    return index + scalars.count <= text.count && Array(text[index..<(index + scalars.count)]) == scalars
  }

  /// Passes over blanks and comments; true when something is left.
  @discardableResult
  private mutating func skipBlanks(andLines: Bool) -> Bool {
    while let scalar = current {
      if scalar == "#" {
        while let next = current, next != "\n" { advance() }
      } else if scalar == " " || scalar == "\t" || scalar == "\r" || (andLines && scalar == "\n") {
        advance()
      } else {
        return true
      }
    }
    return false
  }

  /// `[a.b]` or `[[a.b]]`; returns the path of the table it opens.
  private mutating func header() -> TOMLPath {
    let start = position
    let isRow = isNext("[[")
    advance(isRow ? 2 : 1)
    var path = TOMLPath.root
    let names = dottedKey().map(\.name)
    for (offset, name) in names.enumerated() {
      path = path.key(name)
      if isRow, offset == names.count - 1 {
        let count = rowCounts[path, default: 0]
        rowCounts[path] = count + 1
        if keys[path] == nil { keys[path] = start }
        path = path.element(count)
      } else if let count = rowCounts[path] {
        // What follows belongs to the array's last row.
        path = path.element(count - 1)
      }
    }
    keys[path] = start
    values[path] = start
    while current == "]" { advance() }
    return path
  }

  /// `a.b = value`.
  private mutating func assignment(in table: TOMLPath) {
    let begin = index
    var path = table
    for (name, start) in dottedKey() {
      path = path.key(name)
      if keys[path] == nil { keys[path] = start }
    }
    skipBlanks(andLines: false)
    if current == "=" {
      advance()
      skipBlanks(andLines: false)
      value(path)
    }
    // Text that is no TOML must not hold the scan up.
    if index == begin { advance() }
  }

  private mutating func dottedKey() -> [(name: String, position: TextPosition)] {
    var names: [(name: String, position: TextPosition)] = []
    while true {
      skipBlanks(andLines: false)
      let start = position
      guard let scalar = current else { return names }
      if scalar == "\"" || scalar == "'" {
        names.append((string(), start))
      } else {
        let name = bare { $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "-" || $0 == "_" }
        if name.isEmpty { return names }
        names.append((name, start))
      }
      skipBlanks(andLines: false)
      guard current == "." else { return names }
      advance()
    }
  }

  private mutating func value(_ path: TOMLPath) {
    values[path] = position
    switch current {
    case "\"", "'": _ = string()
    case "[":
      advance()
      var count = 0
      while skipBlanks(andLines: true), current != "]" {
        if current == "," {
          advance()
          continue
        }
        let begin = index
        value(path.element(count))
        count += 1
        if index == begin { advance() }
      }
      advance(1)
    case "{":
      advance()
      while skipBlanks(andLines: true), current != "}" {
        if current == "," { advance() } else { assignment(in: path) }
      }
      advance(1)
    default: _ = bare { !",]}#\n".unicodeScalars.contains($0) }
    }
  }

  private mutating func bare(_ belongs: (Unicode.Scalar) -> Bool) -> String {
    var name = String.UnicodeScalarView()
    while let scalar = current, belongs(scalar) {
      name.append(scalar)
      advance()
    }
    return String(name)
  }

  /// A string of any of the four kinds. Escapes stay as written: keys with escapes do not occur in suites.
  private mutating func string() -> String {
    guard let quote = current else { return "" }
    let triple = String(String.UnicodeScalarView([quote, quote, quote]))
    let isLong = isNext(triple)
    advance(isLong ? 3 : 1)
    var content = String.UnicodeScalarView()
    while let scalar = current {
      if isLong ? isNext(triple) : scalar == quote {
        advance(isLong ? 3 : 1)
        // Up to two quotes more belong to the content of a long string.
        while isLong, current == quote { advance() }
        break
      }
      if !isLong, scalar == "\n" { break }
      if scalar == "\\", quote == "\"" { advance() }
      if let scalar = current {
        content.append(scalar)
        advance()
      }
    }
    return String(content)
  }
}
