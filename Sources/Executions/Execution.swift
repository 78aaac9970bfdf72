/// What runs the paging core: a hook in front of every access to a word that several threads may touch.
///
/// The default, ``Hardware``, is empty and leaves no instruction behind. An explorer of schedules makes each hook a point where
/// another thread may run; a simulator of large machines charges the cost of moving the cache line. Both then run the same
/// strategy source as the benchmark, which is why no shared word may be touched around the hook.
public protocol Execution: SendableMetatype {
  /// Called immediately before an access. `word` identifies the location, nothing else.
  static func willAccess(_ word: UnsafeRawPointer, _ access: SharedAccess)
  /// One turn of a spin loop that waits for another thread to write.
  static func spin()
  /// Lets another thread have the CPU: called by spin loops that have waited so long that the owner may not be running.
  static func yield()
}

/// What an access does to the cache line it touches.
public enum SharedAccess: Sendable {
  case load
  case store
  case readModifyWrite
}
