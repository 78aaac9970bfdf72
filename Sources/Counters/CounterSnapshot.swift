/// Raw counts of one thread at one moment. Meaningful only as a difference between two of the same ``WorkerCounters``.
public struct CounterSnapshot: Sendable {
  /// One region per event group: first the outcome of the read as a ``GroupRead/Outcome``, then the kernel's words.
  var words: [UInt64]
  /// One value for each counter that is read from the thread's account; nil where the kernel did not say.
  var usage: [UInt64?]
}

/// The kernel's layout of a group read, and how a snapshot stores it.
struct GroupRead {
  /// Words before the first (value, id) pair: number of events, nanoseconds enabled, nanoseconds running.
  static let headerWords = 3
  static let wordsPerEvent = 2

  enum Outcome: Equatable {
    case read(words: Int)
    case failed(errno: Int32)

    init(stored word: UInt64) {
      let value = Int64(bitPattern: word)
      self = value >= 0 ? .read(words: Int(value)) : .failed(errno: Int32(clamping: -value))
    }

    var stored: UInt64 {
      switch self {
      case .read(let words): UInt64(words)
      case .failed(let errno): UInt64(bitPattern: Int64(-errno))
      }
    }
  }

  struct Count: Equatable {
    let value: UInt64
    let enabledNanoseconds: UInt64
    let runningNanoseconds: UInt64
  }

  /// Why a group read has no count for an event.
  enum Problem: Error, Hashable {
    /// The read gave nothing: a pinned group that lost its place on the hardware.
    case noSlot
    case failed(errno: Int32)
    /// Shorter than its own header says.
    case truncated
    /// Without this event.
    case malformed
  }

  /// Words that a region needs: the outcome, then what the kernel writes for `events` events.
  static func regionWords(events: Int) -> Int { 1 + headerWords + wordsPerEvent * events }

  /// The count of the event with this id. By id, since the kernel leaves out siblings that were closed.
  static func count(of id: UInt64, in region: ArraySlice<UInt64>) throws(Problem) -> Count {
    let words: ArraySlice<UInt64>
    switch region.first.map(Outcome.init(stored:)) {
    case .read(words: 0): throw .noSlot
    case .read(let count): words = region.dropFirst().prefix(count)
    case .failed(let errno): throw .failed(errno: errno)
    case nil: throw .malformed
    }
    guard words.count >= headerWords, words[words.startIndex] <= (words.count - headerWords) / wordsPerEvent else {
      throw .truncated
    }
    let events = Int(words[words.startIndex])
    let pairs = words.startIndex + headerWords
    for event in 0..<events where words[pairs + wordsPerEvent * event + 1] == id {
      return Count(
        value: words[pairs + wordsPerEvent * event], enabledNanoseconds: words[words.startIndex + 1],
        runningNanoseconds: words[words.startIndex + 2])
    }
    throw .malformed
  }
}
