/// One worker's account of one window. Written by that worker only, on cache lines of its own.
struct WorkerTally {
  var operations: UInt64 = 0
  /// Wall time between `begin` and `end`, summed over sections.
  var activeNanoseconds: UInt64 = 0
  /// CPU time of the thread in the same spans.
  var cpuNanoseconds: UInt64 = 0
  var sections: UInt64 = 0
  /// Sections that ended on another CPU than planned.
  var misplacedSections: UInt64 = 0

  /// Clocks when the open section began.
  var sectionStart: Int64 = 0
  var sectionCPUStart: Int64 = 0
}

/// The tallies of all workers, far enough apart that no two share a line.
@safe
final class WorkerTallies: @unchecked Sendable {
  // SENDABLE: worker i touches tally i only; the harness reads them while workers are parked behind a semaphore.

  private static let linesPerWorker =
    (MemoryLayout<WorkerTally>.size + CacheLines.lineBytes - 1) / CacheLines.lineBytes

  let count: Int
  private let lines: CacheLines

  init(count: Int) {
    self.count = count
    lines = CacheLines(count: count * Self.linesPerWorker)
    reset()
  }

  subscript(worker: Int) -> WorkerTally {
    @inline(__always) get { unsafe pointer(worker).pointee }
    @inline(__always) _modify { yield unsafe &pointer(worker).pointee }
  }

  func reset() {
    for worker in 0..<count { self[worker] = WorkerTally() }
  }

  private func pointer(_ worker: Int) -> UnsafeMutablePointer<WorkerTally> {
    precondition(worker >= 0 && worker < count, "worker \(worker) of \(count)")
    // SAFETY: in bounds; WorkerTally is trivial, and its lines were initialised with zeroes, then by reset().
    return unsafe lines.pointer(toLine: worker * Self.linesPerWorker, as: WorkerTally.self)
  }
}
