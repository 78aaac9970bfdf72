/// Finds what was probably meant by a misspelt word.
enum NearestWord {
  /// The candidate with the fewest single-letter edits from `word`, or nil when none is near enough for a typing error.
  static func suggestion(for word: String, among candidates: [String]) -> String? {
    // A third of the letters wrong is still a typing error; more is another word.
    let limit = max(2, (word.count + 2) / 3)
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
      let distance = editDistance(word.lowercased(), candidate.lowercased())
      guard distance <= limit, distance < candidate.count, distance < (best?.distance ?? .max) else { continue }
      best = (candidate, distance)
    }
    // An abbreviation is far in letters, yet plain.
    return best?.candidate ?? candidates.first { word.count >= 3 && $0.hasPrefix(word) }
  }

  /// What to say about a word that is not among those there are: the nearest, or all of them.
  static func advice(for word: String, among candidates: [String]) -> String {
    suggestion(for: word, among: candidates).map { "did you mean \"\($0)\"?" }
      ?? "there \(candidates.count == 1 ? "is" : "are") \(candidates.joined(separator: ", "))"
  }

  /// Optimal string alignment distance: insertion, deletion, substitution and swap of neighbours cost 1 each.
  static func editDistance(_ first: String, _ second: String) -> Int {
    let first = Array(first.unicodeScalars)
    let second = Array(second.unicodeScalars)
    var beforePrevious = [Int](repeating: 0, count: second.count + 1)
    var previous = Array(0...second.count)
    for row in 0..<first.count {
      var current = [row + 1]
      current.reserveCapacity(second.count + 1)
      for column in 0..<second.count {
        var cost = min(
          previous[column + 1] + 1,
          current[column] + 1,
          previous[column] + (first[row] == second[column] ? 0 : 1))
        if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
          cost = min(cost, beforePrevious[column - 1] + 1)
        }
        current.append(cost)
      }
      beforePrevious = previous
      previous = current
    }
    return previous[second.count]
  }
}
