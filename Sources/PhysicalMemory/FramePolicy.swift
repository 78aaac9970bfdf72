/// How a ``FramePool`` keeps the free frames of a span. Workers see the same ``FrameAllocator`` either way, and single frames
/// come from their caches either way; the policy shows when a cache refills or spills, and in blocks.
public enum FramePolicy: String, CaseIterable, Sendable {
  /// A bit for every returned frame before a pointer into those never used. The lowest returned frames go first; a block is cut
  /// from never-used frames only, and a freed one becomes single frames for good.
  case bump
  /// Binary buddies (Knowlton 1965): free blocks of 2^order frames, aligned to their size, split on demand and joined with their
  /// buddy when both are free. Blocks come back; every operation is O(orders).
  case buddy

  /// The name suites and reports use.
  public var name: String { rawValue }
}
