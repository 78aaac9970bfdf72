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

  /// A releasing store with a full fence behind it: nothing that follows it, not even a load, comes before it. Pairs with
  /// ``loadFenced()``: of two threads that each store and then look at the other's word at least one sees the other's store.
  @inlinable @inline(__always)
  public func storeFenced(_ value: UInt32) {
    unsafe E.willAccess(word, .store)
    unsafe word.pointee.store(value, ordering: .releasing)
    atomicMemoryFence(ordering: .sequentiallyConsistent)
  }

  /// An acquiring load with a full fence before it. Pairs with ``storeFenced(_:)``.
  @inlinable @inline(__always)
  public func loadFenced() -> UInt32 {
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    unsafe E.willAccess(word, .load)
    return unsafe word.pointee.load(ordering: .acquiring)
  }

  /// Returns whether the exchange happened; acquires when it did.
  @inlinable @inline(__always)
  public func compareExchangeAcquiring(expected: UInt32, desired: UInt32) -> Bool {
    unsafe E.willAccess(word, .readModifyWrite)
    return unsafe word.pointee.compareExchange(
      expected: expected, desired: desired, successOrdering: .acquiring, failureOrdering: .relaxed
    ).exchanged
  }

  /// Returns whether the exchange happened; releases when it did.
  @inlinable @inline(__always)
  public func compareExchangeReleasing(expected: UInt32, desired: UInt32) -> Bool {
    unsafe E.willAccess(word, .readModifyWrite)
    return unsafe word.pointee.compareExchange(
      expected: expected, desired: desired, successOrdering: .releasing, failureOrdering: .relaxed
    ).exchanged
  }

  /// Adds and returns the previous value.
  @inlinable @inline(__always)
  public func fetchAddRelaxed(_ value: UInt32) -> UInt32 {
    unsafe E.willAccess(word, .readModifyWrite)
    return unsafe word.pointee.wrappingAdd(value, ordering: .relaxed).oldValue
  }
}
