internal import CHost
internal import Results
internal import Synchronization

/// Operations of a known length: steps of an ``ArithmeticChain``, as many as take `delay-ns`.
///
/// What one step takes is measured by the worker on its own CPU right before and after every window, in long runs: the truth is steps
/// per operation times that. The chain goes on from one operation to the next, so the core does the loop's own work beside it, and
/// there is no cost of the loop to be taken off.
final class CalibratedDelayWorkload: GroundTruthWorkload {
  static let item = Catalogue.Item(
    name: "calibrated-delay", summary: "ground truth: dependent arithmetic of delay-ns per operation")
  static let parameters = ["delay-ns"]

  private let delay: Int
  private let states: Mutex<[State?]>

  init(_ cell: Cell, _ parameters: GroundTruthParameters) {
    delay = parameters.delayNanoseconds
    states = Mutex(Array(repeating: nil, count: cell.threads))
  }

  private final class State: @unchecked Sendable {
    // SENDABLE: the worker's while it runs, the checks' while it is parked; the harness's barrier hands it over.
    let seed: UInt64
    let steps: UInt64
    var value: UInt64
    var totalOperations: UInt64 = 0
    /// Of the last window.
    var operations: UInt64 = 0
    var step: Double

    init(seed: UInt64, steps: UInt64, step: Double) {
      (self.seed, self.steps, self.step) = (seed, steps, step)
      value = seed
    }
  }

  func setUp(_ worker: Int) {
    let step = ArithmeticChain.measureStep()
    let state = State(
      seed: UInt64(worker) + 1, steps: ArithmeticChain.steps(nanoseconds: delay, step: step), step: step)
    states.withLock { $0[worker] = state }
  }

  func run(_ worker: Int, _ window: Window) {
    guard let state = states.withLock({ $0[worker] }) else {
      preconditionFailure("worker \(worker) runs before it was set up")
    }
    let before = ArithmeticChain.measureStep()
    let steps = state.steps
    // Looks at the window's flag a few microseconds apart.
    let batch = max(1, 4000 / delay)
    var value = state.value
    var inWindow: UInt64 = 0
    while window.begin(worker) {
      var operations: UInt64 = 0
      repeat {
        for _ in 0..<batch { value = ArithmeticChain.advance(value, by: steps) }
        operations &+= UInt64(batch)
      } while !window.isOver
      window.end(worker, operations)
      inWindow += operations
    }
    state.value = value
    state.operations = inWindow
    state.totalOperations += inWindow
    state.step = min(before, ArithmeticChain.measureStep())
  }

  private var workers: [State] { states.withLock { $0.compactMap(\.self) } }

  func violations() -> [String] {
    workers.enumerated().compactMap { index, state in
      let wanted = ArithmeticChain.jump(state.seed, by: state.totalOperations &* state.steps)
      return state.value == wanted
        ? nil
        : "worker \(index) reported \(state.totalOperations) operations of \(state.steps) steps, and its chain stands elsewhere"
    }
  }

  func knownValues() -> [KnownValue] {
    let workers = workers
    let operations = workers.reduce(0) { $0 + $1.operations }
    guard operations > 0 else { return [] }
    let total = workers.reduce(0.0) { $0 + Double($1.operations) * Double($1.steps) * $1.step }
    return [
      KnownValue(
        metric: MetricName.timePerOperation, .equal, total / Double(operations), unit: "ns/op", tolerance: 0.02)
    ]
  }
}
