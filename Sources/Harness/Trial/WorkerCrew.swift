import Counters
import Results
import Topology

/// The workers of one trial: pinned threads that are parked except while a phase runs.
final class WorkerCrew {
  private enum Order {
    case setUp
    case runWindow
    case leave
  }

  /// What one worker and the harness share. Each side touches it only while the other waits at a semaphore.
  private final class Post: @unchecked Sendable {
    // SENDABLE: `order` is written before `wake` is posted and read after it, `failure` likewise around `done`.
    let wake = Semaphore()
    let done = Semaphore()
    var order = Order.setUp
    var failure: TrialError?
  }

  /// How all workers time their operations.
  private struct Timing {
    let settings: LatencySettings
    let clock: LatencyClock

    /// Made on the worker's own thread: its memory is local then, and so is what a clock reading costs.
    func recorder(of worker: Int, in conductor: WindowConductor, _ workload: ErasedWorkload) -> LatencyRecorder {
      LatencyRecorder(
        settings, operations: workload.timed?.operations ?? [], clock: clock, quality: clock.quality(), worker: worker,
        workers: conductor.workerCount)
    }
  }

  private let conductor: WindowConductor
  private let posts: [Post]
  private var threads: [WorkerThread] = []

  /// Starts and pins the threads; they wait for ``setUp()``.
  ///
  /// - Parameter latency: how operations are timed; nil when they are not.
  /// - Throws: ``TrialError/cannotStartThread(worker:errno:)``; threads already started have ended then.
  init(
    placement: Placement, workload: ErasedWorkload, counters: [CounterSpecification], latency: LatencySettings? = nil
  ) throws(TrialError) {
    let conductor = WindowConductor(cpus: placement.cpus)
    let timing = latency.map { Timing(settings: $0, clock: LatencyClock()) }
    self.conductor = conductor
    posts = placement.cpus.map { _ in Post() }
    for (worker, cpu) in placement.cpus.enumerated() {
      let post = posts[worker]
      do throws(TrialError) {
        threads.append(
          try WorkerThread(worker: worker) {
            Self.serve(
              post, worker: worker, cpu: cpu, workload: workload, counters: counters, timing: timing,
              conductor: conductor)
          })
      } catch {
        dismiss()
        throw error
      }
    }
  }

  /// Pins each worker, lets the workload populate what the worker needs and opens its counters: one worker after the
  /// other, so first touch is each worker's own and nobody races for memory.
  func setUp() throws(TrialError) {
    for post in posts {
      post.order = .setUp
      post.wake.post()
      post.done.wait()
      if let failure = post.failure { throw failure }
    }
  }

  /// Runs one window on all workers; returns when all are parked again.
  func runWindow(length: Duration) {
    conductor.prepareWindow()
    for post in posts {
      post.order = .runWindow
      post.wake.post()
    }
    conductor.waitAndStop(length: length)
    for post in posts { post.done.wait() }
  }

  /// What a worker did in the last window. Call once per window.
  func result(ofWorker worker: Int) -> WorkerResult { conductor.result(ofWorker: worker) }

  /// Ends the threads.
  func dismiss() {
    for (post, thread) in zip(posts, threads) {
      post.order = .leave
      post.wake.post()
      thread.join()
    }
    threads = []
  }

  private static func serve(
    _ post: Post, worker: Int, cpu: Int, workload: ErasedWorkload, counters: [CounterSpecification], timing: Timing?,
    conductor: WindowConductor
  ) {
    while true {
      post.wake.wait()
      switch post.order {
      case .leave: return
      case .setUp:
        do throws(TrialError) {
          try pin(worker: worker, cpu: cpu)
          do { try workload.setUp(worker) } catch {
            throw TrialError.setUpFailed(worker: worker, reason: "\(error)")
          }
          // After the set-up, whose events are nobody's concern; none at all when the suite asks for none.
          conductor.setMeter(counters.isEmpty ? nil : CounterMeter(counters), ofWorker: worker)
          conductor.setRecorder(timing?.recorder(of: worker, in: conductor, workload), ofWorker: worker)
        } catch {
          post.failure = error
        }
      case .runWindow:
        if let timed = workload.timed, let timer = conductor.timer(ofWorker: worker) {
          timed.run(worker, conductor.window, timer)
        } else {
          workload.run(worker, conductor.window)
        }
      }
      post.done.post()
    }
  }

  private static func pin(worker: Int, cpu: Int) throws(TrialError) {
    do { try ThreadAffinity.pinCurrentThread(to: cpu) } catch {
      throw .cannotPin(worker: worker, cpu: cpu, reason: error.description)
    }
  }
}
