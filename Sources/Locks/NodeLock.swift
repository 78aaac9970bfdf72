public import Executions

/// A mutual-exclusion lock that lives in a table node's metadata.
///
/// Locks are stateless types over borrowed storage: 16 zeroed bytes are a free lock of any kind, so a frame's metadata needs no
/// initialisation, and the lock is chosen by a type parameter without changing any layout.
///
/// `lock` acquires and `unlock` releases: whatever a holder wrote is visible to the next holder.
public protocol NodeLock: SendableMetatype {
  /// The name suites and reports use.
  static var name: String { get }
  /// One line for `pagebench list`.
  static var summary: String { get }

  /// Waits until the caller holds the lock. Not recursive.
  static func lock<E>(_ storage: LockStorage<E>, by thread: ThreadContext)
  /// Takes the lock if it is free.
  static func tryLock<E>(_ storage: LockStorage<E>, by thread: ThreadContext) -> Bool
  /// Gives the lock up. The caller must hold it.
  static func unlock<E>(_ storage: LockStorage<E>, by thread: ThreadContext)
  /// Whether somebody holds the lock, for audits at quiescence.
  static func isLocked<E>(_ storage: LockStorage<E>) -> Bool
}

/// The 16 bytes of a lock inside a frame's metadata record, as four shared 32-bit words.
@safe
public struct LockStorage<E: Execution>: Sendable {
  // SENDABLE: only reached through atomic words.
  @usableFromInline nonisolated(unsafe) let base: UnsafeMutableRawPointer

  @inlinable public static var byteCount: Int { 16 }

  /// - Safety: `base` must point to `byteCount` bytes, 8-byte aligned, zeroed before the first use as a lock, that outlive the
  ///   value and are touched only through it.
  @inlinable @inline(__always) @unsafe
  public init(_ base: UnsafeMutableRawPointer) {
    unsafe self.base = base
  }

  /// Word 0.
  @inlinable @inline(__always)
  public var first: SharedWord32<E> {
    // SAFETY: inside the 16 bytes that `init` was promised.
    unsafe SharedWord32(base)
  }

  /// Word 1.
  @inlinable @inline(__always)
  public var second: SharedWord32<E> {
    // SAFETY: inside the 16 bytes that `init` was promised.
    unsafe SharedWord32(base + 4)
  }
}
