public import Executions
public import Synchronization

/// The eight bytes of one page-table entry: the only type that touches an entry.
///
/// Every access passes the ``Execution`` hook. The memory ordering is in the method's name:
/// - under the node's lock: `loadRelaxed`, because the lock already orders it, and `storeReleasing`, because walkers read
///   without a lock;
/// - a walker: `loadAcquiring`, which pairs with `storeReleasing` and makes a new table's zeroes visible before its address;
/// - filling a table that nobody can reach yet: `storeRelaxed`; the later `storeReleasing` of its address publishes it.
@safe
public struct PTESlot<E: Execution>: Sendable {
  // SENDABLE: the pointee is atomic.
  @usableFromInline nonisolated(unsafe) let word: UnsafeMutablePointer<Atomic<UInt64>>

  /// - Safety: `pointer` must be 8-byte aligned arena memory that outlives the value and is accessed only by this type.
  @inlinable @inline(__always) @unsafe
  public init(_ pointer: UnsafeMutableRawPointer) {
    unsafe word = pointer.assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  // SAFETY for all accesses below: `init` obliges the caller to keep the word alive and aligned; any bytes are a valid UInt64.

  @inlinable @inline(__always)
  public func loadRelaxed() -> UInt64 {
    unsafe E.willAccess(word, .load)
    return unsafe word.pointee.load(ordering: .relaxed)
  }

  /// Pairs with ``storeReleasing(_:)``.
  @inlinable @inline(__always)
  public func loadAcquiring() -> UInt64 {
    unsafe E.willAccess(word, .load)
    return unsafe word.pointee.load(ordering: .acquiring)
  }

  @inlinable @inline(__always)
  public func storeRelaxed(_ value: UInt64) {
    unsafe E.willAccess(word, .store)
    unsafe word.pointee.store(value, ordering: .relaxed)
  }

  /// Pairs with ``loadAcquiring()``.
  @inlinable @inline(__always)
  public func storeReleasing(_ value: UInt64) {
    unsafe E.willAccess(word, .store)
    unsafe word.pointee.store(value, ordering: .releasing)
  }
}
