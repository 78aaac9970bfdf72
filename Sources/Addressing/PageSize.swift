/// Size of a leaf: the words a user writes (`4K`, `2M`, `1G`) for the level that holds it.
public enum PageSize: String, CaseIterable, Sendable {
  case size4K = "4K"
  case size2M = "2M"
  case size1G = "1G"

  /// Level of the node whose entry is a leaf of this size.
  @inlinable
  public var level: Level {
    switch self {
    case .size4K: Level(1)
    case .size2M: Level(2)
    case .size1G: Level(3)
    }
  }

  @inlinable
  public var bytes: UInt64 { level.slotBytes }
}
