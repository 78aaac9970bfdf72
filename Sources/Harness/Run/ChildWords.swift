/// What a process that failed wrote to standard error.
struct ChildWords {
  /// The lines that say why, joined; empty when there are none.
  let last: String
  /// Whether there is more to read than that.
  let isLong: Bool

  /// - Parameter text: messages, perhaps followed by the runtime's backtrace. The latter starts with a line of its own:
  ///   an announcement after emoji or `***`, or `Thread 0`.
  init(_ text: String) {
    let lines = text.split { $0.isNewline }.filter { !$0.allSatisfy(\.isWhitespace) }
    let own = lines.prefix { line in
      !["***", "Thread ", "💣", "Crash", "Backtrace"].contains { line.hasPrefix($0) }
        && !line.contains("Backtracing from")
    }
    // A process that crashes without words of its own is described by the announcement.
    let chosen = own.isEmpty ? lines.prefix(1) : own.suffix(3)
    // The runtime says some errors twice.
    var distinct: [Substring] = []
    for line in chosen where distinct.last != line { distinct.append(line) }
    last = distinct.joined(separator: " | ")
    isLong = lines.count > chosen.count
  }
}
