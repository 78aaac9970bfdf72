/// The way from a document's root to a value: through keys of tables and positions in arrays.
///
/// The second `[[exclude]]` row's `threads` is `exclude`, 1, `threads`, however the file writes it.
struct TOMLPath: Hashable {
  enum Step: Hashable {
    case key(String)
    case element(Int)
  }

  private(set) var steps: [Step] = []

  static let root = TOMLPath()

  func key(_ name: String) -> TOMLPath { appending(.key(name)) }
  func element(_ index: Int) -> TOMLPath { appending(.element(index)) }

  /// nil for the root.
  var parent: TOMLPath? {
    guard !steps.isEmpty else { return nil }
    var path = self
    path.steps.removeLast()
    return path
  }

  /// The keys with dots between, such as `override.window`.
  var dotted: String {
    steps.compactMap { if case .key(let name) = $0 { name } else { nil } }.joined(separator: ".")
  }

  /// Whether this is one row of an array.
  var isElement: Bool { if case .element = steps.last { true } else { false } }

  private func appending(_ step: Step) -> TOMLPath {
    var path = self
    path.steps.append(step)
    return path
  }
}
