import Synchronization
import Testing

@testable import Harness

struct ProgressTests {
  private func line(finished: Int, now: Int, elapsed: Duration) -> ProgressLine {
    ProgressLine(
      finished: finished, total: 240, rounds: 5, finishedNow: now, elapsed: elapsed,
      plannedInvocation: .milliseconds(250))
  }

  @Test func `Before the first invocation the plan tells the time left`() {
    #expect(
      line(finished: 0, now: 0, elapsed: .zero).text(round: 0, label: "threads=1")
        == "[  0/240] round 1/5, 60 s left: threads=1")
  }

  @Test func `Later the pace so far tells it`() {
    // 40 in 8 s, so the other 200 take 40 s.
    #expect(
      line(finished: 40, now: 40, elapsed: .seconds(8)).text(round: 0, label: "threads=2")
        == "[ 40/240] round 1/5, 40 s left: threads=2")
  }

  @Test func `What a resumed run had before does not make it look fast`() {
    // 10 in 10 s, so 100 more take 100 s.
    #expect(line(finished: 140, now: 10, elapsed: .seconds(10)).remaining == .seconds(100))
  }

  @Test(arguments: [
    (Duration.zero, "0 s"), (.milliseconds(1), "1 s"), (.seconds(119), "119 s"), (.seconds(120), "2 min"),
    (.seconds(121), "3 min"), (.seconds(7199), "2 h 0 min"), (.seconds(9000), "2 h 30 min"),
  ])
  func `Times are in the unit one would say`(duration: Duration, words: String) {
    #expect(DurationText.words(duration) == words)
  }

  @Test func `Plain progress has one line per round and no control characters`() {
    let written = Mutex("")
    var progress = Progress(.plain) { text in written.withLock { $0 += text } }
    for index in 0..<4 {
      progress.show(line(finished: index, now: index, elapsed: .zero), round: index / 2, label: "x")
    }
    progress.clear()
    let text = written.withLock { $0 }
    #expect(text.split(separator: "\n").count == 2)
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
  }

  @Test func `On a terminal one line is rewritten and never wraps`() {
    let written = Mutex<[String]>([])
    var progress = Progress(.terminal(columns: 30)) { text in written.withLock { $0.append(text) } }
    progress.show(line(finished: 1, now: 1, elapsed: .seconds(1)), round: 0, label: String(repeating: "x", count: 99))
    let text = written.withLock { $0[0] }
    #expect(text.hasPrefix("\r") && text.hasSuffix("\u{1B}[K"))
    #expect(text.count == 1 + 29 + 3)
    #expect(!text.contains("\n"))
    // The one escape sequence is "erase to the end of the line": no colours.
    #expect(text.split(separator: "\u{1B}").dropFirst().allSatisfy { $0.hasPrefix("[K") })
  }
}
