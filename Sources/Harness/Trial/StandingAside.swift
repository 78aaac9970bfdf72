import Topology

/// Keeps the harness's own thread off the CPUs of the workers, as long as there are others.
///
/// The thread sleeps while a window runs and wakes to end it. Where it wakes on a worker's CPU it takes that for some twenty
/// microseconds of the worker's time, one context switch and a hundredth of a window of 2 ms (measured on a guest of two CPUs
/// with other work on the second).
struct StandingAside {
  private let formerMask: CPUSet?

  /// Confines the calling thread to what is left of its CPUs without those of the workers; changes nothing when none is left or
  /// the kernel refuses, for it is a kindness and no condition.
  init(fromWorkersOn cpus: [Int]) {
    guard let mask = try? ThreadAffinity.currentThreadMask() else {
      formerMask = nil
      return
    }
    let rest = mask.subtracting(CPUSet(cpus))
    guard !rest.isEmpty, (try? ThreadAffinity.confineCurrentThread(to: rest)) != nil else {
      formerMask = nil
      return
    }
    formerMask = mask
  }

  /// Lets the same thread run where it could before.
  func end() {
    if let formerMask { try? ThreadAffinity.confineCurrentThread(to: formerMask) }
  }
}
