/// The source that a run measured, as far as version control knows it.
public enum SourceRevision: Hashable, Sendable, CustomStringConvertible {
  /// - Parameters:
  ///   - time: committer time.
  ///   - hash: full commit hash, hexadecimal; the first 12 digits are shown.
  ///   - dirtyDigest: digest over uncommitted changes, hexadecimal; nil for a clean tree.
  case commit(time: UTCTimestamp, hash: String, dirtyDigest: String?)
  /// Built outside version control.
  case unversioned

  /// `20260301T1234Z-0123456789ab`, with `+dirty.a1b2c3` for an unclean tree: sorts by history as text.
  public var description: String {
    switch self {
    case .commit(let time, let hash, let dirtyDigest):
      "\(time.compactMinutes)-\(hash.prefix(12))" + (dirtyDigest.map { "+dirty.\($0.prefix(6))" } ?? "")
    case .unversioned: "unversioned"
    }
  }
}
