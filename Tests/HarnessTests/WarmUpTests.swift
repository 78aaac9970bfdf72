import Testing

@testable import Harness

struct SteadyStateTests {
  private let state = SteadyState(maxDrift: 0.02, maxVariation: 0.05)

  @Test(arguments: [
    ([100.0, 100, 100, 100, 100], true), ([100, 101, 100, 99, 100], true),
    // 1 per window is 5 over five windows, of a median of 102: 4.9 %.
    ([100, 101, 102, 103, 104], false), ([104, 103, 102, 101, 100], false),
    // 0.3 per window is 1.5 over five: under 2 % of 100.
    ([100, 100.3, 100.6, 100.9, 101.2], true),
    // No trend, but scatter: mean 100, standard deviation 11.
    ([90, 110, 100, 110, 90], false),
    // Only the last five are judged.
    ([500, 300, 100, 100, 100, 100, 100], true), ([100, 100, 100, 100, 100, 500], false),
  ])
  func `Both drift and scatter of the last windows must be small`(series: [Double], expected: Bool) {
    #expect(state.holds(series) == expected)
  }

  @Test func `Too short a series says nothing`() {
    for series in [[], [1], [1, 1], [1, 0, 1], [1, 1, -1]] as [[Double]] { #expect(state.holds(series) == nil) }
  }

  @Test func `The unit does not matter`() {
    for scale in [0.001, 1, 1e6] {
      #expect(state.holds([100, 101, 100, 99, 100].map { $0 * scale }) == true)
      #expect(state.holds([100, 103, 106, 109, 112].map { $0 * scale }) == false)
    }
  }
}

struct WarmUpTests {
  /// Runs a warm-up whose slices take exactly as long as asked and show these times, the last one for ever.
  private func run(_ times: [Double?], wanted: Int, limit: Int) -> (WarmUp.Outcome, lengths: [Duration]) {
    let settings = WindowSettings(
      warmUpMilliseconds: wanted, maxWarmUpMilliseconds: limit, lengthMilliseconds: 1, count: 1)
    var lengths: [Duration] = []
    let outcome = WarmUp(settings: settings).run { length in
      let time = times[min(lengths.count, times.count - 1)]
      lengths.append(length)
      return WarmUp.Slice(timePerOperation: time, elapsed: length)
    }
    return (outcome, lengths)
  }

  @Test func `Work that has settled is warmed up as long as the suite says`() {
    let (outcome, lengths) = run([10], wanted: 100, limit: 300)
    #expect(outcome == WarmUp.Outcome(elapsed: .milliseconds(100), hasSettled: true))
    #expect(lengths == Array(repeating: .milliseconds(20), count: 5))
  }

  @Test func `Work that settles late is warmed up until it has`() {
    let (outcome, lengths) = run([50, 40, 30, 20, 15, 12, 10], wanted: 100, limit: 300)
    // The seventh slice is the first of five that are all 10.
    #expect(outcome == WarmUp.Outcome(elapsed: .milliseconds(11 * 20), hasSettled: true))
    #expect(lengths.count == 11)
  }

  @Test func `Work that never settles is given up at the limit`() {
    let (outcome, _) = run((0..<100).map { Double(1000 - $0 * 9) }, wanted: 100, limit: 300)
    #expect(outcome == WarmUp.Outcome(elapsed: .milliseconds(300), hasSettled: false))
  }

  @Test func `Without operations there is nothing to judge and nothing to extend`() {
    let (outcome, _) = run([nil], wanted: 100, limit: 300)
    #expect(outcome == WarmUp.Outcome(elapsed: .milliseconds(100), hasSettled: nil))
  }

  @Test func `Slices are no shorter than a millisecond`() {
    let (outcome, lengths) = run([1, 2, 3, 4, 5, 6, 7], wanted: 3, limit: 6)
    #expect(lengths == Array(repeating: .milliseconds(1), count: 6))
    #expect(outcome.hasSettled == false)
  }
}
