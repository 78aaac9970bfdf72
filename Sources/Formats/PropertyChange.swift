public import Addressing

/// A change of properties as a value: what is added, taken away, and turned over, in this order.
///
/// What a closure can do to a leaf's properties is known only when all of them have been decoded, and then they must all be encoded
/// again. For a value a format can often change the word in place: ``EntryFormat/wordChange(_:at:)``.
public struct PropertyChange: Hashable, Sendable {
  public let insert: PageProperties
  public let remove: PageProperties
  public let toggle: PageProperties

  @inlinable @inline(__always)
  public init(insert: PageProperties = [], remove: PageProperties = [], toggle: PageProperties = []) {
    self.insert = insert
    self.remove = remove
    self.toggle = toggle
  }

  /// Every property that the change may touch.
  @inlinable @inline(__always)
  public var touched: PageProperties { insert.union(remove).union(toggle) }

  @inlinable @inline(__always)
  public func apply(to properties: PageProperties) -> PageProperties {
    properties.union(insert).subtracting(remove).symmetricDifference(toggle)
  }
}

/// How a format changes leaves' words in place: a word that passes the test keeps what is not changed, and needs no decoding.
public struct WordChange: Hashable, Sendable {
  /// Bits that decide whether this way is open to a word.
  @usableFromInline let test: UInt64
  /// What they must be.
  @usableFromInline let expected: UInt64
  @usableFromInline let set: UInt64
  @usableFromInline let clear: UInt64
  @usableFromInline let flip: UInt64

  /// - Parameters:
  ///   - test: bits to look at, which must equal `expected`.
  ///   - inverted: bits that are 0 where the property is there.
  ///   - bits: where in a word each of the change's properties stands.
  @inlinable @inline(__always)
  init(
    _ change: PropertyChange, test: UInt64, expected: UInt64, inverted: UInt64 = 0, _ bits: (PageProperties) -> UInt64
  ) {
    self.test = test
    self.expected = expected
    let insert = bits(change.insert)
    let remove = bits(change.remove)
    set = insert & ~inverted | remove & inverted
    // What is inserted and removed is removed.
    clear = remove & ~inverted | insert & ~remove & inverted
    flip = bits(change.toggle)
  }

  /// Whether the word may be changed in place.
  @inlinable @inline(__always)
  public func isOpen(to word: UInt64) -> Bool { word & test == expected }

  @inlinable @inline(__always)
  public func apply(to word: UInt64) -> UInt64 { (word | set) & ~clear ^ flip }
}

extension EntryFormat {
  /// No way but through the properties.
  @inlinable @inline(__always)
  public static func wordChange(_ change: PropertyChange, at level: Level) -> WordChange? { nil }

  /// The word of a leaf after a change of its properties. The outcome must be supported.
  @inlinable @inline(__always)
  public static func changed(_ word: UInt64, by change: PropertyChange, at level: Level) -> UInt64 {
    if let rule = wordChange(change, at: level), _fastPath(rule.isOpen(to: word)) { return rule.apply(to: word) }
    return changedSlow(word, by: change, at: level)
  }

  /// The same through the leaf's properties.
  @inlinable @inline(never)
  public static func changedSlow(_ word: UInt64, by change: PropertyChange, at level: Level) -> UInt64 {
    leaf(leafAddress(word, at: level), change.apply(to: leafProperties(word, at: level)), at: level)
  }
}
