internal import CHost

/// Where the calling thread may run, and where it does.
public enum ThreadAffinity {
  /// Confines the calling thread to one CPU; it runs there when this returns.
  public static func pinCurrentThread(to cpu: Int) throws(TopologyError) {
    guard (0...NumberList.maximum).contains(cpu) else { throw .cannotPin(cpus: [cpu], errno: EINVAL) }
    try confineCurrentThread(to: [cpu])
  }

  /// Confines the calling thread to a set of CPUs, as to undo a pin.
  public static func confineCurrentThread(to cpus: CPUSet) throws(TopologyError) {
    let words = cpus.words
    // SAFETY: the call reads exactly `count` words of an array that lives through the closure.
    let status = unsafe words.withUnsafeBufferPointer { words in
      guard let base = words.baseAddress else { return -EINVAL }
      return unsafe chost_set_affinity(0, base, UInt32(words.count))
    }
    guard status == 0 else { throw .cannotPin(cpus: Array(cpus), errno: -status) }
  }

  /// The CPUs to which the calling thread is confined; may name offline ones.
  public static func currentThreadMask() throws(TopologyError) -> CPUSet { try mask(ofThread: 0) }

  /// The CPU on which the calling thread ran a moment ago; nil when the kernel does not say.
  public static func currentCPU() -> Int? {
    let cpu = chost_current_cpu()
    return cpu >= 0 ? Int(cpu) : nil
  }

  /// The CPU on which the calling thread ran a moment ago and the node of that CPU, both as the kernel has them at this
  /// moment and not as sysfs described them; nil when the kernel does not say.
  public static func currentPlace() -> (cpu: Int, node: Int)? {
    var (cpu, node): (UInt32, UInt32) = (0, 0)
    // SAFETY: the call writes two integers into local variables.
    guard unsafe chost_current_place(&cpu, &node) == 0 else { return nil }
    return (Int(cpu), Int(node))
  }

  static func mask(ofThread thread: Int32) throws(TopologyError) -> CPUSet {
    // The kernel refuses a buffer shorter than its own mask, whose length it does not tell.
    var wordCount = (NumberList.maximum + 1) / 64
    while true {
      var words = [UInt64](repeating: 0, count: wordCount)
      // SAFETY: the call writes at most `count` words into an array that lives through the closure.
      let status = unsafe words.withUnsafeMutableBufferPointer { words in
        guard let base = words.baseAddress else { return -EINVAL }
        return unsafe chost_get_affinity(thread, base, UInt32(words.count))
      }
      if status >= 0 { return CPUSet(words: words) }
      guard status == -EINVAL, wordCount < 1 << 16 else { throw .affinityUnknown(errno: -status) }
      wordCount *= 2
    }
  }
}
