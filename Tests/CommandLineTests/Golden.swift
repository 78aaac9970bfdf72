import Glibc
import SystemPackage
import Testing

/// Outputs kept as files beside the tests: every line of them was read by somebody. After a wanted change run the tests
/// with PAGEBENCH_UPDATE_GOLDEN=1 and read the difference.
enum Golden {
  /// Compares text with `Golden/<name>.txt`.
  ///
  /// - Parameter replacing: texts of this run, such as a temporary folder, and what stands for them in the file.
  static func expect(
    _ text: String, _ name: String, replacing: [String: String] = [:], file: String = #filePath,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let text = replacing.sorted { $0.key.count > $1.key.count }.reduce(text) { $0.replacing($1.key, with: $1.value) }
    var path = FilePath(file)
    path.removeLastComponent()
    path.append("Golden")
    path.append("\(name).txt")
    // SAFETY: getenv returns nil or a string that nobody changes while tests run.
    if unsafe getenv("PAGEBENCH_UPDATE_GOLDEN") != nil {
      let descriptor = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate], permissions: .init(rawValue: 0o644))
      try descriptor.closeAfter { _ = try descriptor.writeAll(Array(text.utf8)) }
      return
    }
    let wanted = try Workspace.contents(path.string)
    let (found, expected) = (lines(text), lines(wanted))
    for index in 0..<max(found.count, expected.count) {
      let (line, other) = (
        found.indices.contains(index) ? found[index] : nil, expected.indices.contains(index) ? expected[index] : nil
      )
      #expect(line == other, "line \(index + 1) of Golden/\(name).txt", sourceLocation: location)
      if line != other { return }
    }
  }

  private static func lines(_ text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// A table of measured values without them: numbers become `#`, blanks and rules shrink, flags of windows go.
  static func withoutMeasurements(_ text: String) -> String {
    lines(text).map { line in
      var line = String(line).replacing("flags (windows)", with: "")
      if let range = line.firstRange(of: "op/s") { line = String(line[..<range.upperBound]) }
      var result = ""
      var isNumber = false
      for character in line {
        if character.isASCII, character.isNumber || (isNumber && character == ".") {
          isNumber = true
          continue
        }
        if isNumber { result += "#" }
        isNumber = false
        let repeats = (character == " " || character == "-") && result.last == character
        if !repeats { result.append(character) }
      }
      if isNumber { result += "#" }
      for prefix in ["k", "M", "G", "T"] { result = result.replacing(" \(prefix)op/s", with: " op/s") }
      while result.last == " " { result.removeLast() }
      return result.replacing("- -", with: "-").replacing("- -", with: "-").replacing("- -", with: "-")
    }.joined(separator: "\n")
  }
}
