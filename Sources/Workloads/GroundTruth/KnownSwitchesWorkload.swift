internal import CHost
internal import Glibc
internal import Results
internal import Synchronization

/// Each operation sleeps for a fifth of a millisecond: the thread gives its CPU away once, of its own will.
///
/// The counter of context switches has those against its will, too. How many of these there were the kernel says in another account
/// (`ru_nivcsw`), which the worker reads at the ends of every section: sleeps plus those are what the counter has to say. A sleep
/// whose time was up before the thread had gone to sleep would be missing; that takes a machine that stands still for all
/// of it between two instructions of the kernel.
final class KnownSwitchesWorkload: GroundTruthWorkload {
  static let item = Catalogue.Item(
    name: "known-switches", summary: "ground truth: one context switch in every operation, a short sleep")

  private let states: Mutex<[State?]>

  init(_ cell: Cell, _: GroundTruthParameters) {
    states = Mutex(Array(repeating: nil, count: cell.threads))
  }

  private final class State: @unchecked Sendable {
    // SENDABLE: the worker's while it runs, the checks' while it is parked; the harness's barrier hands it over.
    /// Of the last window; nil when the kernel keeps no account.
    var expected: UInt64? = 0
  }

  func setUp(_ worker: Int) { states.withLock { $0[worker] = State() } }

  func run(_ worker: Int, _ window: Window) {
    guard let state = states.withLock({ $0[worker] }) else {
      preconditionFailure("worker \(worker) runs before it was set up")
    }
    var expected: UInt64? = 0
    while window.begin(worker) {
      let before = Self.involuntarySwitches()
      var operations: UInt64 = 0
      repeat {
        var length = timespec(tv_sec: 0, tv_nsec: 200_000)
        // SAFETY: reads one timespec. Nothing signals this thread; should something, the sleep is cut short and still was one.
        _ = unsafe clock_nanosleep(CLOCK_MONOTONIC, 0, &length, nil)
        operations &+= 1
      } while !window.isOver
      let after = Self.involuntarySwitches()
      window.end(worker, operations)
      if let sum = expected, let before, let after {
        expected = sum + operations + (after - before)
      } else {
        expected = nil
      }
    }
    state.expected = expected
  }

  private static func involuntarySwitches() -> UInt64? {
    var usage = chost_thread_usage()
    // SAFETY: the call writes one struct.
    return unsafe chost_get_thread_usage(&usage) == 0 ? usage.involuntary_switches : nil
  }

  func knownValues() -> [KnownValue] {
    var total: UInt64 = 0
    for state in states.withLock({ $0.compactMap(\.self) }) {
      guard let expected = state.expected else { return [] }
      total += expected
    }
    return total == 0
      ? [] : [KnownValue(metric: "ctr.context-switches", .equal, Double(total), unit: "1", tolerance: 0)]
  }
}
