/// A placement policy carried out: one CPU for each worker.
public struct Placement: Hashable, Sendable {
  /// The CPU of each worker, in worker order.
  public let cpus: [Int]
  /// The NUMA node of each worker's CPU, in worker order.
  public let nodeOfWorker: [Int]
  /// Whether some CPU has more than one worker. Spin locks then measure the scheduler, so results carry a flag.
  public let isOversubscribed: Bool

  public init(cpus: [Int], nodeOfWorker: [Int], isOversubscribed: Bool) {
    self.cpus = cpus
    self.nodeOfWorker = nodeOfWorker
    self.isOversubscribed = isOversubscribed
  }
}
