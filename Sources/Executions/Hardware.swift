internal import CHost
internal import Glibc

/// The machine itself: accesses cost what they cost.
public enum Hardware: Execution {
  @inlinable @inline(__always)
  public static func willAccess(_ word: UnsafeRawPointer, _ access: SharedAccess) {}

  @inline(never)
  public static func spin() { chost_spin_hint() }

  @inline(never)
  public static func yield() { _ = sched_yield() }
}
