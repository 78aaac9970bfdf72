import Glibc
import Synchronization
import Testing

@testable import Harness

struct SectionBarrierTests {
  /// More parties than any CPU count here, so that waiting must give the CPU away.
  @Test(arguments: [1, 2, 3, 9])
  func `All parties hear the decision of the last, round after round`(parties: Int) throws {
    let rounds = 200
    let barrier = SectionBarrier(parties: parties)
    let decisions = Mutex<[Bool]>([])
    let heard = Mutex<[[Bool]]>(Array(repeating: [], count: parties))
    try onThreads(parties) { party in
      for round in 0..<rounds {
        let answer = barrier.arrive {
          // A rule that nobody can guess from the round alone.
          let decision = (round &* 2_654_435_761) >> 3 & 1 == 1
          decisions.withLock { $0.append(decision) }
          return decision
        }
        heard.withLock { $0[party].append(answer) }
      }
    }
    let decided = decisions.withLock { $0 }
    #expect(decided.count == rounds, "exactly one party decides each round")
    for answers in heard.withLock({ $0 }) { #expect(answers == decided) }
  }

  @Test func `Nobody leaves a round before all have come`() throws {
    let parties = 5
    let barrier = SectionBarrier(parties: parties)
    let arrived = Atomic<Int>(0)
    let early = Atomic<Int>(0)
    try onThreads(parties) { _ in
      for round in 1...300 {
        arrived.add(1, ordering: .sequentiallyConsistent)
        _ = barrier.arrive { true }
        if arrived.load(ordering: .sequentiallyConsistent) < round * parties {
          early.add(1, ordering: .relaxed)
        }
        _ = barrier.arrive { true }
      }
    }
    #expect(early.load(ordering: .relaxed) == 0)
  }

  private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) throws {
    var threads: [WorkerThread] = []
    for index in 0..<count { threads.append(try WorkerThread(worker: index) { body(index) }) }
    for thread in threads { thread.join() }
  }
}
