/// The files of a ``MachineTree`` in one text, as `scripts/record-topology` writes it.
///
/// One `path:content` per line; a path that comes again adds a line to its file, `#` begins a comment line. A path may
/// hold one list in braces and then stands for as many files, which keeps a machine of hundreds of CPUs readable:
/// `sys/devices/system/cpu/cpu{0-7,16-23}/topology/physical_package_id:0`.
struct MachineRecording: Sendable {
  /// Text by path from `/`, without blanks at its end.
  let files: [String: String]

  /// - Parameter name: the recording's own path, for messages.
  init(parsing text: String, name: String) throws(TopologyError) {
    var files: [String: String] = [:]
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.isEmpty || line.hasPrefix("#") { continue }
      let place = "\(name):\(index + 1)"
      guard let colon = line.firstIndex(of: ":"), colon != line.startIndex, !line.hasPrefix("/") else {
        throw .malformed(path: place, content: String(line), expected: "path:content, the path without a leading slash")
      }
      var content = line[line.index(after: colon)...]
      while content.last?.isWhitespace == true { content.removeLast() }
      for path in try Self.expand(line[..<colon], at: place) {
        files[path] = files[path].map { "\($0)\n\(content)" } ?? String(content)
      }
    }
    guard !files.isEmpty else {
      throw .malformed(
        path: name, content: "", expected: "lines of path:content as scripts/record-topology writes them")
    }
    self.files = files
  }

  private static func expand(_ pattern: Substring, at place: String) throws(TopologyError) -> [String] {
    guard let open = pattern.firstIndex(of: "{") else { return [String(pattern)] }
    let malformed = TopologyError.malformed(
      path: place, content: String(pattern), expected: "one list of numbers in braces, such as cpu{0-3,8}")
    guard let close = pattern[open...].firstIndex(of: "}"), !pattern[close...].contains("{") else { throw malformed }
    let numbers: [Int]
    do { numbers = try NumberList.parse(pattern[pattern.index(after: open)..<close]) } catch { throw malformed }
    guard !numbers.isEmpty else { throw malformed }
    return numbers.map { "\(pattern[..<open])\($0)\(pattern[pattern.index(after: close)...])" }
  }
}
