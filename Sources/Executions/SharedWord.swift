public import Synchronization

/// A 32-bit word that several threads touch: every access goes through the hook, with one method per memory ordering.
///
/// The orderings are literals here and nowhere above, so a protocol reads as the list of methods it calls.
@safe
public struct SharedWord32<E: Execution>: Sendable {
  // SENDABLE: the pointee is atomic.
  @usableFromInline nonisolated(unsafe) let word: UnsafeMutablePointer<Atomic<UInt32>>

  /// - Safety: `pointer` must be 4-byte aligned, hold an initialised word (zeroed memory is one) and outlive the value;
  ///   all accesses to those bytes must use this type.
  @inlinable @inline(__always) @unsafe
  public init(_ pointer: UnsafeMutableRawPointer) {
    unsafe word = pointer.assumingMemoryBound(to: Atomic<UInt32>.self)
  }

  // SAFETY for all accesses below: `init` obliges the caller to keep the word alive, aligned and initialised.

  @inlinable @inline(__always)
  public func loadRelaxed() -> UInt32 {
    unsafe E.willAccess(word, .load)
    return unsafe word.pointee.load(ordering: .relaxed)
  }

  @inlinable @inline(__always)
  public func loadAcquiring() -> UInt32 {
    unsafe E.willAccess(word, .load)
    return unsafe word.pointee.load(ordering: .acquiring)
  }

  @inlinable @inline(__always)
  public func storeReleasing(_ value: UInt32) {
    unsafe E.willAccess(word, .store)
    unsafe word.pointee.store(value, ordering: .releasing)
  }

  /// Returns whether the exchange happened; acquires when it did.
  @inlinable @inline(__always)
  public func compareExchangeAcquiring(expected: UInt32, desired: UInt32) -> Bool {
    unsafe E.willAccess(word, .readModifyWrite)
    return unsafe word.pointee.compareExchange(
      expected: expected, desired: desired, successOrdering: .acquiring, failureOrdering: .relaxed
    ).exchanged
  }

  /// Adds and returns the previous value.
  @inlinable @inline(__always)
  public func fetchAddRelaxed(_ value: UInt32) -> UInt32 {
    unsafe E.willAccess(word, .readModifyWrite)
    return unsafe word.pointee.wrappingAdd(value, ordering: .relaxed).oldValue
  }
}
