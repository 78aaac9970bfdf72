/// A set of logical CPU numbers, 0 to ``NumberList/maximum``, iterated in rising order.
public struct CPUSet: Hashable, Sendable {
  /// Bit n % 64 of word n / 64 stands for CPU n. No trailing zero words, so equal sets have equal words.
  private(set) var words: [UInt64]

  public init() { words = [] }

  /// - Precondition: every number is within 0 to ``NumberList/maximum``.
  public init(_ cpus: some Sequence<Int>) {
    self.init()
    for cpu in cpus { insert(cpu) }
  }

  /// Reads the kernel's list format, such as `0-3,8`. Order and repetition do not matter.
  public init(parsing text: some StringProtocol) throws(NumberListError) {
    self.init(try NumberList.parse(text))
  }

  /// A mask as the affinity system calls use it.
  init(words: [UInt64]) {
    self.words = words
    trim()
  }

  public var isEmpty: Bool { words.isEmpty }
  public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  public func contains(_ cpu: Int) -> Bool {
    guard cpu >= 0, cpu / 64 < words.count else { return false }
    return words[cpu / 64] & (1 << UInt64(cpu % 64)) != 0
  }

  /// - Precondition: `cpu` is within 0 to ``NumberList/maximum``.
  public mutating func insert(_ cpu: Int) {
    precondition((0...NumberList.maximum).contains(cpu), "CPU \(cpu) is outside 0...\(NumberList.maximum)")
    while words.count <= cpu / 64 { words.append(0) }
    words[cpu / 64] |= 1 << UInt64(cpu % 64)
  }

  public mutating func remove(_ cpu: Int) {
    guard contains(cpu) else { return }
    words[cpu / 64] &= ~(1 << UInt64(cpu % 64))
    trim()
  }

  public func union(_ other: CPUSet) -> CPUSet { combined(with: other) { $0 | $1 } }
  public func intersection(_ other: CPUSet) -> CPUSet { combined(with: other) { $0 & $1 } }
  public func subtracting(_ other: CPUSet) -> CPUSet { combined(with: other) { $0 & ~$1 } }
  public func isSubset(of other: CPUSet) -> Bool { subtracting(other).isEmpty }

  private func combined(with other: CPUSet, _ operation: (UInt64, UInt64) -> UInt64) -> CPUSet {
    CPUSet(
      words: (0..<Swift.max(words.count, other.words.count)).map { index in
        operation(
          index < words.count ? words[index] : 0,
          index < other.words.count ? other.words[index] : 0)
      })
  }

  private mutating func trim() {
    while words.last == 0 { words.removeLast() }
  }
}

extension CPUSet: Sequence {
  public struct Iterator: IteratorProtocol {
    private let words: [UInt64]
    private var index = 0
    /// Bits of `words[index]` not yet returned.
    private var rest: UInt64

    init(_ words: [UInt64]) {
      self.words = words
      rest = words.first ?? 0
    }

    public mutating func next() -> Int? {
      while rest == 0 {
        index += 1
        guard index < words.count else { return nil }
        rest = words[index]
      }
      defer { rest &= rest - 1 }
      return index * 64 + rest.trailingZeroBitCount
    }
  }

  public func makeIterator() -> Iterator { Iterator(words) }
}

extension CPUSet: CustomStringConvertible {
  /// The kernel's list format; empty for the empty set.
  public var description: String { NumberList.format(self) }
}

extension CPUSet: ExpressibleByArrayLiteral {
  public init(arrayLiteral cpus: Int...) { self.init(cpus) }
}
