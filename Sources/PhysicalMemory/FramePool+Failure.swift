internal import Executions

// Fault injection, for tests of what happens when memory runs out. It lives on the refill path alone: a worker that pops its
// cache neither reads nor knows it.

extension FramePool {
  /// Makes all allocations fail after `count` more, frames and blocks alike, by any worker.
  ///
  /// Exact, because it empties the caches first, and from then on every allocation fetches one frame. Frames that are freed
  /// meanwhile go to caches as always and can be allocated again on top of the count. Call only while no worker allocates.
  public func failAllocations(after count: Int) {
    precondition(count >= 0 && count < Int(Int32.max), "the number of allocations to allow must be in 0..<2^31 - 1")
    drainCaches()
    allocator.permits.storeReleasing(UInt32(count) + 1)
  }

  /// Ends ``failAllocations(after:)``.
  public func allowAllocations() {
    allocator.permits.storeReleasing(0)
  }
}
