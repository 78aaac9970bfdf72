public import Executions
public import Synchronization

/// How many owners a frame has, for frames that several tables map. It lies in the frame's record.
///
/// An allocated frame has one owner. The word holds the owners beyond the first, so that zero means one: allocating a frame does
/// not write it, and a frame with one owner, such as every table node, never pays for it.
///
/// A block is counted at its first frame. In debug builds, counting a frame after it was released for the last time or freed traps,
/// and so does a count that overflows.
@safe
public struct ReferenceCount<E: Execution>: Sendable {
  // SENDABLE: the pointee is atomic.
  @usableFromInline nonisolated(unsafe) let word: UnsafeMutablePointer<Atomic<UInt32>>

  /// What the word says, in debug builds, while the frame has no owner. Smaller values count.
  @inlinable static var ownerless: UInt32 { 0x8000_0000 }

  /// - Safety: `pointer` must be 4-byte aligned, hold an initialised word (zeroed memory is one) that only this type accesses, and
  ///   outlive the value.
  @inlinable @inline(__always) @unsafe
  init(_ pointer: UnsafeMutableRawPointer) {
    unsafe word = pointer.assumingMemoryBound(to: Atomic<UInt32>.self)
  }

  // SAFETY for all accesses below: `init` obliges the caller to keep the word alive, aligned and initialised.

  /// Adds an owner. The caller is one already, or holds a lock that keeps one from releasing.
  ///
  /// Relaxed: whoever passes the new reference on publishes the frame's content by the way it passes it.
  @inlinable @inline(__always)
  public func retain() {
    unsafe E.willAccess(word, .readModifyWrite)
    let before = unsafe word.pointee.wrappingAdd(1, ordering: .relaxed).oldValue
    assert(before != Self.ownerless, "a frame was retained after its last owner had released it")
    assert(before < Self.ownerless &- 1, "a frame's reference count overflowed")
  }

  /// Gives up the caller's reference. Returns true to the last owner, who then frees the frame, after whatever flush
  /// that takes.
  ///
  /// Releasing on the way down and acquiring for the last owner: what any owner did with the frame happens before it is
  /// freed.
  @inlinable @inline(__always)
  public func release() -> Bool {
    // Acquiring: pairs with the releasing decrements of former owners. With one owner left nobody else can retain, so the word
    // need not be written: releasing an unshared frame costs a load.
    unsafe E.willAccess(word, .load)
    let seen = unsafe word.pointee.load(ordering: .acquiring)
    if seen == 0 {
      assert(markOwnerless())
      return true
    }
    assert(seen < Self.ownerless, "a frame was released more often than it was retained")
    return releaseShared()
  }

  @inlinable @inline(__always)
  func releaseShared() -> Bool {
    unsafe E.willAccess(word, .readModifyWrite)
    // Releasing: pairs with the acquiring load of the last owner.
    let before = unsafe word.pointee.wrappingSubtract(1, ordering: .releasing).oldValue
    if before != 0 {
      assert(before < Self.ownerless, "a frame was released more often than it was retained")
      return false
    }
    // The other owners released since the load above. Acquiring: reads this thread's own decrement, which continues the
    // release sequence of all of theirs.
    unsafe E.willAccess(word, .load)
    _ = unsafe word.pointee.load(ordering: .acquiring)
    reset()
    assert(markOwnerless())
    return true
  }

  /// Owners, as of some moment during the call; 0 only in debug builds, where a frame without owner is marked.
  @inlinable
  public var count: Int {
    unsafe E.willAccess(word, .load)
    let value = unsafe word.pointee.load(ordering: .relaxed)
    return value == Self.ownerless ? 0 : Int(value) + 1
  }

  // The accesses below pass no hook: the caller is the frame's only owner, so no other thread's access can come between; and debug
  // builds must not offer a schedule explorer more points than release builds.

  /// Whether the frame has more than one owner.
  @inlinable
  var isShared: Bool {
    let value = unsafe word.pointee.load(ordering: .relaxed)
    return value != 0 && value != Self.ownerless
  }

  /// One owner again.
  @inlinable
  func reset() { unsafe word.pointee.store(0, ordering: .relaxed) }

  /// For `assert`, so that release builds leave the word at zero: returns true.
  @inlinable
  func markOwnerless() -> Bool {
    unsafe word.pointee.store(Self.ownerless, ordering: .relaxed)
    return true
  }
}
