internal import CHost

/// Moves the calling thread between two CPUs of its affinity mask, and gives it the mask back.
enum ThreadMoves {
  /// Words of a mask: enough for the 8192 CPUs that Linux supports at most.
  private static let wordCount = 128

  /// Whether the thread may run on more than one CPU.
  static var hasChoice: Bool { firstTwoCPUs(of: mask() ?? []).count == 2 }

  /// False when the thread has no choice or the kernel refuses; the mask is as before in any case.
  static func run(_ moves: Int) -> Bool {
    guard let before = mask() else { return false }
    let cpus = firstTwoCPUs(of: before)
    guard cpus.count == 2 else { return false }
    defer { _ = confine(to: before) }
    for move in 0..<moves {
      let cpu = cpus[move % 2]
      var single = [UInt64](repeating: 0, count: wordCount)
      single[cpu / 64] = 1 << (cpu % 64)
      guard confine(to: single) else { return false }
    }
    return true
  }

  private static func firstTwoCPUs(of mask: [UInt64]) -> [Int] {
    var cpus: [Int] = []
    for (index, word) in mask.enumerated() {
      var rest = word
      while rest != 0, cpus.count < 2 {
        cpus.append(index * 64 + rest.trailingZeroBitCount)
        rest &= rest - 1
      }
    }
    return cpus
  }

  private static func mask() -> [UInt64]? {
    var words = [UInt64](repeating: 0, count: wordCount)
    // SAFETY: the kernel writes at most `count` words into an array that lives through the closure.
    let status = unsafe words.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return Int32(-1) }
      return unsafe chost_get_affinity(0, base, UInt32(buffer.count))
    }
    return status > 0 ? words : nil
  }

  private static func confine(to words: [UInt64]) -> Bool {
    // SAFETY: the call reads exactly `count` words of an array that lives through the closure.
    unsafe words.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return false }
      return unsafe chost_set_affinity(0, base, UInt32(buffer.count)) == 0
    }
  }
}
