internal import CHost
internal import Executions
internal import Locks
internal import Results
internal import Synchronization

/// A critical part and a parallel part of known lengths around a real lock.
///
/// The critical part continues one ``ArithmeticChain`` that all workers share and the lock protects, and each part of a worker needs the
/// result of its part before, so no two of them can overlap, not even in the processor's buffers: with n workers there are never more
/// operations per second than 1 / max(C, (C + P) / n), and one worker alone needs C + P for each and whatever the free lock takes.
/// Where the chain stands after a window tells how many critical parts there were, and that each saw the one before.
@safe
final class CalibratedLockWorkload<L: NodeLock>: GroundTruthWorkload {
  static var item: Catalogue.Item {
    .init(
      name: "calibrated-lock", summary: "ground truth: critical-ns under a lock, then parallel-ns without it")
  }
  static var parameters: [String] { ["critical-ns", "parallel-ns"] }
  static var takesLock: Bool { true }

  private static var seed: UInt64 { 1 }

  private let parameters: GroundTruthParameters
  private let states: Mutex<[State?]>
  /// Decided by the first worker for all, so that all mean the same by an operation.
  private let steps = Mutex<(critical: UInt64, parallel: UInt64)?>(nil)
  /// The lock on one line, the chain it protects on the next but one.
  // SENDABLE: the lock's words are atomic; the chain is touched by the lock's holder, and by checks while all workers are parked.
  private nonisolated(unsafe) let memory: UnsafeMutableRawPointer

  private static var chainOffset: Int { 128 }

  init(_ cell: Cell, _ parameters: GroundTruthParameters) {
    self.parameters = parameters
    states = Mutex(Array(repeating: nil, count: cell.threads))
    unsafe memory = .allocate(byteCount: 2 * Self.chainOffset, alignment: 128)
    // SAFETY: freshly allocated; a zeroed lock is free.
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: 2 * Self.chainOffset)
    unsafe (memory + Self.chainOffset).initializeMemory(as: UInt64.self, to: Self.seed)
  }

  deinit { unsafe memory.deallocate() }

  private final class State: @unchecked Sendable {
    // SENDABLE: the worker's while it runs, the checks' while it is parked; the harness's barrier hands it over.
    var totalOperations: UInt64 = 0
    var step: Double
    init(step: Double) { self.step = step }
  }

  func setUp(_ worker: Int) {
    let step = ArithmeticChain.measureStep()
    states.withLock { $0[worker] = State(step: step) }
    steps.withLock { steps in
      guard steps == nil else { return }
      steps = (
        ArithmeticChain.steps(nanoseconds: parameters.criticalNanoseconds, step: step),
        ArithmeticChain.steps(nanoseconds: parameters.parallelNanoseconds, step: step)
      )
    }
  }

  func run(_ worker: Int, _ window: Window) {
    guard let state = states.withLock({ $0[worker] }), let steps = steps.withLock({ $0 }) else {
      preconditionFailure("worker \(worker) runs before it was set up")
    }
    let thread = ThreadContext(worker: worker)
    // SAFETY: 128 zeroed bytes at the start of memory that lives as long as self, touched as a lock only; then one UInt64,
    // initialised, touched under the lock.
    let lock = unsafe LockStorage<Hardware>(memory)
    let chain = unsafe (memory + Self.chainOffset).assumingMemoryBound(to: UInt64.self)
    let before = ArithmeticChain.measureStep()
    // Neither the compiler nor the processor knows that nothing comes of the parallel part.
    let nothing = chost_hidden(0)
    var parallel: UInt64 = 0
    while window.begin(worker) {
      var operations: UInt64 = 0
      repeat {
        L.lock(lock, by: thread)
        // Each part takes the result of the one before in, or the core would begin it while that one still runs.
        let value = unsafe ArithmeticChain.advance(chain.pointee &+ (parallel & nothing), by: steps.critical)
        unsafe chain.pointee = value
        L.unlock(lock, by: thread)
        parallel = ArithmeticChain.advance(value, by: steps.parallel)
        operations &+= 1
      } while !window.isOver
      window.end(worker, operations)
      state.totalOperations += operations
    }
    state.step = min(before, ArithmeticChain.measureStep())
  }

  private var workers: [State] { states.withLock { $0.compactMap(\.self) } }

  func violations() -> [String] {
    guard let steps = steps.withLock({ $0 }) else { return [] }
    let operations = workers.reduce(0) { $0 + $1.totalOperations }
    // SAFETY: see `run`; all workers are parked.
    let value = unsafe (memory + Self.chainOffset).load(as: UInt64.self)
    if value == ArithmeticChain.jump(Self.seed, by: operations &* steps.critical) { return [] }
    return ["\(operations) critical parts did not each begin where another one ended: the lock let two in"]
  }

  func knownValues() -> [KnownValue] {
    let workers = workers
    // The fastest worker's, of which no bound can be too low.
    guard let steps = steps.withLock({ $0 }), let step = workers.map(\.step).min() else { return [] }
    let critical = Double(steps.critical) * step
    let both = critical + Double(steps.parallel) * step
    if workers.count == 1 {
      return [KnownValue(metric: MetricName.timePerOperation, .equal, both, unit: "ns/op", tolerance: 0.02)]
    }
    let bound = 1e9 / max(critical, both / Double(workers.count))
    return [KnownValue(metric: MetricName.throughput, .atMost, bound, unit: "op/s", tolerance: 0.02)]
  }
}
