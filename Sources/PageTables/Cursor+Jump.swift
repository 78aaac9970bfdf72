public import Addressing

extension Cursor {
  /// Moves to `target` if it lies in the claimed range; otherwise returns false and stays.
  ///
  /// - Precondition: `target` is a multiple of 4096.
  /// - Complexity: O(1) inside the current node, O(levels) otherwise. Never descends.
  @inlinable @inline(__always)
  public mutating func jump(to target: VirtualAddress) -> Bool {
    let target = target.rawValue
    precondition(target & (frameBytes &- 1) == 0, "a cursor only stands at multiples of 4096")
    guard target >= start && target < end else { return false }
    if Level(position.level).sameNode(target, position.limit &- 1) {
      position.address = target
    } else {
      position = CursorMotion<C>.jumpSlow(view, thread, to: target, position, cover, coverLevel, end)
    }
    return true
  }
}
