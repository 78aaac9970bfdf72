/// Finds the place of a key or a value in TOML source text.
///
/// The TOML library gives positions for syntax errors only, and an error without a place is a search for the reader.
struct TOMLLocator {
  private let keys: [TOMLPath: TextPosition]
  private let values: [TOMLPath: TextPosition]

  /// - Parameter source: text that the TOML library accepted; for other text the places found mean nothing.
  init(source: String) {
    var scanner = TOMLScanner(source)
    scanner.scan()
    keys = scanner.keys
    values = scanner.values
  }

  /// Where the path's last key is written, or the first thing known above it: a table's header, an array's start. Nil
  /// when nothing on the way is written down.
  func position(ofKey path: TOMLPath) -> TextPosition? { position(of: path, first: keys, second: values) }

  /// Where the path's value starts, or the first thing known above it.
  func position(ofValue path: TOMLPath) -> TextPosition? { position(of: path, first: values, second: keys) }

  private func position(
    of path: TOMLPath, first: [TOMLPath: TextPosition], second: [TOMLPath: TextPosition]
  ) -> TextPosition? {
    var current: TOMLPath? = path
    while let path = current {
      if let found = first[path] ?? second[path] { return found }
      current = path.parent
    }
    return nil
  }
}
