public import Addressing

/// The frames that were free at one moment: a bit per frame of the arena.
public struct FreeFrames: Sendable {
  private var words: [UInt64]
  private let frameCount: Int
  /// Frames in the set.
  public private(set) var count = 0
  /// One sentence per frame that is free twice or no frame of the arena, at most eight.
  public private(set) var conflicts: [String] = []

  init(frameCount: Int) {
    self.frameCount = frameCount
    words = Array(repeating: 0, count: (frameCount + 63) / 64)
  }

  /// Whether the frame at `address` was free. False for addresses outside the arena.
  public func contains(_ address: PhysicalAddress) -> Bool {
    let frame = address.rawValue >> 12
    guard frame < UInt64(frameCount) else { return false }
    return words[Int(frame / 64)] >> (frame % 64) & 1 == 1
  }

  mutating func insert(_ frames: Range<Int>) {
    guard frames.lowerBound >= 0, frames.upperBound <= frameCount else {
      return report("free frames \(frames) are not of this arena")
    }
    var next = frames.lowerBound
    while next < frames.upperBound {
      let end = min(frames.upperBound, (next / 64 + 1) * 64)
      let mask = (UInt64.max >> UInt64(64 - (end - next))) << UInt64(next % 64)
      let twice = words[next / 64] & mask
      if twice != 0 { report("frame \(next / 64 * 64 + twice.trailingZeroBitCount) is free twice") }
      words[next / 64] |= mask
      count += end - next
      next = end
    }
  }

  private mutating func report(_ conflict: String) {
    if conflicts.count < 8 { conflicts.append(conflict) }
  }
}
