import Results

/// Progress as text: pure, so that it can be tested without a terminal or a clock.
struct ProgressLine {
  let finished: Int
  let total: Int
  let rounds: Int
  /// Finished by this process; those a resumed run had before cost no time now.
  let finishedNow: Int
  let elapsed: Duration
  /// Expected time of one invocation before any was measured.
  let plannedInvocation: Duration

  /// Time the rest will take: at the pace so far, or as planned until there is a pace.
  var remaining: Duration {
    let pace = finishedNow > 0 ? elapsed / finishedNow : plannedInvocation
    return pace * (total - finished)
  }

  /// `[ 37/240] round 1/5, 12 s left: strategy=coupling threads=2`.
  func text(round: Int, label: String) -> String {
    let count = String(finished)
    let width = String(total).count
    let padding = String(repeating: " ", count: max(0, width - count.count))
    return "[\(padding)\(count)/\(total)] round \(round + 1)/\(rounds), \(DurationText.words(remaining)) left: \(label)"
  }
}
