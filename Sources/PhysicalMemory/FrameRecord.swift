public import Executions
public import Locks

/// The 64-byte metadata record of one frame: one cache line beside the frame, never in it.
///
/// | bytes | field | protected by |
/// |---|---|---|
/// | 0–15 | lock storage, zero = free | itself |
/// | 16–19 | child count: non-zero entries of the table in this frame | the lock that covers the node |
/// | 20 | level of the table in this frame, 0 when it holds none | written before the table is linked |
/// | 24–27 | next frame number of a free list, 0 at its end | the list's lock |
/// | 28–31 | previous frame number of a free list, 0 at its start | the list's lock |
/// | 32–35 | owners beyond the first | atomic, see ``ReferenceCount`` |
/// | 36 | what the frame is to its span's buddy pool | the pool's lock |
/// | 37 | 1 while the freed frame holds a pattern (debug builds only) | whoever owns the frame, free or not |
/// | 38 | 1 if the free frame's content is unknown, 0 if it is all zeroes | the pool's lock |
/// | 39 | 1 if the table in this frame has held a tracked leaf | the lock that covers the node |
@safe
public struct FrameRecord<E: Execution>: Sendable {
  // SENDABLE: plain fields are only touched under the lock named in the table above.
  @usableFromInline nonisolated(unsafe) let base: UnsafeMutableRawPointer

  @inlinable public static var byteCount: Int { 64 }

  /// - Safety: `base` must point to a 64-byte aligned record of the arena, which outlives the value.
  @inlinable @inline(__always) @unsafe
  init(_ base: UnsafeMutableRawPointer) {
    unsafe self.base = base
  }

  // SAFETY for all accesses below: offsets lie inside the 64 bytes that `init` was promised, aligned for their type.

  @inlinable @inline(__always)
  public var lock: LockStorage<E> {
    unsafe LockStorage(base)
  }

  /// Non-zero entries of the table in this frame. Read and write it only while holding the lock that covers the node.
  @inlinable @inline(__always)
  public var childCount: UInt32 {
    unsafe base.load(fromByteOffset: 16, as: UInt32.self)
  }

  /// Adds `delta` to ``childCount``, under the same lock.
  @inlinable @inline(__always)
  public func addChildren(_ delta: Int) {
    let count = childCount &+ UInt32(truncatingIfNeeded: delta)
    assert(count <= 512, "a node's child count left 0...512: entries and count disagree")
    unsafe base.storeBytes(of: count, toByteOffset: 16, as: UInt32.self)
  }

  /// Level of the table in this frame, 0 when it is none.
  @inlinable @inline(__always)
  public var level: Int {
    Int(unsafe base.load(fromByteOffset: 20, as: UInt8.self))
  }

  /// Makes the record that of an unlinked, empty table. The caller is the frame's only owner.
  @inlinable @inline(__always)
  public func becomeTable(level: Int) {
    unsafe base.storeBytes(of: 0, toByteOffset: 16, as: UInt32.self)
    unsafe base.storeBytes(of: UInt8(truncatingIfNeeded: level), toByteOffset: 20, as: UInt8.self)
    holdsTracked = false
  }

  /// Whether the table in this frame has held a tracked leaf since it was made: if not, its leaves own no frames and need not be
  /// looked at when the table goes. Under the same lock as ``childCount``.
  @inlinable @inline(__always)
  public var holdsTracked: Bool {
    get { unsafe base.load(fromByteOffset: 39, as: UInt8.self) != 0 }
    nonmutating set { unsafe base.storeBytes(of: newValue ? 1 : 0, toByteOffset: 39, as: UInt8.self) }
  }

  /// Links tables that left a tree but stay allocated until it goes: in the root's record the first of them, in theirs the next, as
  /// frame numbers; 0 ends the chain. Such a frame is in no free list, so the word of ``nextFree`` serves.
  @inlinable @inline(__always)
  public var detached: SharedWord32<E> {
    unsafe SharedWord32(base + 24)
  }

  /// How many owners the frame has.
  @inlinable @inline(__always)
  public var references: ReferenceCount<E> {
    unsafe ReferenceCount(base + 32)
  }

  /// Next frame number in a free list, 0 at its end.
  @inlinable @inline(__always)
  var nextFree: UInt32 {
    get { unsafe base.load(fromByteOffset: 24, as: UInt32.self) }
    nonmutating set { unsafe base.storeBytes(of: newValue, toByteOffset: 24, as: UInt32.self) }
  }

  /// Previous frame number in a buddy pool's list, 0 at its start.
  @inlinable @inline(__always)
  var previousFree: UInt32 {
    get { unsafe base.load(fromByteOffset: 28, as: UInt32.self) }
    nonmutating set { unsafe base.storeBytes(of: newValue, toByteOffset: 28, as: UInt32.self) }
  }

  /// What the frame is to its span's buddy pool.
  @inlinable @inline(__always)
  var block: BlockState {
    get { BlockState(rawValue: unsafe base.load(fromByteOffset: 36, as: UInt8.self)) }
    nonmutating set { unsafe base.storeBytes(of: newValue.rawValue, toByteOffset: 36, as: UInt8.self) }
  }

  /// Whether a free frame holds anything but zeroes. Fresh memory is zero, and so is a table that was emptied.
  @inlinable @inline(__always)
  var isUnknown: Bool {
    get { unsafe base.load(fromByteOffset: 38, as: UInt8.self) != 0 }
    nonmutating set { unsafe base.storeBytes(of: newValue ? 1 : 0, toByteOffset: 38, as: UInt8.self) }
  }

  /// Whether the frame holds the pattern of a freed one.
  @inlinable @inline(__always)
  var isPoisoned: Bool {
    get { unsafe base.load(fromByteOffset: 37, as: UInt8.self) != 0 }
    nonmutating set { unsafe base.storeBytes(of: newValue ? 1 : 0, toByteOffset: 37, as: UInt8.self) }
  }
}
