public import Addressing

/// Why a cursor cannot be opened over a range.
public enum RangeError: Error, Equatable, CustomStringConvertible {
  /// Empty, reversed, or outside the addresses the table may map.
  case invalidRange(VirtualRange)
  /// Start or end is not a multiple of 4096. Reported only for ranges that are otherwise valid.
  case unaligned(VirtualRange)

  public var description: String {
    switch self {
    case .invalidRange(let range):
      "\(range) is empty, reversed, or not inside one half of the canonical address space (last page excluded)"
    case .unaligned(let range):
      "\(range) does not start and end at multiples of 4096"
    }
  }
}

extension RangeError {
  /// Throws what is wrong with a range that is not valid. Outlined: what the compiler puts around a `throw` would otherwise
  /// stand in every caller.
  @usableFromInline @inline(never)
  static func rejectSlow(_ range: VirtualRange, isInside: Bool) throws(RangeError) {
    throw isInside ? .unaligned(range) : .invalidRange(range)
  }
}
