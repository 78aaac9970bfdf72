extension PageProperties {
  /// Whether a leaf with these properties may forbid an access that one with `old` allowed, so that a TLB which still holds the old
  /// one allows too much.
  ///
  /// Accessed and dirty are no rights: who clears them and wants to be told of the next access flushes on his own account.
  @inlinable
  public func grantsLess(than old: Self) -> Bool {
    let rights: Self = [.read, .write, .execute, .executeElsewhere]
    if !old.intersection(rights).isSubset(of: self) { return true }
    guard old.grantsAccess else { return false }
    // Whose page it is changes what the other level may do, in both directions.
    return contains(.user) != old.contains(.user) || (contains(.ownLevelOnly) && !old.contains(.ownLevelOnly))
      || protectionKey != old.protectionKey
  }
}
